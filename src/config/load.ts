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
        problems.push(`${setting.env.join(' or ')} is not set: ${setting.help} (or give ${longFlag(setting)})`);
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

/** "--project-id" of "--project-id <id>", "--provisioning" of "-p, --provisioning". */
export function longFlag({ flag }: Pick<Setting, 'flag'>): string {
  return /--[a-z-]+/.exec(flag)?.[0] ?? flag;
}

function givenValue(name: SettingName, setting: Setting, flags: Flags, env: Environment): { readonly text: string; readonly source: string } | undefined {
  const flag = flags[name];
  if (flag !== undefined) {
    return { text: String(flag), source: longFlag(setting) };
  }
  for (const variable of setting.env) {
    const value = env[variable];
    if (value !== undefined && value.trim() !== '') {
      return { text: value.trim(), source: variable };
    }
  }
  return setting.default === undefined ? undefined : { text: setting.default, source: 'the default' };
}

/** Where the key may stand, earlier names first; a `_FILE` names a file that holds it. */
export const managementKeyVariables = ['BATON_DESCOPE_MANAGEMENT_KEY', 'DESCOPE_MANAGEMENT_KEY'] as const;

/** The management key from the environment, or from the file that the environment names. Never from the command line. */
export function loadManagementKey(env: Environment): Secret {
  for (const variable of managementKeyVariables) {
    const direct = env[variable]?.trim() ?? '';
    const file = env[`${variable}_FILE`]?.trim() ?? '';
    if (direct !== '' && file !== '') {
      throw new ConnectorError('config', `set either ${variable} or ${variable}_FILE, not both`);
    }
    if (direct !== '') {
      return new Secret(checkKey(direct, variable));
    }
    if (file !== '') {
      return new Secret(checkKey(readKeyFile(file, `${variable}_FILE`), `${variable}_FILE`));
    }
  }
  throw new ConnectorError('config', 'DESCOPE_MANAGEMENT_KEY is not set: make a key in Console > Company > Management Keys and export it, or name a file that holds it with DESCOPE_MANAGEMENT_KEY_FILE');
}

function readKeyFile(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    throw new ConnectorError('config', `${variable}: cannot read ${path} (${code})`);
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
  const keys = managementKeyVariables.map((variable) => env[variable]?.trim() ?? '').filter((key) => key.length >= 8);
  const isKeyFlag = (argument: string): boolean => /^--?(descope-)?(management-)?key(=|$)/i.test(argument);
  if (argv.some((argument) => isKeyFlag(argument) || keys.some((key) => argument.includes(key)))) {
    throw new ConnectorError(
      'config',
      `the management key must not be given on the command line, where other processes can read it: use DESCOPE_MANAGEMENT_KEY or DESCOPE_MANAGEMENT_KEY_FILE, and make a new key, since this one has been seen`,
    );
  }
}
