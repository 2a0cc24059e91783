import { dirname, isAbsolute, resolve } from 'node:path';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml';
import type { ConfigFilePath } from './config-file-path.ts';
import { readConfigText } from './config-file-text.ts';
import {
  companyKeyFileKeys,
  isPath,
  keyFileKeys,
  meantKey,
  plainCompanyKeyKeys,
  plainKeyKeys,
  settingOfKey,
} from './file-keys.ts';
import { holdsKey } from './key-form.ts';
import { listOf, oneShotOfKey, type PlacedText } from './one-shot.ts';
import { type OneShotFlag, oneShotFlags, type OneShotName } from './one-shot-flags.ts';
import { type SettingName, settings } from './settings.ts';
import { explainYaml, starNeedsQuotes } from './yaml-faults.ts';

/** One value as text, and where it stands: "baton.yaml:3 project-id". */
export interface FileValue {
  readonly text: string;
  readonly source: string;
  /** Why the file is used although it was not named. */
  readonly foundBy?: 'folder' | 'home';
}

/** What a config file says. Its problems are told together with those of flags and environment. */
export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Partial<Record<SettingName, FileValue>>>;
  /** What it says besides that only flags without a command ask for. */
  readonly oneShot: Readonly<Partial<Record<OneShotName, PlacedText>>>;
  /** The file that holds the management key, as an absolute path. */
  readonly keyFile?: FileValue;
  /** The one that holds the key of the company. */
  readonly companyKeyFile?: FileValue;
  readonly problems: readonly string[];
  /** What the file means to say, but does not say rightly: it would be misleading to call it missing. */
  readonly isTried: (what: SettingName | 'key') => boolean;
}

/**
 * Reads a config file: YAML, of which JSON is a part; one level of "name: value". Paths in it count from its own
 * folder. A file that cannot be read, or that others could have written, is a `config` error; what is wrong inside
 * stands in `problems`, each with file and line. Values are never repeated in a problem: one of them could be a key in
 * the wrong place.
 */
export function readConfigFile(file: ConfigFilePath): ConfigFile {
  const { path } = file;
  const text = readConfigText(file);
  const lines = new LineCounter();
  // Its own pretty errors would quote the line, and with it perhaps a secret.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number | undefined): string => `${path}:${offset === undefined ? 1 : lines.linePos(offset).line}`;
  const fault = explainYaml(text, document.errors, (name) => isKnownKey(name));
  if (fault !== undefined) {
    return { path, values: {}, oneShot: {}, problems: [`${path}:${fault.line} ${fault.text}`], isTried: () => true };
  }
  if (document.contents === null) {
    return { path, values: {}, oneShot: {}, problems: [], isTried: () => false }; // an empty file says nothing, which is no mistake
  }
  if (!isMap(document.contents)) {
    const hint = /^\s*[\w.-]+:[^\s/]/m.test(text) ? ', with a blank after the colon' : '';
    return {
      path,
      values: {},
      oneShot: {},
      problems: [`${at(0)} must be a list of settings, one "name: value" on each line${hint}`],
      isTried: () => true,
    };
  }

  const values: Partial<Record<SettingName, FileValue>> = {};
  const oneShot: Partial<Record<OneShotName, PlacedText>> = {};
  const problems: string[] = [];
  const tried = new Set<SettingName | 'key'>();
  let [keyFile, companyKeyFile]: (FileValue | undefined)[] = [];
  for (const pair of document.contents.items) {
    const { key, offset } = keyOf(pair);
    const source = `${at(offset)} ${key}`;
    const value = textOf(pair);
    const name = settingOfKey(key);
    const flag = name === undefined ? oneShotOfKey(key) : undefined;
    const from = { source, ...(file.by !== 'name' && { foundBy: file.by }) };
    const isOfCompany = [...companyKeyFileKeys, ...plainCompanyKeyKeys].includes(key);
    const inFile = (text: string): FileValue => ({ text: holdsKey(text) ? text : fromFolderOf(path, text), ...from });
    if ([...plainKeyKeys, ...plainCompanyKeyKeys].includes(key)) {
      tryFor(key, tried);
      problems.push(
        `${source}: a config file must not hold the management key itself: put it into a file of its own with mode 0600 ` +
          `and name that with ${(isOfCompany ? companyKeyFileKeys : keyFileKeys)[0]}`,
      );
    } else if (flag !== undefined) {
      const text = value ?? (oneShotFlags[flag].kind === 'list' ? textOfList(pair) : undefined);
      if (text === undefined) {
        problems.push(`${source} ${flawOfValue(pair)}`);
      } else {
        const isPathHere = 'isPath' in oneShotFlags[flag];
        oneShot[flag] = { text: isPathHere ? pathsFrom(path, text, oneShotFlags[flag]) : text, source };
      }
    } else if (!isKnownKey(key)) {
      const meant = meantKey(key);
      if (meant !== undefined) {
        tryFor(meant, tried);
      }
      problems.push(
        `${source} is not a setting${meant === undefined ? '; `baton-descope config show` lists them' : `; did you mean ${meant}?`}`,
      );
    } else if (value === undefined) {
      tryFor(key, tried);
      problems.push(`${source} ${isAlias(pair.value) ? starNeedsQuotes(key) : flawOfValue(pair)}`);
    } else if (isOfCompany) {
      companyKeyFile = firstOf(companyKeyFile, inFile(value), problems);
    } else if (name === undefined) {
      keyFile = firstOf(keyFile, inFile(value), problems);
    } else {
      values[name] = firstOf(
        values[name],
        { text: isPath(settings[name]) ? fromFolderOf(path, value) : value, ...from },
        problems,
      );
    }
  }
  return {
    path,
    values,
    oneShot,
    problems,
    isTried: (what) => tried.has(what),
    ...(keyFile !== undefined && { keyFile }),
    ...(companyKeyFile !== undefined && { companyKeyFile }),
  };
}

