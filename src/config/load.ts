import { ConnectorError } from '../errors.ts';
import { isClientSecret } from './client-secret.ts';
import type { ConfigFile } from './config-file.ts';
import type { Environment } from './environment.ts';
import { longFlag } from './file-keys.ts';
import { holdsKey, keyInWrongPlace } from './key-form.ts';
import { type Setting, type SettingName, type Settings, settings } from './settings.ts';

/** Values given on the command line, by setting; a flag without a value is `true`. */
export type Flags = Readonly<Partial<Record<SettingName, string | boolean>>>;

/** A further check of one setting's text: returns what to keep, or throws a ConnectorError that says what is wrong. */
export type Refine = Readonly<Partial<Record<SettingName, (value: string, origin: Origin) => string>>>;

/** What a check of something besides may look at. */
export interface Facts {
  /** Undefined when there is none, and when it could not be read. */
  readonly file: ConfigFile | undefined;
  /**
   * True when the config file means to name the key, or could not be read: to call the key missing would be misleading.
   */
  readonly isKeyTried: boolean;
  readonly values: Readonly<Partial<Settings>>;
}

export interface LoadOptions {
  readonly flags: Flags;
  readonly env: Environment;
  /** Finds the config file. It may throw: its problem is told together with the others. */
  readonly openFile?: () => ConfigFile | undefined;
  readonly refine?: Refine;
  /** Checks of something besides, so that their problems are told together with the others. */
  readonly alsoCheck?: readonly ((facts: Facts) => void)[];
}

/** A setting's text and the name of the place that it came from. */
export interface Origin {
  readonly text: string;
  readonly source: string;
  /** Why the config file that it is from is used although it was not named. */
  readonly foundBy?: 'folder' | 'home';
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
  /** False when there is a config file that could not be read, or is not obeyed. */
  readonly isFileRead: boolean;
}

/**
 * The settings in force: flags, then environment, then the config file, then defaults. Every problem is reported at
 * once, with the name that was used and how to mend it, as one `config` error.
 */
export function loadSettings(options: LoadOptions): Settings {
  return settingsOf(resolveSettings(options));
}

/** What was resolved, as settings, or all problems as one `config` error. */
export function settingsOf({ values, problems }: Pick<Resolved, 'values' | 'problems'>): Settings {
  if (problems.length > 0) {
    throw new ConnectorError('config', problems.map(({ message }) => message).join('\n'));
  }
  return Object.freeze(values) as Settings; // each value went through its own schema, none is missing
}

/** The same, but it collects problems instead of throwing: for showing what is in force, and what is wrong with it. */
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
  let isFileRead = false;
  const file = collect(
    () => {
      const opened = openFile?.();
      isFileRead = true;
      return opened;
    },
    (message) => ({ message }),
  );
  const isTried = (what: SettingName | 'key'): boolean => !isFileRead || file?.isTried(what) === true;
  problems.push(...(file?.problems ?? []).map((message) => ({ message })));

  const values: Partial<Record<SettingName, unknown>> = {};
  const origins: Partial<Record<SettingName, Origin>> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting: Setting = settings[name];
    const given = givenValue(name, setting, { flags, env, file });
    if (given === undefined) {
      if (setting.isRequired === true && !isTried(name)) {
        problems.push({
          setting: name,
          message: `${setting.env.join(' or ')} is not set: ${setting.help} (or give ${longFlag(setting)})`,
        });
      }
      continue;
    }
    origins[name] = given;
    const flaw = flawOf(given, setting);
    if (flaw !== undefined) {
      problems.push({ setting: name, message: flaw });
      continue;
    }
    const parsed = setting.schema.safeParse(given.text);
    if (!parsed.success) {
      problems.push({
        setting: name,
        message: `${given.source} ${parsed.error.issues[0]?.message ?? 'is not understood'}`,
      });
      continue;
    }
    const kept = collect(
      () => refine[name]?.(given.text, given) ?? parsed.data,
      (message) => ({ setting: name, message: `${given.source}: ${message}` }),
    );
    if (kept !== undefined) {
      values[name] = kept;
    }
  }
  const found = values as Partial<Settings>; // each value went through its own schema above
  for (const check of alsoCheck) {
    collect(
      () => check({ file, isKeyTried: isTried('key'), values: found }),
      (message) => ({ message }),
    );
  }
  return { values: found, origins, problems, file, isFileRead };
}

/** What no setting may be, whatever it means: empty, or a key. */
function flawOf({ text, source }: Origin, setting: Setting): string | undefined {
  if (holdsKey(text)) {
    return keyInWrongPlace(source);
  }
  if (isClientSecret(text)) {
    return (
      `${source} holds what looks like a client secret (not shown): put it into BATON_CLIENT_SECRET, or into a file ` +
      'that --client-secret-file names'
    );
  }
  return text.trim() === '' && setting.kind !== 'switch' && setting.isListenAddress !== true
    ? `${source} is empty: give a value, or leave it out`
    : undefined;
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
    if (value !== undefined && (value.trim() !== '' || setting.isListenAddress === true)) {
      return { text: value.trim(), source: variable };
    }
  }
  const inFile = file?.values[name];
  if (inFile !== undefined) {
    return inFile;
  }
  return setting.default === undefined ? undefined : { text: setting.default, source: 'the default' };
}
