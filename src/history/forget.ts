import type { DatabaseSync } from 'node:sqlite';
import { rowOfMessage } from '../answers/c1z-tables.ts';
import type { FileRow } from '../answers/rows.ts';
import { ConnectorError } from '../errors.ts';
import type { ResourceRef } from '../model/ids.ts';
import { printable } from '../printable.ts';
import { messageFromBytes, unknownAnnotationIn } from '../sync-format/stored-rows.ts';
import { notesOf, ownColumns, tableOf, valuesOf } from './columns.ts';
import { RowsDigest } from './digest.ts';
import { damaged } from './faults.ts';
import { type Forgotten, tokenOf, withoutPerson } from './forgotten.ts';
import { keptSyncs, projectNumber } from './kept.ts';
import type { VersionTable } from './schema.ts';
import { putAudit } from './store-audit.ts';

/** Types whose resources are people. */
export const peopleTypes = ['user', 'console_admin'] as const;

/** Somebody in a store, and what it holds of them. */
export interface Person extends ResourceRef {
  readonly n: number;
  readonly projectId: string;
  /** The newest name, for a question only. */
  readonly name: string;
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

/** The people of a project whom a text names in any version: by id, login, email or name, letter by letter. */
export function peopleCalled(database: DatabaseSync, projectId: string, asked: string): readonly Person[] {
  const project = projectNumber(database, projectId) ?? -1;
  return database
    .prepare(
      `select distinct n, type, id from (
         select r.n n, 'user' type, r.id id from user_row r left join login_row l on l.v = r.v
           where r.project = ?1 and (r.id = ?2 or 'user:' || r.id = ?2 or r.name = ?2 or r.email = ?2 or l.login = ?2)
         union select r.n, r.type, r.id from other_row r where r.project = ?1 and r.type = 'console_admin'
           and (r.id = ?2 or r.type || ':' || r.id = ?2 or r.name = ?2 or r.profile ->> '$.email' = ?2
             or exists (select 1 from json_each(r.profile, '$.login_ids') where value = ?2))
       ) order by type, id limit 20`,
    )
    .all(project, asked)
    .map(({ n, type, id }) => personOf(database, projectId, { n: Number(n), typeId: String(type), id: String(id) }));
}

function personOf(
  database: DatabaseSync,
  projectId: string,
  { n, typeId, id }: ResourceRef & Pick<Person, 'n'>,
): Person {
  const syncs = keptSyncs(database, projectId);
  const versions = database.prepare(`select name, since, until from ${tableOf(typeId)} where n = ? order by v`).all(n);
  const last = versions.at(-1);
  const token = tokenOf(projectId, { typeId, id });
  const until = last?.['until'] ?? null;
  return {
    n,
    typeId,
    id,
    projectId,
    name: String(last?.['name'] ?? ''),
    token,
    versions: versions.length,
    firstAt: (syncs.findLast((sync) => sync.n <= Number(versions[0]?.['since'])) ?? syncs[0])?.finishedAt ?? '',
    lastAt: (until === null ? syncs.at(-1) : syncs.findLast((sync) => sync.n < Number(until)))?.finishedAt ?? '',
    isThere: until === null,
    isForgotten: versions.every(({ name }) => name === token),
  };
}

export interface ForgetResult {
  /** Rows in which something was replaced: of the person, and of others that named an address of theirs. */
  readonly own: number;
  readonly others: number;
  /** Syncs whose hash was made anew for it. */
  readonly syncs: number;
}

/** A row that may name somebody, with what is kept of it. */
interface Candidate {
  readonly table: VersionTable;
  readonly section: 'resources' | 'entitlements' | 'grants';
  readonly isOwn: boolean;
  readonly v: number;
  readonly since: number;
  readonly until: number | undefined;
  readonly data: Uint8Array;
}

/**
 * Replaces, within a transaction of the caller, whatever names a person by a token: in every version of their record, in
 * grants and entitlements that repeat it, and where rows of keys, apps and single sign-on name an address of theirs. The
 * id stays, and so do status, times and what is held. The hashes of the syncs are made anew by what changed: a row that
 * was lost before is missing after it, too.
 */
export function forget(path: string, database: DatabaseSync, person: Person, atMs: number): ForgetResult {
  const whole: Forgotten = { ...person, addresses: addressesOf(database, person) };
  const changes = new Map<number, RowsDigest>();
  const at = (n: number): RowsDigest => {
    const found = changes.get(n) ?? new RowsDigest();
    changes.set(n, found);
    return found;
  };
  const put = database.prepare('update message set data = ? where v = ?');
  const counts = { own: 0, others: 0 };
  for (const row of candidates(database, person, whole.addresses)) {
    const clean = cleanOf(path, row, whole);
    if (clean === undefined) {
      continue;
    }
    put.run(clean, row.v);
    at(row.since).remove(row.data);
    at(row.since).add(clean);
    if (row.until !== undefined) {
      at(row.until).add(row.data);
      at(row.until).remove(clean);
    }
    updateColumns(path, database, row, clean);
    counts[row.isOwn ? 'own' : 'others'] += 1;
  }
  const syncs = renewHashes(database, person.projectId, changes);
  const { typeId, id } = person;
  putAudit(database, projectNumber(database, person.projectId) ?? -1, atMs, {
    did: 'forget',
    resource: `${typeId}:${id}`,
    rows: counts.own + counts.others,
    syncs,
  });
  return { ...counts, syncs };
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
          `cannot change ${printable(path)}: a row holds an annotation, ${type}, that this version does not know; use the version that wrote it`,
        );
  }
}