/** Notes what a key of the file means to say; the key of the company is never missed, whoever says nothing of it. */
function tryFor(key: string, tried: Set<SettingName | 'key'>): void {
  if (![...companyKeyFileKeys, ...plainCompanyKeyKeys].includes(key)) {
    tried.add(settingOfKey(key) ?? 'key');
  }
}

const keysOfKeys = new Set([...keyFileKeys, ...plainKeyKeys, ...companyKeyFileKeys, ...plainCompanyKeyKeys]);

function isKnownKey(name: string): boolean {
  return settingOfKey(name) !== undefined || oneShotOfKey(name) !== undefined || keysOfKeys.has(name);
}

/** One setting under two of its names would leave open which counts. */
function firstOf(before: FileValue | undefined, found: FileValue, problems: string[]): FileValue {
  if (before !== undefined) {
    problems.push(`${found.source} repeats ${before.source}: keep one of them`);
  }
  return before ?? found;
}

function keyOf({ key }: Pair): { readonly key: string; readonly offset: number | undefined } {
  const offset = isNode(key) ? key.range?.[0] : undefined;
  const text = isScalar(key) && typeof key.value === 'string' ? key.value.slice(0, 80) : '(a key that is no text)';
  return { key: holdsKey(text) ? '(what looks like a management key)' : text, offset };
}

/** A scalar as text, a number as it is spelt; undefined for lists, maps, references and nothing at all. */
function textOf({ value }: Pick<Pair, 'value'>): string | undefined {
  const inside: unknown = isScalar(value) ? value.value : undefined;
  if (typeof inside !== 'string' && typeof inside !== 'number' && typeof inside !== 'boolean') {
    return undefined;
  }
  const text = (
    typeof inside === 'number' && isScalar(value) ? (value.source ?? String(inside)) : String(inside)
  ).trim();
  return text === '' ? undefined : text;
}

/** A list of texts as one, with commas between them. */
function textOfList({ value }: Pair): string | undefined {
  const items = isSeq(value) ? value.items.map((item) => textOf({ value: item })) : [undefined];
  return items.includes(undefined) ? undefined : quotedList(items.filter((item) => item !== undefined));
}

function flawOfValue({ value }: Pair): string {
  return value === null || isScalar(value)
    ? 'is empty: give a value, or leave it out'
    : 'must have one text, number, true or false as its value, and no list';
}

/** Words that stand where paths do, and are none. */
const noPaths: ReadonlySet<string> = new Set(['stderr', 'stdout', '-']);

/** One path, or a list of them, each from the file's own folder. */
function pathsFrom(path: string, text: string, { kind }: OneShotFlag): string {
  const paths = kind === 'list' ? listOf(text) : undefined;
  return paths === undefined
    ? fromFolderOf(path, text)
    : quotedList(paths.map((one) => (noPaths.has(one) ? one : fromFolderOf(path, one))));
}

function quotedList(items: readonly string[]): string {
  return items.map((item) => `"${item.replaceAll('"', '""')}"`).join(',');
}

function fromFolderOf(path: string, text: string): string {
  return isAbsolute(text) ? text : resolve(dirname(path), text);
}
