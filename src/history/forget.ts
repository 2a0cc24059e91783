import type { DatabaseSync } from 'node:sqlite';
import type { ResourceRef } from '../model/ids.ts';
import { tableOf } from './columns.ts';
import {
  addressesOf,
  type Candidate,
  clean,
  type CleanRow,
  columnsOf,
  type ForgetResult,
  type Person,
  renewed,
  searchedPart,
  type SyncHash,
  toPerson,
} from './forget-rows.ts';
import { keptSyncs, projectNumber } from './kept.ts';
import type { VersionTable } from './schema.ts';
import { auditOfForget, putAudit } from './store-audit.ts';

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

function personOf(database: DatabaseSync, projectId: string, about: ResourceRef & Pick<Person, 'n'>): Person {
  const versions = database
    .prepare(`select name, since, until from ${tableOf(about.typeId)} where n = ? order by v`)
    .all(about.n)
    .map(({ name, since, until }) => ({
      name: String(name),
      since: Number(since),
      until: until === null ? undefined : Number(until),
    }));
  return toPerson(about, projectId, versions, keptSyncs(database, projectId));
}

/**
 * Replaces, within a transaction of the caller, whatever names a person by a token: in every version of their record, in
 * grants and entitlements that repeat it, and where rows of keys, apps and single sign-on name an address of theirs. The
 * id stays, and so do status, times and what is held. The hashes of the syncs are made anew by what changed: a row that
 * was lost before is missing after it, too.
 */
export function forget(path: string, database: DatabaseSync, person: Person, atMs: number): ForgetResult {
  const { typeId, id, projectId } = person;
  const addresses = addressesOf(textsOf(database, person), person);
  const { rows, changes, own, others } = clean(path, candidates(database, person, addresses), {
    ...person,
    addresses,
    names: new Set(person.names),
  });
  const put = database.prepare('update message set data = ? where v = ?');
  for (const row of rows) {
    put.run(row.bytes, row.row.v);
    updateColumns(path, database, row);
  }
  const syncs = renewed(hashesOf(database, projectId), changes);
  const putSync = database.prepare('update sync set digest = ?, summary = ? where n = ?');
  syncs.forEach(({ n, digest = new Uint8Array(0), summary }) => putSync.run(digest, summary, n));
  const result = { own, others, syncs: syncs.length };
  putAudit(database, projectNumber(database, projectId) ?? -1, atMs, auditOfForget({ typeId, id }, result));
  return result;
}

/** Logins, addresses and numbers of all versions. */
function textsOf(database: DatabaseSync, { typeId, n }: Person): readonly string[] {
  const texts =
    typeId === 'user'
      ? `select r.login t from user_row r where r.n = ?1 union select r.email from user_row r where r.n = ?1
         union select r.phone from user_row r where r.n = ?1
         union select l.login from user_row r join login_row l on l.v = r.v where r.n = ?1`
      : `select r.profile ->> '$.email' t from other_row r where r.n = ?1
         union select value from other_row r, json_each(r.profile, '$.login_ids') where r.n = ?1`;
  return database
    .prepare(texts)
    .all(n)
    .map(({ t }) => String(t ?? ''));
}

function candidates(
  database: DatabaseSync,
  { typeId, n, projectId, names: ownNames }: Person,
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
  const names = 'r.project = ? and instr(cast(lower(cast(m.data as text)) as blob), cast(? as blob)) > 0';
  for (const part of new Set(Array.from(addresses, searchedPart))) {
    take('sso_row', 'resources', false, names, project, part);
    take('other_row', 'resources', false, `${names} and r.type <> 'console_admin'`, project, part);
    take('grant_row', 'grants', false, names, project, part);
  }
  for (const part of new Set(Array.from(ownNames, searchedPart))) {
    take('other_row', 'resources', false, `r.type = 'finding' and ${names}`, project, part);
  }
  return [...found.values()];
}

function updateColumns(path: string, database: DatabaseSync, row: CleanRow): void {
  const changed = columnsOf(path, row);
  if (changed === undefined) {
    return;
  }
  const { columns, values } = changed;
  const { table, section, v } = row.row;
  database
    .prepare(
      `update ${section === 'grants' ? 'details' : table} set ${columns.map((name) => `${name} = ?`).join(', ')} where v = ?`,
    )
    .run(...values, v);
  if (row.told?.kind === 'user') {
    database.prepare('delete from login_row where v = ?').run(v);
    const putLogin = database.prepare('insert into login_row (v, login) values (?, ?)');
    row.told.loginIds.forEach((login) => putLogin.run(v, login));
  }
}

function* hashesOf(database: DatabaseSync, projectId: string): Generator<SyncHash> {
  const get = database.prepare('select digest, summary from sync where n = ?');
  for (const { n } of keptSyncs(database, projectId)) {
    const row = get.get(n);
    yield {
      n,
      digest: row?.['digest'] instanceof Uint8Array ? row['digest'] : undefined,
      summary: String(row?.['summary']),
    };
  }
}
