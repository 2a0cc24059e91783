import { ConnectorError } from '../errors.ts';
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
  /** Checks of something besides, so that their problems are told together with the others. */
  readonly alsoCheck?: readonly (() => void)[];
}

/**
 * The settings in force: flags, then environment, then defaults. Every problem is reported at once, with the name that
 * was used and how to mend it, as one `config` error.
 */
export function loadSettings({ flags, env, refine = {}, alsoCheck = [] }: LoadOptions): Settings {
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
  for (const check of alsoCheck) {
    try {
      check();
    } catch (thrown) {
      problems.push(thrown instanceof ConnectorError ? thrown.message : 'something is not understood');
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