/** Logins, addresses and numbers of all versions; what is shorter than that names nobody. */
function addressesOf(database: DatabaseSync, { typeId, id, n, token }: Person): ReadonlySet<string> {
  const texts =
    typeId === 'user'
      ? `select r.login t from user_row r where r.n = ?1 union select r.email from user_row r where r.n = ?1
         union select r.phone from user_row r where r.n = ?1
         union select l.login from user_row r join login_row l on l.v = r.v where r.n = ?1`
      : `select r.profile ->> '$.email' t from other_row r where r.n = ?1
         union select value from other_row r, json_each(r.profile, '$.login_ids') where r.n = ?1`;
  const found = database.prepare(texts).all(n);
  return new Set(
    found.map(({ t }) => String(t ?? '')).filter((text) => text.length > 2 && text !== id && text !== token),
  );
}

function candidates(
  database: DatabaseSync,
  { typeId, n, projectId }: Person,
  addresses: ReadonlySet<string>,
): readonly Candidate[] {
  const project = projectNumber(database, projectId) ?? -1;
  const first = Number(database.prepare('select min(n) n from sync where project = ?').get(project)?.['n'] ?? 0);
  const found = new Map<number, Candidate>();
  const take = (
    table: VersionTable,
    section: Candidate['section'],
    isOwn: boolean,
    condition: string,
    ...values: readonly (string | number)[]
  ): void => {
    const rows = database
      .prepare(
        `select r.v v, r.since since, r.until until, m.data data from ${table} r join message m on m.v = r.v where ${condition}`,
      )
      .all(...values);
    for (const { v, since, until, data } of rows) {
      if (data instanceof Uint8Array && !found.has(Number(v))) {
        found.set(Number(v), {
          table,
          section,
          isOwn,
          v: Number(v),
          since: Math.max(Number(since), first),
          until: until === null ? undefined : Number(until),
          data,
        });
      }
    }
  };
  take(tableOf(typeId), 'resources', true, 'r.n = ?', n);
  take('entitlement_row', 'entitlements', true, 'r.n = ?', n);
  take('grant_row', 'grants', true, 'r.on_n = ? or r.to_n = ?', n, n);
  for (const text of addresses) {
    const names = 'r.project = ? and instr(m.data, cast(? as blob)) > 0';
    take('sso_row', 'resources', false, names, project, text);
    take('other_row', 'resources', false, `${names} and r.type <> 'console_admin'`, project, text);
    take('grant_row', 'grants', false, names, project, text);
  }
  return [...found.values()];
}

/** Brings the columns that questions read up to what the message says now. */
function updateColumns(
  path: string,
  database: DatabaseSync,
  { table, section, v }: Candidate,
  bytes: Uint8Array,
): void {
  if (section === 'entitlements') {
    return;
  }
  const told: FileRow | undefined = rowOfMessage(messageFromBytes(section, bytes));
  if (section === 'grants') {
    const notes = notesOf(told);
    if (notes?.table === 'details') {
      database.prepare('update details set details = ? where v = ?').run(notes.values[0] ?? '', v);
    }
    return;
  }
  if (told === undefined) {
    throw damaged(path, 'one of the resources has no id');
  }
  const columns = ownColumns[table as keyof typeof ownColumns]; // a resource is in one of these
  database
    .prepare(`update ${table} set ${columns.map((name) => `${name} = ?`).join(', ')} where v = ?`)
    .run(...valuesOf(told), v);
  if (told.kind === 'user') {
    database.prepare('delete from login_row where v = ?').run(v);
    const putLogin = database.prepare('insert into login_row (v, login) values (?, ?)');
    told.loginIds.forEach((login) => putLogin.run(v, login));
  }
}

/** Returns how many syncs have another hash now. */
function renewHashes(database: DatabaseSync, projectId: string, changes: ReadonlyMap<number, RowsDigest>): number {
  const get = database.prepare('select digest, summary from sync where n = ?');
  const put = database.prepare('update sync set digest = ?, summary = ? where n = ?');
  const sum = new RowsDigest();
  const none = new RowsDigest().text;
  let renewed = 0;
  for (const { n } of keptSyncs(database, projectId)) {
    const change = changes.get(n);
    if (change !== undefined) {
      sum.addAll(change);
    }
    if (sum.text === none) {
      continue;
    }
    const row = get.get(n);
    const digest = new RowsDigest(row?.['digest'] instanceof Uint8Array ? row['digest'] : undefined);
    const before = digest.text;
    digest.addAll(sum);
    put.run(digest.bytes, String(row?.['summary']).replaceAll(before, digest.text), n);
    renewed += 1;
  }
  return renewed;
}
