import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { createEdgeWriter } from './edge-rows.ts';
import { incomplete } from './faults.ts';
import { HoldingWriter } from './index-holdings.ts';
import { loginOf } from './login.ts';
import { createOtherWriter, type OtherWriter } from './other-rows.ts';
import { createProfileWriter } from './profile-rows.ts';
import type { FileGrant, FileRow, FileUser } from './rows.ts';

export interface IndexWriter {
  readonly put: (row: FileRow) => void;
  /** Enters what still waits for others; after the last row. */
  readonly flush: () => void;
  readonly others: OtherWriter;
}

/** Enters rows. Grants of one thing follow each other, so the last thing that was looked up is kept. */
export function createWriter(path: string, database: DatabaseSync): IndexWriter {
  const putUser = database.prepare(
    `insert into user (${userColumns.join(', ')}) values (${userColumns.map(() => '?').join(', ')})
     on conflict (id) do update set ${userColumns
       .slice(1)
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}`,
  );
  const putLogin = database.prepare('insert into login (user, login) select n, ? from user where id = ?');
  const putLastLogin = database.prepare(
    'insert or replace into last_login (user, at) select n, ? from user where id = ?',
  );
  const putTenant = database.prepare(
    'insert or replace into tenant (id, name, parent, inheritance) values (?, ?, ?, ?)',
  );
  const putThing = database.prepare(
    'insert or ignore into thing (kind, id, name, role, tenant, role_tenant, is_system) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const putConfers = database.prepare('insert or ignore into confers (permission, thing) values (?, ?)');
  const thingOf = createThingLookup(path, database.prepare('select n from thing where kind = ? and id = ?'));
  const holdings = new HoldingWriter(path, database);
  const others = createOtherWriter(path, database, thingOf);
  const profiles = createProfileWriter(database);
  const edges = createEdgeWriter(path, database, { thingOf, profiles });

  function putGrant({ on, to }: FileGrant): void {
    const held = thingOf(on.kind, on.id);
    if (to.kind !== 'user') {
      putConfers.run(held, thingOf(to.kind, to.id));
    } else {
      holdings.put(held, to.id);
    }
  }

  const put = (row: FileRow): void => {
    switch (row.kind) {
      case 'user':
        putUser.run(...userValues(row));
        row.loginIds.forEach((login) => putLogin.run(login, row.id));
        if (row.lastLogin !== undefined) {
          putLastLogin.run(row.lastLogin, row.id);
        }
        return;
      case 'tenant':
        putTenant.run(row.id, row.name, row.parentTenantId, row.roleInheritance);
        putThing.run('tenant', row.id, row.name, '', row.id, null, 0);
        profiles.put('tenant', row.id, row.profile);
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
  return { put, flush: () => holdings.flush(), others };
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
