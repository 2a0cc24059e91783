import { ConnectorError } from '../errors.ts';
import type { ConfigFile } from './config-file.ts';
import { longFlag } from './file-keys.ts';
import { type Setting, type SettingName, type Settings, settings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Values given on the command line, by setting; a flag without a value is `true`. */
export type Flags = Readonly<Partial<Record<SettingName, string | boolean>>>;

/** A further check of one setting's text: returns what to keep, or throws a ConnectorError that says what is wrong. */
export type Refine = Readonly<Partial<Record<SettingName, (value: string) => string>>>;

export interface LoadOptions {
  readonly flags: Flags;
  readonly env: Environment;
  /** Finds the config file. It may throw: its problem is told together with the others. */
  readonly openFile?: () => ConfigFile | undefined;
  readonly refine?: Refine;
  /** Checks of something besides, so that their problems are told together with the others. */
  readonly alsoCheck?: readonly ((file: ConfigFile | undefined) => void)[];
}

/** A setting's text and the name of the place that it came from. */
export interface Origin {
  readonly text: string;
  readonly source: string;
}

/** One thing that is wrong; `setting` when it is one setting's value. */
export interface Problem {
  readonly setting?: SettingName;
  readonly message: string;
}

/** All that was found out, right and wrong. `values` holds the settings that are understood. */
export interface Resolved {
  readonly values: Readonly<Partial<Settings>>;
  readonly origins: Readonly<Partial<Record<SettingName, Origin>>>;
  readonly problems: readonly Problem[];
  readonly file: ConfigFile | undefined;
}

/**
 * The settings in force: flags, then environment, then the config file, then defaults. Every problem is reported at
 * once, with the name that was used and how to mend it, as one `config` error.
 */
export function loadSettings(options: LoadOptions): Settings {
  const { values, problems } = resolveSettings(options);
  if (problems.length > 0) {
    throw new ConnectorError('config', problems.map(({ message }) => message).join('\n'));
  }
  return Object.freeze(values) as Settings; // each value went through its own schema, none is missing
}

/** The same without an end at problems: for whoever shows what is in force, and what is wrong with it. */
export function resolveSettings({ flags, env, openFile, refine = {}, alsoCheck = [] }: LoadOptions): Resolved {
  const problems: Problem[] = [];
  const collect = <T>(work: () => T, tell: (message: string) => Problem): T | undefined => {
    try {
      return work();
    } catch (thrown) {
      problems.push(tell(thrown instanceof ConnectorError ? thrown.message : 'something is not understood'));
      return undefined;
    }
  };
  const file = collect(() => openFile?.(), (message) => ({ message }));
  problems.push(...(file?.problems ?? []).map((message) => ({ message })));

  const values: Partial<Record<SettingName, unknown>> = {};
  const origins: Partial<Record<SettingName, Origin>> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting: Setting = settings[name];
    const given = givenValue(name, setting, { flags, env, file });
    if (given === undefined) {
      if (setting.isRequired === true) {
        problems.push({ setting: name, message: `${setting.env.join(' or ')} is not set: ${setting.help} (or give ${longFlag(setting)})` });
      }
      continue;
    }
    origins[name] = given;
    const parsed = setting.schema.safeParse(given.text);
    if (!parsed.success) {
      problems.push({ setting: name, message: `${given.source} ${parsed.error.issues[0]?.message ?? 'is not understood'}` });
      continue;
    }
    const kept = collect(() => refine[name]?.(given.text) ?? parsed.data, (message) => ({ setting: name, message: `${given.source}: ${message}` }));
    if (kept !== undefined) {
      values[name] = kept;
    }
  }
  for (const check of alsoCheck) {
    collect(() => check(file), (message) => ({ message }));
  }
  return { values: values as Partial<Settings>, origins, problems, file }; // each value went through its own schema above
}

interface Places {
  readonly flags: Flags;
  readonly env: Environment;
  readonly file: ConfigFile | undefined;
}

function givenValue(name: SettingName, setting: Setting, { flags, env, file }: Places): Origin | undefined {
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
  const inFile = file?.values[name];
  if (inFile !== undefined) {
    return inFile;
  }
  return setting.default === undefined ? undefined : { text: setting.default, source: 'the default' };
}
