import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { FileIndex } from '../../answers/file-index.ts';
import { noGap } from '../../answers/index-inheritance.ts';
import { indexSchema } from '../../answers/index-schema.ts';
import type { Principal } from '../../access/principal.ts';
import { type HeldRole, keyOf } from './held-now.ts';

/** A group of an identity provider, as an index has it. */
export interface Group {
  readonly id: string;
  readonly profile: string;
}

/** All that rules of who holds what must know of a grant. */
export interface OnePrincipal {
  readonly projectId: string;
  /** Types of which it is known who holds what. */
  readonly types: ReadonlySet<string>;
  readonly nowMs: number;
  readonly principal: Principal;
  readonly name: string;
  readonly email: string;
  readonly held: readonly HeldRole[];
  readonly groups: readonly Group[];
  /** So many others have this, and are told by no name. */
  readonly others?: { readonly count: number; readonly held: HeldRole } | undefined;
}

/**
 * An index, in memory, in which nobody is but one principal, and stand-ins for those who are only counted: so rules look
 * at a grant with the queries with which they look at a sync. There is one: whoever asks for the next has done with it.
 */
export function indexOfOne(one: OnePrincipal): FileIndex {
  const { projectId, types, nowMs } = one;
  const { database, statement } = emptied();
  fill({ statement }, one);
  return {
    path: '',
    databasePath: '',
    database,
    summary: { projectId, finishedAt: new Date(nowMs).toISOString() },
    gap: noGap,
    inheritance: { isDerived: true, mode: '', edges: 0, uncertain: 0, loops: 0, unknownParents: 0 },
    isHumansOnly: false,
    types,
    hasOthers: false,
    hasOtherGrants: false,
    unknown: undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

interface Kept {
  readonly database: DatabaseSync;
  /** Prepared once. */
  readonly statement: (sql: string) => StatementSync;
}

let kept: Kept | undefined;

/** Making the tables takes longer than all the rest. */
function emptied(): Kept {
  if (kept === undefined) {
    const database = new DatabaseSync(':memory:');
    database.exec(`pragma temp_store = memory; ${indexSchema}`);
    const statements = new Map<string, StatementSync>();
    const statement = (sql: string): StatementSync => {
      const known = statements.get(sql) ?? database.prepare(sql);
      statements.set(sql, known);
      return known;
    };
    kept = { database, statement };
  } else {
    filled.forEach((table) => kept?.statement(`delete from ${table}`).run());
  }
  return kept;
}

/** The tables that `fill` writes to. */
const filled = [
  'user',
  'thing',
  'holding',
  'confers',
  'inherits',
  'sso',
  'group_member',
  'profile',
  'other',
  'other_grant',
];

function fill(
  { statement }: Pick<Kept, 'statement'>,
  { principal, name, email, held, groups, others }: OnePrincipal,
): void {
  const { put, role, place } = rowsOf(statement);
  const isUser = principal.typeId === 'user';
  const self = isUser ? putUser(put, principal.id, name, email) : putKey(put, principal.id, name);
  const give = (thing: number): void => {
    if (isUser) {
      put('holding', { thing, user: self });
    } else {
      const [on_type, on_id, slug] = ['role', String(thing), 'assigned'];
      put('other_grant', {
        on_type,
        on_id,
        slug,
        to_type: principal.typeId,
        to_id: principal.id,
        thing,
        details: '{}',
      });
    }
  };
  const things = new Map<string, number>();
  const thingOf = (one: HeldRole): number => {
    const thing = things.get(keyOf(one)) ?? place(one, role(one));
    things.set(keyOf(one), thing);
    return thing;
  };
  // The same role may be held in several ways: directly, and by what a tenant above gives.
  new Set(held.filter(({ isUncertain }) => !isUncertain).map(thingOf)).forEach(give);
  const uncertain = held.filter(({ isUncertain }) => isUncertain);
  if (uncertain.length > 0) {
    const source = put('thing', { ...noThing, kind: 'tenant', id: 'above' });
    give(source);
    for (const thing of new Set(uncertain.map(thingOf))) {
      put('inherits', { thing, source, ancestor: 'above', certainty: 'uncertain', keys: 'uncertain', reason: '' });
    }
  }
  for (const { id, profile } of groups) {
    const sso = put('sso', { type: 'idp_group', id, name: id, tenant: '', sso_id: '' });
    put('group_member', { sso, user: self });
    put('profile', { type: 'idp_group', id, profile });
  }
  if (others !== undefined && others.count > 0) {
    const thing = thingOf(others.held);
    standIn(statement, thing, others.count);
  }
}

/** So many users of no name who hold a thing. */
function standIn(statement: Kept['statement'], thing: number, count: number): void {
  const { last } = statement('select coalesce(max(n), 0) last from user').get() ?? {};
  const numbers = 'with recursive n(n) as (select 1 union all select n + 1 from n where n < ?1) ';
  statement(`insert into user (n, id, name, login, email, is_email_verified, phone, is_phone_verified, status, is_test, is_scim, has_mfa,
      has_sso, created_at) ${numbers} select ?2 + n, char(0) || n, '', '', '', 0, '', 0, 'enabled', 0, 0, 0, 0, '' from n`).run(
    count,
    Number(last),
  );
  statement(`insert into holding (thing, user) ${numbers} select ?3, ?2 + n from n`).run(count, Number(last), thing);
}

type Put = (table: string, row: Readonly<Record<string, string | number | null>>) => number;

const noThing = { name: '', role: '', tenant: '', role_tenant: null, is_system: 0 };

function rowsOf(statement: Kept['statement']): {
  readonly put: Put;
  /** The role that is held, with what it allows. */
  readonly role: (held: HeldRole) => number;
  /** That role where it is in effect. */
  readonly place: (held: HeldRole, role: number) => number;
} {
  const put: Put = (table, row) => {
    const names = Object.keys(row);
    const sql = `insert into ${table} (${names.map((name) => `"${name}"`).join()}) values (${names.map(() => '?').join()})`;
    return Number(statement(sql).run(...Object.values(row)).lastInsertRowid);
  };
  const roles = new Map<string, number>();
  const permissions = new Map<string, number>();
  return {
    put,
    role: (held) => {
      const key = JSON.stringify([held.home, held.role]);
      const known = roles.get(key);
      if (known !== undefined) {
        return known;
      }
      const { role: name, home: tenant } = held;
      const thing = put('thing', { ...noThing, kind: 'role', id: key, name: held.name, role: name, tenant });
      roles.set(key, thing);
      for (const id of new Set(held.permissions)) {
        const permission = permissions.get(id) ?? put('thing', { ...noThing, kind: 'permission', id, name: id });
        permissions.set(id, permission);
        put('confers', { permission, thing });
      }
      return thing;
    },
    place: (held, role) => {
      const { place: tenant, home, role: name } = held;
      const binding = { kind: 'binding', id: keyOf(held), role: name, tenant, role_tenant: home };
      return tenant === home ? role : put('thing', { ...noThing, name: held.name, ...binding });
    },
  };
}

function putUser(put: Put, id: string, name: string, email: string): number {
  const no = { phone: '', status: 'enabled', created_at: '', is_phone_verified: 0, is_test: 0, is_scim: 0 };
  return put('user', { ...no, id, name, login: email, email, is_email_verified: 0, has_mfa: 0, has_sso: 0 });
}

function putKey(put: Put, id: string, name: string): number {
  const no = { owner_type: '', owner_id: '', creator_type: '', creator_id: '', created_at: '', expires_at: '' };
  return put('other', { ...no, type: 'access_key', id, name, status: '', is_non_human: 1, profile: '{}' });
}
