import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { isDiskFull } from '../os-reasons.ts';
import { sortIn } from '../sync-format/sort-in.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { incomplete, toReadFault } from './faults.ts';
import { indexIndexes, indexSchema } from './index-schema.ts';
import { loginOf } from './login.ts';
import { openSource } from './open.ts';
import type { FileRow, FileGrant, FileUser } from './rows.ts';
import type { Moment, SyncSource } from './source.ts';
import type { UnknownCounts } from './unknown.ts';
import { createOtherWriter, type OtherWriter } from './other-rows.ts';
import { createEdgeWriter } from './edge-rows.ts';
import { gapOf, type IndexInheritance, type InheritanceGap, inheritanceOf, noGap } from './index-inheritance.ts';
import { systemWorkPlace, type WorkPlace } from './work-place.ts';
import { typesNotOffered } from '../sync-format/offered.ts';

/**
 * The access in a whole file, in a database that is removed when the index is disposed of. Memory does not grow with
 * the number of users.
 */
export interface FileIndex extends AsyncDisposable {
  readonly path: string;
  /** The path of the database, for callers that attach it. */
  readonly databasePath: string;
  readonly database: DatabaseSync;
  readonly summary: FileSummary;
  readonly gap: InheritanceGap;
  readonly inheritance: IndexInheritance;
  /** Whether what is no person was left out, as `humansOnly` does it. */
  readonly isHumansOnly: boolean;
  /** The types that the sync read, without those of which the deployment does not tell. */
  readonly types: ReadonlySet<string>;
  /** Of a store: between which times it is known what stood. */
  readonly moment?: Moment | undefined;
  /** Whether there is anything of other types. */
  readonly hasOthers: boolean;
  /** Whether there are grants of other types, or to principals that are no users. */
  readonly hasOtherGrants: boolean;
  /** What the file holds of types that this version does not know; undefined when there is nothing of the kind. */
  readonly unknown: UnknownCounts | undefined;
}

export interface IndexOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told after each batch how many rows are in. */
  readonly onProgress?: ((rows: number) => void) | undefined;
  /** How the file is opened; by its extension otherwise. */
  readonly open?: ((path: string, work: WorkPlace) => Promise<SyncSource>) | undefined;
  /** Where the database is made. */
  readonly work?: WorkPlace | undefined;
}

/**
 * Reads a file once, from end to end. Errors as those of `openSource`; grants of somebody who is not listed:
 * `inconsistent`.
 */
