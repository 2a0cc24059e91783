import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { fold } from '../model/fold.ts';
import { jsonLayout, ndjsonLayout } from '../sync-format/layout.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import { wholeLines } from './lines.ts';
import { openSource } from './open.ts';
import { printable } from './printable.ts';
import type { FileRow } from './rows.ts';
import { parsed } from './summary.ts';
import { rowOfJsonResource } from './to-row.ts';
import type { WorkPlace } from './work-place.ts';

const held = ['permission', 'role', 'tenant', 'application', 'third_party_app', 'project'] as const;
const principals = [
  'user',
  'access_key',
  'access_key_secret',
  'third_party_app',
  'console_admin',
  'management_key',
] as const;

/** What is suggested, by the types that it is of. */
export const suggestedTypes = {
  permissions: ['permission'],
  tenants: ['tenant'],
  users: ['user'],
  roles: ['role'],
  held,
  principals,
  everything: [...new Set([...held, ...principals])],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type SuggestKind = keyof typeof suggestedTypes;

export interface Suggestion {
  readonly text: string;
  /** What else tells it apart, for shells that show it. */
  readonly about: string;
}

/** What a thing is found by, the best known text first, and what is shown beside it. */
export interface Named {
  readonly texts: readonly string[];
  readonly about: string;
}

export interface SuggestOptions {
  /** Gives up, and suggests nothing, when this fires: whoever pressed a key does not wait. */
  readonly signal: AbortSignal;
  readonly work?: WorkPlace;
}

/** A menu of more is of no use. */
const mostSuggested = 200;
/** A larger `.c1z` is not unpacked for a key press. */
const mostUnpacked = 16 * 1024 * 1024;

/**
 * The names in a file that begin with what was typed, once both are folded, one for each thing: the one that begins so
 * exactly, else the best known. The file is looked through quickly and not checked: these are suggestions, no answers.
 * Of too many the first ones and the last are given, so that what they begin with in common is right.
 */
export async function suggest(
  path: string,
  kind: SuggestKind,
  typed: string,
  options: SuggestOptions,
): Promise<readonly Suggestion[]> {
  const named: Named[] = [];
  for await (const row of rowsOf(path, suggestedTypes[kind], options)) {
    named.push(namesOf(row));
  }
  return suggestAmong(named, typed);
}

/** The same among things whose names are known. */
export function suggestAmong(named: readonly Named[], typed: string): readonly Suggestion[] {
  const wanted = fold(typed) + (/\S\s$/u.test(typed) ? ' ' : ''); // a blank that was typed counts
  const found = new Map<string, string>();
  for (const { texts, about } of named) {
    const usable = texts.filter((text) => text !== '' && printable(text) === text);
    // one for each thing: two that differ in case alone would leave a shell with no beginning in common
    const text =
      usable.find((candidate) => candidate.startsWith(typed)) ??
      usable.find((candidate) => fold(candidate).startsWith(wanted));
    if (text !== undefined) {
      found.set(text, printable(about === text ? '' : about));
    }
  }
  const sorted = Array.from(found, ([text, about]) => ({ text, about })).toSorted((one, other) =>
    one.text < other.text ? -1 : 1,
  );
  return sorted.length <= mostSuggested ? sorted : [...sorted.slice(0, mostSuggested - 1), ...sorted.slice(-1)];
}

/** The names that a thing is found by, the best known first. */
function namesOf(row: FileRow): Named {
  switch (row.kind) {
    case 'user':
      return { texts: [...row.loginIds, row.email, row.name, row.id].filter((text) => text !== ''), about: row.name };
    case 'tenant':
      return { texts: [row.name, row.id], about: row.id };
    case 'role':
      return { texts: [row.roleName, row.id], about: row.tenantId };
    case 'permission':
      return { texts: [row.id], about: '' };
    case 'unknown':
      return row.what === 'resource'
        ? { texts: [row.name, row.id], about: typeInWords(row.typeId) }
        : { texts: [], about: '' };
    default:
      return { texts: [], about: '' };
  }
}

async function* rowsOf(
  path: string,
  types: readonly string[],
  { signal, work }: SuggestOptions,
): AsyncGenerator<FileRow> {
  if (extname(path).toLowerCase() !== '.c1z') {
    yield* quickRows(path, types, signal);
  } else if ((await stat(path)).size <= mostUnpacked) {
    await using source = await openSource(path, { work });
    for await (const batch of source.rows(signal)) {
      yield* batch.filter((row) =>
        types.includes(row.kind === 'unknown' && row.what === 'resource' ? row.typeId : row.kind),
      );
    }
  }
}

/** Where the resources end, in JSON and in NDJSON. */
const resourceEnds = [`\n]${jsonLayout.opening('entitlements')}`, `\n{"${ndjsonLayout.keys.entitlements}":`].map(
  (text) => Buffer.from(text),
);

/** The resources of some types: only their lines are made text of. */
async function* quickRows(path: string, types: readonly string[], signal: AbortSignal): AsyncGenerator<FileRow> {
  const mark = Buffer.from('{"id":{"resourceType":"');
  const marks = types.map((type) => Buffer.from(`${type}"`));
  for await (const bytes of wholeLines(path, signal)) {
    const end = Math.min(...resourceEnds.map((text) => bytes.indexOf(text)).filter((at) => at !== -1));
    const resources = Number.isFinite(end) ? bytes.subarray(0, end) : bytes;
    for (let at = resources.indexOf(mark); at !== -1;) {
      const lineEnd = resources.indexOf('\n', at);
      const typeAt = at + mark.length;
      const isWanted = marks.some((type) => resources.subarray(typeAt, typeAt + type.length).equals(type));
      const row = isWanted
        ? rowIn(resources.toString('utf8', at, lineEnd === -1 ? resources.length : lineEnd))
        : undefined;
      if (row !== undefined) {
        yield row;
      }
      at = lineEnd === -1 ? -1 : resources.indexOf(mark, lineEnd);
    }
    if (resources !== bytes) {
      return;
    }
  }
}

/** A line from its resource on: a comma ends it in JSON, a brace in NDJSON. */
function rowIn(line: string): FileRow | undefined {
  const object = parsed(line.replace(/,\s*$/, '')) ?? parsed(line.replace(/\}\s*$/, ''));
  return typeof object === 'object' && object !== null ? rowOfJsonResource(object) : undefined;
}
