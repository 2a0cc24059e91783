import { ConnectorError } from '../errors.ts';
import type { Environment } from './environment.ts';
import { keyInWrongPlace, holdsKey } from './key-form.ts';
import { type OneShotFlag, oneShotFlags, type OneShotName, type OneShotValues } from './one-shot-flags.ts';

/** Values given on the command line: a list as it was collected, a switch without a value as true. */
export type OneShotGiven = Readonly<Partial<Record<OneShotName, string | boolean | readonly string[]>>>;

/** A value as text, and the name of the place where it stands. */
export interface PlacedText {
  readonly text: string;
  readonly source: string;
}

/** "--sync-resources" of "--sync-resources <bids>". */
export function oneShotFlag(name: OneShotName): string {
  return /--[a-z0-9-]+/.exec(oneShotFlags[name].flag)?.[0] ?? name;
}

/** The name in a config file: "sync-resources". */
export function oneShotKey(name: OneShotName): string {
  return oneShotFlag(name).slice(2);
}

/** The name in the environment: "BATON_SYNC_RESOURCES". */
export function oneShotVariable(name: OneShotName): string {
  return `BATON_${oneShotKey(name).toUpperCase().replaceAll('-', '_')}`;
}

/** Which flag a key of a config file means; undefined for none. */
export function oneShotOfKey(key: string): OneShotName | undefined {
  return byKey.get(key);
}

const names = Object.keys(oneShotFlags) as readonly OneShotName[];
const byKey: ReadonlyMap<string, OneShotName> = new Map(names.map((name) => [oneShotKey(name), name]));

/**
 * What was asked for: flags, then environment, then config file. An empty text counts as not set, as in every Baton
 * connector. Throws `config` with all that is not understood.
 */
export function resolveOneShot(
  given: OneShotGiven,
  env: Environment,
  inFile: Readonly<Partial<Record<OneShotName, PlacedText>>> = {},
  wanted: readonly OneShotName[] = names,
): OneShotValues {
  const problems: string[] = [];
  const values: Partial<Record<OneShotName, string | boolean | readonly string[]>> = {};
  for (const name of wanted) {
    const placed = placedText(name, given[name], env) ?? inFile[name];
    if (placed === undefined) {
      continue;
    }
    const read = holdsKey(placed.text)
      ? { flaw: keyInWrongPlace(placed.source) }
      : readText(oneShotFlags[name], placed);
    if ('flaw' in read) {
      problems.push(read.flaw);
    } else if (read.value !== undefined) {
      values[name] = read.value;
    }
  }
  if (problems.length > 0) {
    throw new ConnectorError('config', problems.join('\n'));
  }
  return values as OneShotValues; // each was read as its kind
}

function placedText(name: OneShotName, flag: OneShotGiven[OneShotName], env: Environment): PlacedText | undefined {
  if (flag !== undefined) {
    const text = typeof flag === 'object' ? flag.join(',') : String(flag);
    return { text, source: oneShotFlag(name) };
  }
  const source = oneShotVariable(name);
  const text = env[source]?.trim() ?? '';
  return text === '' ? undefined : { text, source };
}

const yes = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const no = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** Undefined for what counts as not set. */
function readText(
  { kind }: OneShotFlag,
  { text, source }: PlacedText,
): { readonly value: string | boolean | readonly string[] | undefined } | { readonly flaw: string } {
  switch (kind) {
    case 'switch':
      return yes.has(text)
        ? { value: true }
        : no.has(text)
          ? { value: undefined }
          : { flaw: `${source} must be true or false` };
    case 'list': {
      const list = listOf(text);
      return list === undefined
        ? { flaw: `${source} is a list with commas between its values, and a quotation mark in it is not closed` }
        : { value: list.length === 0 ? undefined : list };
    }
    case 'text':
      return { value: text === '' ? undefined : text };
  }
}

/**
 * Values with commas between them; one with a comma in it stands in quotation marks, as in CSV. Undefined for a mark
 * that is not closed.
 */
export function listOf(text: string): readonly string[] | undefined {
  if (isObjectText(text)) {
    return [text.trim()]; // a JSON Web Key, say: its commas are its own
  }
  const values: string[] = [];
  for (let rest = text; rest !== '';) {
    const [whole, quoted, plain = ''] = /^(?:"((?:[^"]|"")*)"|([^",][^,]*)?)(?:,|$)/.exec(rest) ?? [];
    if (whole === undefined) {
      return undefined;
    }
    values.push((quoted?.replaceAll('""', '"') ?? plain).trim());
    rest = rest.slice(whole.length);
  }
  return values.filter((value) => value !== '');
}

function isObjectText(text: string): boolean {
  try {
    return text.trimStart().startsWith('{') && typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