export async function createFileIndex(
  path: string,
  {
    signal,
    onProgress,
    open: openFile = (name, place) => openSource(name, { work: place }),
    work = systemWorkPlace,
  }: IndexOptions = {},
): Promise<FileIndex> {
  const folder = await work.makeFolder();
  const databasePath = join(folder.path, 'index.db');
  const database = new DatabaseSync(databasePath, { open: false });
  const dispose = async (): Promise<void> => {
    if (database.isOpen) {
      database.close();
    }
    await folder[Symbol.asyncDispose]();
  };
  try {
    await using source = await openFile(path, work);
    await (await open(databasePath, 'wx', 0o600)).close();
    database.open();
    sortIn(database, folder.path);
    database.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536;');
    database.exec(indexSchema);
    database.exec('begin');
    const { put, others } = createWriter(path, database);
    let rows = 0;
    for await (const batch of source.rows(signal)) {
      batch.forEach(put);
      rows += batch.length;
      onProgress?.(rows);
    }
    database.exec(indexIndexes);
    database.exec('commit');
    const inheritance = inheritanceOf(database, source.summary);
    return {
      path,
      databasePath,
      database,
      summary: source.summary,
      gap: inheritance.isDerived ? noGap : (source.summary.notDerived ?? gapOf(database)),
      inheritance,
      isHumansOnly: source.isHumansOnly === true,
      moment: source.moment,
      types: (await source.types(signal)).difference(typesNotOffered(source.summary)),
      hasOthers: others.counts().resources + others.counts().grants > 0,
      hasOtherGrants: others.counts().grants > 0,
      unknown: others.unknown(),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (thrown) {
    await dispose();
    throw toDiskFault(path, toReadFault(path, thrown), work);
  }
}

/** Enters rows. Grants of one thing follow each other, so the last thing that was looked up is kept. */
function createWriter(
  path: string,
  database: DatabaseSync,
): { readonly put: (row: FileRow) => void; readonly others: OtherWriter } {
  const putUser = database.prepare(
    `insert into user (${userColumns.join(', ')}) values (${userColumns.map(() => '?').join(', ')})
     on conflict (id) do update set ${userColumns
       .slice(1)
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}`,
  );
  const putLogin = database.prepare('insert into login (user, login) select n, ? from user where id = ?');
  const putTenant = database.prepare(
    'insert or replace into tenant (id, name, parent, inheritance) values (?, ?, ?, ?)',
  );
  const putThing = database.prepare(
    'insert or ignore into thing (kind, id, name, role, tenant, role_tenant, is_system) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const putHolding = database.prepare('insert or ignore into holding (thing, user) select ?, n from user where id = ?');
  const hasHolding = database.prepare('select 1 from user where id = ?');
  const putConfers = database.prepare('insert or ignore into confers (permission, thing) values (?, ?)');
  const thingOf = createThingLookup(path, database.prepare('select n from thing where kind = ? and id = ?'));
  const others = createOtherWriter(path, database, thingOf);
  const edges = createEdgeWriter(path, database, thingOf);

  function putGrant({ on, to }: FileGrant): void {
    const held = thingOf(on.kind, on.id);
    if (to.kind !== 'user') {
      putConfers.run(held, thingOf(to.kind, to.id));
    } else if (putHolding.run(held, to.id).changes === 0 && hasHolding.get(to.id) === undefined) {
      throw incomplete(path, 'it grants something to a user that it does not list');
    }
  }

  const put = (row: FileRow): void => {
    switch (row.kind) {
      case 'user':
        putUser.run(...userValues(row));
        row.loginIds.forEach((login) => putLogin.run(login, row.id));
        return;
      case 'tenant':
        putTenant.run(row.id, row.name, row.parentTenantId, row.roleInheritance);
        putThing.run('tenant', row.id, row.name, '', row.id, null, 0);
        return;
      case 'role':
        putThing.run('role', row.id, row.name, row.roleName, row.tenantId, null, 0);
        return;
      case 'binding':
        putThing.run('binding', row.id, row.name, row.roleName, row.tenantId, row.roleTenantId ?? null, 0);
        return;
      case 'permission':
        putThing.run('permission', row.id, row.name, '', '', null, Number(row.isSystem));
        return;
      case 'grant':
        putGrant(row);
        return;
      case 'unknown':
        others.put(row);
        return;
      default:
        edges.put(row);
    }
  };
  return { put, others };
}

export const userColumns = [
  'id',
  'name',
  'login',
  'email',
  'is_email_verified',
  'phone',
  'is_phone_verified',
  'status',
  'is_test',
  'is_scim',
  'has_mfa',
  'has_sso',
  'created_at',
];

export function userValues(row: FileUser): (string | number)[] {
  const {
    id,
    name,
    email,
    isEmailVerified,
    phone,
    isPhoneVerified,
    status,
    isTest,
    isScim,
    hasMfa,
    hasSso,
    createdAt,
  } = row;
  return [
    id,
    name,
    loginOf(row),
    email,
    Number(isEmailVerified),
    phone,
    Number(isPhoneVerified),
    status,
    Number(isTest),
    Number(isScim),
    Number(hasMfa),
    Number(hasSso),
    createdAt,
  ];
}

function createThingLookup(path: string, find: StatementSync): (kind: string, id: string) => number {
  let lastKind = '';
  let lastId = '';
  let lastNumber = 0;
  return (kind, id) => {
    if (kind !== lastKind || id !== lastId) {
      const found = find.get(kind, id)?.['n'];
      if (typeof found !== 'number') {
        throw incomplete(path, `it grants a ${kind} that it does not list`);
      }
      [lastKind, lastId, lastNumber] = [kind, id, found];
    }
    return lastNumber;
  };
}

/** A full disk below the index as `local-io`: it is no bug of the program. */
function toDiskFault(path: string, thrown: unknown, { fullRemedy }: WorkPlace): unknown {
  if (!(thrown instanceof ConnectorError) && isDiskFull(thrown)) {
    return new ConnectorError('local-io', `cannot answer from ${path}: the disk is full; ${fullRemedy}`);
  }
  return thrown;
}
