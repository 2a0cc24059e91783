import { isAbsolute, relative } from 'node:path';
import { fileKey } from '../config/file-keys.ts';
import { holdsKey } from '../config/key-form.ts';
import { type Resolved, resolveSettings } from '../config/load.ts';
import { type FoundKey, keyFinder } from '../config/management-key.ts';
import { type Setting, type SettingName, settings } from '../config/settings.ts';
import { deriveBaseUrl } from '../descope/base-url.ts';
import { ConnectorError } from '../errors.ts';
import type { CommandContext } from './program.ts';
import { environmentChecks, type SettingFlags, settingSources } from './setting-sources.ts';
import { columns } from './text.ts';

const mask = '********';

/** One setting as it is in force. `value` is null when nobody says anything; a secret is masked. */
interface ShownSetting {
  readonly name: string;
  readonly value: string | null;
  readonly source: string;
}

/** Prints what is in force and where each value came from; then fails, if something is wrong, with all of it. */
export async function showConfig({ json = false, ...flags }: SettingFlags & { readonly json?: boolean }, { env, print }: Pick<CommandContext, 'env' | 'print'>): Promise<void> {
  const keys = keyFinder(env);
  const resolved = resolveSettings({ ...(await settingSources(flags, env)), alsoCheck: [...environmentChecks(env), keys.check] });
  const shown = (Object.keys(settings) as SettingName[]).flatMap((name) => {
    const row = describe(name, resolved);
    return name === 'projectId' ? [row, describeKey(keys.found())] : [row];
  });
  const file = resolved.file?.path;
  const problems = resolved.problems.map(({ message }) => message);
  if (json) {
    print(JSON.stringify({ file: file ?? null, settings: shown, problems }));
  } else {
    print([`Config file: ${file ?? (resolved.isFileRead ? 'none' : 'one that is not obeyed')}`, '', columns([['setting', 'value', 'from'], ...shown.map(({ name, value, source }) => [name, value ?? '-', short(source)])])].join('\n'));
  }
  if (problems.length > 0) {
    throw new ConnectorError('config', problems.join('\n'));
  }
}

function describe(name: SettingName, { origins, values, problems }: Resolved): ShownSetting {
  const setting: Setting = settings[name];
  const origin = origins[name];
  const key = fileKey(setting);
  if (origin === undefined) {
    return name === 'baseUrl' && values.projectId !== undefined
      ? { name: key, value: deriveBaseUrl(values.projectId), source: 'the project id' }
      : { name: key, value: null, source: setting.isRequired === true ? 'must be given' : 'not set' };
  }
  return { name: key, value: holdsKey(origin.text) ? mask : origin.text.replace(/\/\/[^/@]*@/, `//${mask}@`), source: origin.source + (problems.some(({ setting: wrong }) => wrong === name) ? ' (wrong)' : '') };
}

function describeKey(key: FoundKey | undefined): ShownSetting {
  return key === undefined ? { name: 'management-key', value: null, source: 'must be given' } : { name: 'management-key', value: mask, source: key.path === undefined ? key.source : `${key.path} (${key.source})` };
}

/** Sources hold paths; one below this folder is shown from here, so that the table stays narrow. */
function short(source: string): string {
  return source
    .split(' ')
    .map((word) => {
      const bare = word.startsWith('(') ? word.slice(1) : word;
      const near = isAbsolute(bare) ? relative(process.cwd(), bare) : bare;
      return near.startsWith('..') || near === '' ? word : word.replace(bare, near);
    })
    .join(' ');
}
