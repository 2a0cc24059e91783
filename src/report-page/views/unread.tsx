import { useReport } from '../context.ts';
import { isRead } from '../data/keys.ts';

/** What a file does not tell of keys, applications, consents and the console: one sentence, or '' where it has all. */
export function unreadInWords(project: Parameters<typeof isRead>[0]): string {
  const missing = (
    [
      ['access_key', 'access keys'],
      ['application', 'applications'],
      ['third_party_app', 'consents to third-party apps'],
      ['project', 'the console with its management keys'],
    ] as const
  ).filter(([type]) => !isRead(project, type));
  if (missing.length === 0) {
    return '';
  }
  const names = missing.map(([, name]) => name);
  const list = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `Not read, and so not judged: ${list}. Make the report from a sync with “--include ${missing.map(([type]) => (type === 'project' ? 'console' : type)).join(',')}”.`;
}

const sentences = {
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
  const { about } = useReport().project;
  const isLeftOut = about.isHumansOnly === true && (what === 'keys' || what === 'access_key' || what === 'management');
  return (
    <p class="proof info">
      {isLeftOut
        ? 'Access keys and management keys are left out: the report was made with “--humans-only”.'
        : sentences[what]}
    </p>
  );
}
