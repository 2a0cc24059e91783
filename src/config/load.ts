import { readFileSync } from 'node:fs';
import { ConnectorError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { type Setting, type SettingName, type Settings, settings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Values given on the command line, by setting; a flag without a value is `true`. */
export type Flags = Readonly<Partial<Record<SettingName, string | boolean>>>;

/** A further check of one setting's text: returns what to keep, or throws a ConnectorError that says what is wrong. */
export type Refine = Readonly<Partial<Record<SettingName, (value: string) => string>>>;

export interface LoadOptions {
  readonly flags: Flags;
  readonly env: Environment;
  readonly refine?: Refine;
}

/**
 * The settings in force: flags, then environment, then defaults. Every problem is reported at once, with the name that
 * was used and how to mend it, as one `config` error.
 */
export function loadSettings({ flags, env, refine = {} }: LoadOptions): Settings {
  const problems: string[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting: Setting = settings[name];
    const given = givenValue(name, setting, flags, env);
    if (given === undefined) {
      if (setting.isRequired === true) {
        problems.push(`${setting.env.join(' or ')} is not set: ${setting.help} (or give ${setting.flag})`);
      }
      continue;
    }
    const { text, source } = given;
    const parsed = setting.schema.safeParse(text);
    if (!parsed.success) {
      problems.push(`${source} ${parsed.error.issues[0]?.message ?? 'is not understood'}`);
      continue;
    }
    try {
      values[name] = refine[name]?.(text) ?? parsed.data;
    } catch (thrown) {
      problems.push(`${source}: ${thrown instanceof ConnectorError ? thrown.message : 'is not understood'}`);
    }
  }
  if (problems.length > 0) {
    throw new ConnectorError('config', problems.join('\n'));
  }
  return Object.freeze(values) as Settings; // each value went through its own schema above
}

function givenValue(name: SettingName, setting: Setting, flags: Flags, env: Environment): { readonly text: string; readonly source: string } | undefined {
  const flag = flags[name];
  if (flag !== undefined) {
    return { text: String(flag), source: setting.flag.split(' ')[0] ?? setting.flag };
  }
  for (const variable of setting.env) {
    const value = env[variable];
    if (value !== undefined && value.trim() !== '') {
      return { text: value.trim(), source: variable };
    }
  }
  return setting.default === undefined ? undefined : { text: setting.default, source: 'the default' };
}

export const managementKeyVariable = 'DESCOPE_MANAGEMENT_KEY';
export const managementKeyFileVariable = 'DESCOPE_MANAGEMENT_KEY_FILE';

/** The management key from the environment, or from the file that the environment names. Never from the command line. */
export function loadManagementKey(env: Environment): Secret {
  const direct = env[managementKeyVariable]?.trim() ?? '';
  const file = env[managementKeyFileVariable]?.trim() ?? '';
  if (direct !== '' && file !== '') {
    throw new ConnectorError('config', `set either ${managementKeyVariable} or ${managementKeyFileVariable}, not both`);
  }
  if (direct === '' && file === '') {
    throw new ConnectorError('config', `${managementKeyVariable} is not set: make a key in Console > Company > Management Keys and export it, or name a file that holds it with ${managementKeyFileVariable}`);
  }
  return new Secret(checkKey(direct === '' ? readKeyFile(file) : direct, direct === '' ? managementKeyFileVariable : managementKeyVariable));
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    throw new ConnectorError('config', `${managementKeyFileVariable}: cannot read ${path} (${code})`);
  }
}

/** It travels in a header: printable ASCII without spaces, and of a sane length. */
function checkKey(key: string, source: string): string {
  if (!/^[\x21-\x7e]{1,4096}$/.test(key)) {
    throw new ConnectorError('config', `${source} does not hold a management key: it must be one line of printable characters without spaces`);
  }
  return key;
}

/**
 * Refuses a key that reached the command line, where every process of the machine can read it. Says so without
 * repeating it.
 */
export function refuseKeyInArguments(argv: readonly string[], env: Environment): void {
  const key = env[managementKeyVariable]?.trim() ?? '';
  const isKeyFlag = (argument: string): boolean => /^--?(descope-)?(management-)?key(=|$)/i.test(argument);
  if (argv.some((argument) => isKeyFlag(argument) || (key.length >= 8 && argument.includes(key)))) {
    throw new ConnectorError(
      'config',
      `the management key must not be given on the command line, where other processes can read it: use ${managementKeyVariable} or ${managementKeyFileVariable}, and make a new key, since this one has been seen`,
    );
  }
}
