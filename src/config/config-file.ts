import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, type Pair, parseDocument } from 'yaml';
import { ConnectorError } from '../errors.ts';
import { isPath, keyFileKeys, meantKey, plainKeyKeys, settingOfKey } from './file-keys.ts';
import { type SettingName, settings } from './settings.ts';

const maxBytes = 1024 * 1024;

/** One value as text, and where it stands: "baton.yaml:3 project-id". */
export interface FileValue {
  readonly text: string;
  readonly source: string;
}

/** What a config file says. Its problems are told together with those of flags and environment. */
export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Partial<Record<SettingName, FileValue>>>;
  /** The file that holds the management key, as an absolute path. */
  readonly keyFile?: FileValue;
  readonly problems: readonly string[];
}

/**
 * Reads a config file: YAML, of which JSON is a part; one level of "name: value". Paths in it count from its own folder.
 * A file that cannot be read is a `config` error; what is wrong inside stands in `problems`, each with file and line.
 * Values are never repeated in a problem: one of them could be a key in the wrong place.
 */
export function readConfigFile(path: string): ConfigFile {
  const lines = new LineCounter();
  // Its own pretty errors would quote the line, and with it perhaps a secret.
  const document = parseDocument(readText(path), { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number | undefined): string => `${path}:${offset === undefined ? 1 : lines.linePos(offset).line}`;
  const problems = document.errors.map(({ pos: [offset], code }) => `${at(offset)} is not YAML or JSON that can be read (${code.toLowerCase().replaceAll('_', ' ')})`);
  if (problems.length > 0) {
    return { path, values: {}, problems };
  }
  if (document.contents === null) {
    return { path, values: {}, problems: [] }; // an empty file says nothing, which is no mistake
  }
  if (!isMap(document.contents)) {
    return { path, values: {}, problems: [`${at(0)} must be a list of settings, one "name: value" on each line`] };
  }

  const values: Partial<Record<SettingName, FileValue>> = {};
  let keyFile: FileValue | undefined;
  for (const pair of document.contents.items) {
    const { key, offset } = keyOf(pair);
    const source = `${at(offset)} ${key}`;
    const text = textOf(pair);
    const name = settingOfKey(key);
    if (plainKeyKeys.includes(key)) {
      problems.push(`${source}: a config file must not hold the management key itself: put it into a file of its own with mode 0600 and name that with ${keyFileKeys[0]}`);
    } else if (name === undefined && !keyFileKeys.includes(key)) {
      const meant = meantKey(key);
      problems.push(`${source} is no setting${meant === undefined ? '; `baton-descope config show` lists them' : `; did you mean ${meant}?`}`);
    } else if (text === undefined) {
      problems.push(`${source} must have one text, number, true or false as its value`);
    } else if (name === undefined) {
      keyFile = firstOf(keyFile, { text: fromFolderOf(path, text), source }, problems);
    } else {
      values[name] = firstOf(values[name], { text: isPath(settings[name]) ? fromFolderOf(path, text) : text, source }, problems);
    }
  }
  return { path, values, problems, ...(keyFile !== undefined && { keyFile }) };
}

/** One setting under two of its names would leave open which counts. */
function firstOf(before: FileValue | undefined, found: FileValue, problems: string[]): FileValue {
  if (before !== undefined) {
    problems.push(`${found.source} says again what ${before.source} says: leave one of them`);
  }
  return before ?? found;
}

function keyOf({ key }: Pair): { readonly key: string; readonly offset: number | undefined } {
  const offset = isNode(key) ? key.range?.[0] : undefined;
  return { key: isScalar(key) && typeof key.value === 'string' ? key.value.slice(0, 80) : '(a key that is no text)', offset };
}

/** A scalar as text; undefined for lists, maps, references and nothing at all. */
function textOf({ value }: Pair): string | undefined {
  const inside: unknown = isScalar(value) ? value.value : undefined;
  if (typeof inside !== 'string' && typeof inside !== 'number' && typeof inside !== 'boolean') {
    return undefined;
  }
  const text = String(inside).trim();
  return text === '' ? undefined : text;
}

function fromFolderOf(path: string, text: string): string {
  return isAbsolute(text) ? text : resolve(dirname(path), text);
}

function readText(path: string): string {
  try {
    const { size, mode } = statSync(path);
    if (size > maxBytes) {
      throw new ConnectorError('config', `${path} is larger than a config file can be`);
    }
    if ((mode & 0o002) !== 0) {
      throw new ConnectorError('config', `${path} can be changed by every user of this machine, who could send your key elsewhere: chmod o-w it`);
    }
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      throw thrown;
    }
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    throw new ConnectorError('config', `cannot read the config file ${path} (${code})`);
  }
}
