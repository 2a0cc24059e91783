import { isAbsolute, relative } from 'node:path';
import { fileKey } from '../config/file-keys.ts';
import { holdsKey } from '../config/key-form.ts';
import { type Problem, type Resolved, resolveSettings } from '../config/load.ts';
import { companyKeyFinder, type FoundKey, keyFinder } from '../config/management-key.ts';
import { type Setting, type SettingName, settings } from '../config/settings.ts';
import { deriveBaseUrl } from '../descope/base-url.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { CommandContext } from './command-context.ts';
import { screenWidth } from './results.ts';
import { environmentChecks, type SettingFlags, settingSources } from './setting-sources.ts';
import { columns, wrapped } from './text.ts';
import { isPostgres, shownStore } from '../store-url.ts';

const mask = '********';

/** One setting as it is in force. `value` is null when nobody says anything; a secret is masked. */
interface ShownSetting {
  readonly name: string;
  readonly value: string | null;
  readonly source: string;
}

/** Prints what is in force and where each value came from; then fails, if something is wrong, with all of it. */
export async function showConfig(
  { json = false, ...flags }: SettingFlags & { readonly json?: boolean },
  { env, print }: Pick<CommandContext, 'env' | 'print'>,
): Promise<void> {
  const keys = keyFinder(env);
  const companyKeys = companyKeyFinder(env);
  const understood = resolveSettings({
    ...(await settingSources(flags, env)),
    alsoCheck: [...environmentChecks(env), keys.check, companyKeys.check],
  });
  const resolved = { ...understood, problems: [...understood.problems, ...(await unknownTypes(understood))] };
  const shown = (Object.keys(settings) as SettingName[]).flatMap((name) => {
    const row = describe(name, resolved);
    return name === 'projectId' ? [row, describeKey(keys.found()), describeCompanyKey(companyKeys.found())] : [row];
  });
  const file = resolved.file?.path;
  const problems = resolved.problems.map(({ message }) => message);
  if (json) {
    print(JSON.stringify({ file: file ?? null, settings: shown, problems }));
  } else {
    print(
      [
        `Config file: ${printable(file ?? (resolved.isFileRead ? 'none' : 'found, but not used'))}`,
        '',
        settingLines(shown, screenWidth()),
      ].join('\n'),
    );
  }
  if (problems.length > 0) {
    throw new ConnectorError('config', problems.join('\n'));
  }
}

/** What is wrong with the names of types: a sync would refuse them. What knows the types is loaded where some are named. */
async function unknownTypes({ values }: Resolved): Promise<readonly Problem[]> {
  if (values.include === undefined) {
    return [];
  }
  const { listedTypes } = await import('../registry.ts');
  try {
    listedTypes(values.include);
    return [];
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return [{ setting: 'include', message: thrown.message }];
    }
    throw thrown;
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
  return {
    name: key,
    value: holdsKey(origin.text)
      ? mask
      : isPostgres(origin.text)
        ? shownStore(origin.text)
        : origin.text.replace(/\/\/[^/@]*@/, `//${mask}@`),
    source: origin.source + (problems.some(({ setting: wrong }) => wrong === name) ? ' (wrong)' : ''),
  };
}

function describeKey(key: FoundKey | undefined, name = 'management-key'): ShownSetting {
  return key === undefined
    ? { name, value: null, source: 'must be given' }
    : {
        name,
        value: mask,
        source: key.path === undefined ? key.source : `${key.path} (${key.source})`,
      };
}

function describeCompanyKey(key: FoundKey | undefined): ShownSetting {
  const name = 'company-management-key';
  return key === undefined
    ? { name, value: null, source: 'not set; the management key is used' }
    : describeKey(key, name);
}

/** The table; on a screen that is too narrow for a row the value has lines of its own, cut where it must be. */
function settingLines(shown: readonly ShownSetting[], width = Number.POSITIVE_INFINITY): string {
  const rows = [
    ['setting', 'value', 'from'],
    ...shown.map(({ name, value, source }) => [name, printable(value ?? '-'), printable(short(source))]),
  ];
  const nameWidth = Math.max(...rows.map(([name = '']) => name.length)) + 2;
  const valueWidth = Math.min(
    Math.max(...rows.map(([, value = '']) => value.length)),
    Math.max(10, Math.floor((width - nameWidth) / 2) - 2),
  );
  const sourceWidth = width - nameWidth - valueWidth - 2;
  const whole = columns(rows);
  if (whole.split('\n').every((line) => line.length <= width)) {
    return whole;
  }
  return rows
    .flatMap(([name = '', value = '', source = '']) =>
      rowLines(name.padEnd(nameWidth), pieces(value, valueWidth), pieces(source, sourceWidth), valueWidth),
    )
    .join('\n');
}

function rowLines(
  name: string,
  values: readonly string[],
  sources: readonly string[],
  valueWidth: number,
): readonly string[] {
  return Array.from({ length: Math.max(values.length, sources.length) }, (_, line) =>
    `${line === 0 ? name : ' '.repeat(name.length)}${(values[line] ?? '').padEnd(valueWidth)}  ${sources[line] ?? ''}`.trimEnd(),
  );
}

/** Text in lines of at most so many characters: between words, and inside one that is longer. */
function pieces(text: string, width: number): readonly string[] {
  return wrapped(text, width).flatMap((line) =>
    Array.from({ length: Math.ceil(line.length / width) }, (_, place) =>
      line.slice(place * width, (place + 1) * width),
    ),
  );
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
