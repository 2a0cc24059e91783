import { type FileRow } from '../answers/rows.ts';
import { rowOfMessage } from '../answers/c1z-tables.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { foldAddress } from '../model/address.ts';
import type { ResourceRef } from '../model/ids.ts';
import { messageFromBytes, unknownAnnotationIn } from '../sync-format/stored-rows.ts';
import { notesOf, ownColumns, type Value, valuesOf } from './columns.ts';
import { RowsDigest } from './digest.ts';
import { damaged } from './faults.ts';
import { type Forgotten, tokenOf, withoutPerson } from './forgotten.ts';
import type { VersionTable } from './schema.ts';
import type { KeptSync } from './store.ts';

// What forgetting is, wherever the rows are kept.

/** Types whose resources are people. */
export const peopleTypes = ['user', 'console_admin'] as const;

/** Somebody in a store, and what it holds of them. */
export interface Person extends ResourceRef {
  readonly n: number;
  readonly projectId: string;
  /** The newest name, for a question only. */
  readonly name: string;
  /** The names of all versions, but for the token. */
  readonly names: readonly string[];
  /** The token that all is replaced by. */
  readonly token: string;
  /** Versions of their record, from the first sync that had them to the last. */
  readonly versions: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** Whether the newest sync of the project still has them: the next one brings their name back. */
  readonly isThere: boolean;
  /** Whether no version holds anything that names them any more. */
  readonly isForgotten: boolean;
}

/** One version of somebody's record. */
interface PersonVersion {
  readonly name: string;
  readonly since: number;
  readonly until: number | undefined;
}

/** Somebody by the versions of their record and the syncs of the project, both in their order. */
export function toPerson(
  { n, typeId, id }: ResourceRef & Pick<Person, 'n'>,
  projectId: string,
  versions: readonly PersonVersion[],
  syncs: readonly KeptSync[],
): Person {
  const last = versions.at(-1);
  const token = tokenOf(projectId, { typeId, id });
  const [since, until] = [versions[0]?.since ?? 0, last?.until];
  return {
    n,
    typeId,
    id,
    projectId,
    name: last?.name ?? '',
    names: [...new Set(versions.map(({ name }) => name))].filter(
      (name) => name.length > 1 && name !== token && name !== id,
    ),
    token,
    versions: versions.length,
    firstAt: (syncs.findLast((sync) => sync.n <= since) ?? syncs[0])?.finishedAt ?? '',
    lastAt: (until === undefined ? syncs.at(-1) : syncs.findLast((sync) => sync.n < until))?.finishedAt ?? '',
    isThere: until === undefined,
    isForgotten: versions.every(({ name }) => name === token),
  };
}

/** Addresses, folded, that name somebody in rows of others: what is shorter than that names nobody. */
export function addressesOf(texts: Iterable<string>, { id, token }: Pick<Person, 'id' | 'token'>): ReadonlySet<string> {
  return new Set(
    Array.from(texts)
      .filter((text) => text.length > 2 && text !== id && text !== token)
      .map(foldAddress),
  );
}

/**
 * What a database looks for, in small letters of ASCII, to find the rows that may hold a text in any case and normal form:
 * its longest part that is the same in all of them. It may be found where the text is not, and '' is found in all rows.
 */
export function searchedPart(text: string): string {
  const parts = foldAddress(text)
    .normalize('NFD')
    .match(/(?:[!-~](?![^!-~]))+/g);
  return (parts ?? []).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

export interface ForgetResult {
  /** Rows in which something was replaced: of the person, and of others that named an address of theirs. */
  readonly own: number;
  readonly others: number;
  /** Syncs whose hash was made anew for it. */
  readonly syncs: number;
}

/** A row that may name somebody, with what is kept of it. */
export interface Candidate {
  readonly table: VersionTable;
  readonly section: 'resources' | 'entitlements' | 'grants';
  readonly isOwn: boolean;
  readonly v: number;
  readonly since: number;
  readonly until: number | undefined;
  readonly data: Uint8Array;
}

/** A row without what named somebody, and what it says now. */
export interface CleanRow {
  readonly row: Candidate;
  readonly bytes: Uint8Array;
  readonly told: FileRow | undefined;
}

/** What is to be done to rows, and how the hashes of the syncs change by it, from each one on. */
export interface Cleaning extends Pick<ForgetResult, 'own' | 'others'> {
  readonly rows: readonly CleanRow[];
  readonly changes: ReadonlyMap<number, RowsDigest>;
}

/** Takes whatever names somebody out of rows that may. */
export function clean(path: string, candidates: Iterable<Candidate>, person: Forgotten): Cleaning {
  const changes = new Map<number, RowsDigest>();
  const at = (n: number): RowsDigest => {
    const found = changes.get(n) ?? new RowsDigest();
    changes.set(n, found);
    return found;
  };
  const rows: CleanRow[] = [];
  for (const row of candidates) {
    const bytes = cleanOf(path, row, person);
    if (bytes === undefined) {
      continue;
    }
    at(row.since).remove(row.data);
    at(row.since).add(bytes);
    if (row.until !== undefined) {
      at(row.until).add(row.data);
      at(row.until).remove(bytes);
    }
    rows.push({ row, bytes, told: rowOfMessage(messageFromBytes(row.section, bytes)) });
  }
  const own = rows.filter(({ row }) => row.isOwn).length;
  return { rows, changes, own, others: rows.length - own };
}

function cleanOf(path: string, { section, data }: Candidate, person: Forgotten): Uint8Array | undefined {
  try {
    return withoutPerson(section, data, person);
  } catch (thrown) {
    const type = unknownAnnotationIn(thrown);
    throw type === undefined
      ? thrown
      : new ConnectorError(
          'invalid',
          [
            `cannot change ${printable(path)}: a row holds an annotation, ${type}, that this version does not know;`,
            'use the version that wrote it',
          ].join(' '),
        );
  }
}

/** The columns that questions read of a row, as they are now; undefined for a row that has none. */
export function columnsOf(
  path: string,
  { row: { table, section }, told }: CleanRow,
): { readonly columns: readonly string[]; readonly values: readonly Value[] } | undefined {
  if (section === 'entitlements') {
    return undefined;
  }
  if (section === 'grants') {
    const notes = notesOf(told);
    return notes?.table === 'details' ? { columns: ['details'], values: notes.values } : undefined;
  }
  if (told === undefined) {
    throw damaged(path, 'one of the resources has no id');
  }
  return { columns: ownColumns[table as keyof typeof ownColumns], values: valuesOf(told) }; // a resource is in one of these
}

/** The hash of a sync, with the summary that tells it. */
export interface SyncHash {
  readonly n: number;
  readonly digest: Uint8Array | undefined;
  readonly summary: string;
}

/** Those of the syncs of a project, in their order, whose hash is another now, as they are. */
export function renewed(
  syncs: Iterable<SyncHash>,
  changes: ReadonlyMap<number, RowsDigest>,
): readonly Required<SyncHash>[] {
  const sum = new RowsDigest();
  const none = new RowsDigest().text;
  const all: Required<SyncHash>[] = [];
  for (const { n, digest: kept, summary } of syncs) {
    const change = changes.get(n);
    if (change !== undefined) {
      sum.addAll(change);
    }
    if (sum.text !== none) {
      const digest = new RowsDigest(kept);
      const before = digest.text;
      digest.addAll(sum);
      all.push({ n, digest: digest.bytes, summary: summary.replaceAll(before, digest.text) });
    }
  }
  return all;
}
