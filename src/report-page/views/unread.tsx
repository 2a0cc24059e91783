import { useReport } from '../context.ts';
import { isRead } from '../data/keys.ts';

/** What a file does not tell of keys, applications, consents and the console: one sentence, or '' where it has all. */
export function unreadInWords(project: Parameters<typeof isRead>[0]): string {
  const isUntold = project.notOffered.has('third_party_app');
  const missing = (
    [
      ['access_key', 'access keys'],
      ['application', 'applications'],
      ['third_party_app', 'consents to third-party apps'],
      ['project', 'the console with its management keys'],
    ] as const
  ).filter(([type]) => !isRead(project, type) && !(isUntold && type === 'third_party_app'));
  const untold = isUntold ? sentences.untold : '';
  if (missing.length === 0) {
    return untold;
  }
  const names = missing.map(([, name]) => name);
  const list = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return (
    `${untold === '' ? '' : `${untold} `}Not read, and so not judged: ${list}. Make the report from a sync with ` +
    `“--include ${missing.map(([type]) => (type === 'project' ? 'console' : type)).join(',')}”.`
  );
}

const sentences = {
  untold: 'This deployment of Descope does not tell of consents to third-party apps, so they are not judged.',
  keys: 'Access keys and management keys were not read. Make the report from a sync with “--include access_key,console”.',
  access_key: 'Access keys were not read. Make the report from a sync with “--include access_key”.',
  management:
    'Management keys were not read. Make the report from a sync with “--include console” and a management key of the company.',
  apps: 'Applications and consents were not read. Make the report from a sync with “--include application,third_party_app”.',
  application: 'Applications were not read. Make the report from a sync with “--include application”.',
  third_party_app:
    'Consents to third-party apps were not read. Make the report from a sync with “--include third_party_app”.',
  console:
    'The console was not read. Make the report from a sync with “--include console” and a management key of the company.',
} as const;

/** Stands in the place of lists that the file cannot fill. */
export function Unread({ what }: { readonly what: keyof typeof sentences }) {
  const { about, notOffered } = useReport().project;
  const isUntold = what === 'third_party_app' && notOffered.has(what);
  const isLeftOut = about.isHumansOnly === true && (what === 'keys' || what === 'access_key' || what === 'management');
  return (
    <p class="proof info">
      {isLeftOut
        ? 'Access keys and management keys are left out: the report was made with “--humans-only”.'
        : sentences[isUntold ? 'untold' : what]}
    </p>
  );
}
