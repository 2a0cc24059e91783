import type { DatabaseSync } from 'node:sqlite';
import { textIn } from '../access-path.ts';
import type { FileIndex } from '../file-index.ts';
import { isKey, othersHeldBy } from '../who-holds.ts';
import { keysActingAs, keysMadeBy, type Somebody } from './somebody.ts';

/** Why something falls at the outset: words of the contract. */
export type FallWord = 'subject' | 'acts_as' | 'made' | 'member' | 'signs_in_through' | 'console';

/** What falls at the outset. Levels are places in `levels`. */
export interface Seeds {
  readonly users: readonly (
    | {
        readonly id: string;
        readonly among?: undefined;
        readonly level: number;
        readonly how: FallWord;
        readonly signsIn: boolean;
      }
    | {
        readonly id?: undefined;
        /** SQL for their numbers. */ readonly among: string;
        readonly level: number;
        readonly how: FallWord;
      }
  )[];
  readonly keys: readonly {
    readonly type: string;
    readonly id: string;
    readonly level: number;
    readonly how: FallWord;
  }[];
  /** Memberships, roles and bindings, by their numbers; the role of one that a file gives no permissions, since nobody holds it. */
  readonly things: readonly { readonly n: number; readonly level: number; readonly role?: number }[];
  /** What it concerns besides, which does not fall: who is in a group, who consented to an app, who holds a role. */
  readonly concerned: { readonly noun: string; readonly count: number } | undefined;
}

const [certain, uncertain, nextLogin, possible] = [0, 1, 2, 3] as const;
const none: Seeds = { users: [], keys: [], things: [], concerned: undefined };

/** What falls at the outset when this falls. A role falls wherever somebody has it, or in one tenant. */
export function seedsOf(index: FileIndex, subject: Somebody, tenantId: string | undefined): Seeds {
  const { database } = index;
  const { type, id, actsAs } = subject;
  if (type === 'user') {
    const made = keysMadeBy(database, id).filter((key) => key.actsAs?.id !== id);
    return {
      ...none,
      users: [
        { id, level: certain, how: 'subject', signsIn: true },
        ...made
          .flatMap((key) => key.actsAs ?? [])
          .map((user) => ({ id: user.id, level: possible, how: 'made', signsIn: false }) as const),
      ],
      keys: [
        ...keysActingAs(database, id).map(
          (key) => ({ type: key.type, id: key.id, level: certain, how: 'acts_as' }) as const,
        ),
        ...made.map((key) => ({ type: key.type, id: key.id, level: possible, how: 'made' }) as const),
      ],
    };
  }
  if (actsAs !== undefined) {
    return {
      ...none,
      users: [{ id: actsAs.id, level: certain, how: 'acts_as', signsIn: false }],
      keys: [{ type, id, level: certain, how: 'subject' }],
    };
  }
  if (type === 'access_key') {
    return { ...none, keys: [{ type, id, level: certain, how: 'subject' }] };
  }
  if (isKey(type) || type === 'console_admin') {
    const itself = { type, id, level: certain, how: 'subject' } as const;
    const { users, keys } = inProject(index, subject);
    return { ...none, users, keys: isKey(type) ? [itself, ...keys] : keys };
  }
  switch (type) {
    case 'idp_group':
      return {
        ...none,
        things: given(database, type, id),
        concerned: counted(
          database,
          'member',
          'select count(*) n from sso g join group_member x on x.sso = g.n where g.type = ? and g.id = ?',
          type,
          id,
        ),
      };
    case 'sso_configuration':
      return {
        ...none,
        users: [
          {
            among: `select h.user from sso g join thing t on t.kind = 'tenant' and t.id = g.tenant join holding h on h.thing = t.n
          where g.type = 'sso_configuration' and g.id = ${quoted(id)}`,
            level: possible,
            how: 'signs_in_through',
          },
        ],
        things: [...given(database, type, id), ...givenByGroups(database, id)],
      };
    case 'tenant':
      return {
        ...none,
        users: [
          {
            among: `select h.user from thing t join holding h on h.thing = t.n where t.kind = 'tenant' and t.id = ${quoted(id)}`,
            level: certain,
            how: 'member',
          },
        ],
        keys: keysIn(database, id),
        things: [...given(database, type, id), ...givenInTenant(database, id)],
      };
    case 'role':
      return roleSeeds(database, id, tenantId);
    case 'third_party_app':
      return {
        ...none,
        concerned: counted(
          database,
          'consent',
          "select count(*) n from other_grant where on_type = ? and on_id = ? and slug = 'consent'",
          type,
          id,
        ),
      };
    case 'project':
      return id === index.summary.projectId ? { ...none, ...everybody(database, certain) } : none;
    default:
      return {
        ...none,
        concerned: counted(
          database,
          'grant',
          'select count(*) n from other_grant where on_type = ? and on_id = ?',
          type,
          id,
        ),
      };
  }
}

/** Who runs the project in the console can change whoever is in it; an auditor cannot. */
function inProject({ database, summary }: FileIndex, subject: Somebody): Pick<Seeds, 'users' | 'keys'> {
  const found = [...othersHeldBy(database, subject)]
    .filter(
      ({ held, entitlement }) => held?.type === 'project' && held.id === summary.projectId && entitlement !== 'auditor',
    )
    .map(({ entitlement, certainty }) =>
      entitlement !== 'admin' ? possible : certainty === 'uncertain' ? uncertain : certain,
    );
  return found.length === 0 ? none : everybody(database, Math.min(...found));
}

/** All users and keys of the project. */
function everybody(database: DatabaseSync, level: number): Pick<Seeds, 'users' | 'keys'> {
  const keys = database.prepare("select type, id from other where type = 'access_key' order by id").all();
  return {
    users: [{ among: 'select n from "user"', level, how: 'console' }],
    keys: keys.map((row) => ({ type: textIn(row, 'type'), id: textIn(row, 'id'), level, how: 'console' })),
  };
}

/** What a group, a configuration or a tenant gives at the next login. */
function given(database: DatabaseSync, type: string, id: string): Seeds['things'] {
  return numbers(database, 'select distinct thing n from maps where type = ? and id = ?', type, id);
}

function givenByGroups(database: DatabaseSync, configuration: string): Seeds['things'] {
  return numbers(
    database,
    `select distinct m.thing n from sso c join sso g on g.type = 'idp_group' and g.tenant = c.tenant and g.sso_id = c.sso_id
      join maps m on m.type = g.type and m.id = g.id where c.type = 'sso_configuration' and c.id = ?`,
    configuration,
  );
}

function givenInTenant(database: DatabaseSync, tenant: string): Seeds['things'] {
  return numbers(
    database,
    'select distinct m.thing n from sso g join maps m on m.type = g.type and m.id = g.id where g.tenant = ?',
    tenant,
  );
}

function numbers(database: DatabaseSync, sql: string, ...values: readonly string[]): Seeds['things'] {
  return database
    .prepare(sql)
    .all(...values)
    .map(({ n }) => ({ n: Number(n), level: nextLogin }));
}

/** Keys that are members of a tenant. */
function keysIn(database: DatabaseSync, tenant: string): Seeds['keys'] {
  return database
    .prepare(
      `select g.to_type type, g.to_id id from other_grant g join thing t on t.n = g.thing
        where t.kind = 'tenant' and t.id = ? and g.to_type <> 'user'`,
    )
    .all(tenant)
    .map((row) => ({ type: textIn(row, 'type'), id: textIn(row, 'id'), level: certain, how: 'member' }));
}

/** A role in one tenant, or wherever somebody holds or inherits it; and what a login gives of it. */
function roleSeeds(database: DatabaseSync, id: string, tenantId: string | undefined): Seeds {
  const things = database
    .prepare(
      `select t.n n, r.n role, exists (select 1 from holding where thing = t.n) or exists (select 1 from other_grant where thing = t.n)
          or exists (select 1 from inherits where thing = t.n) held, exists (select 1 from maps where thing = t.n) mapped
        from thing r join thing t on t.n = r.n or t.kind = 'binding' and t.role = r.role and coalesce(t.role_tenant, '') = r.tenant
        where r.kind = 'role' and r.id = ?1 and (?2 is null or t.tenant = ?2)`,
    )
    .all(id, tenantId ?? null);
  const holders = `select count(distinct who) n from (
    select 'user:' || h.user who from holding h where h.thing in (select value from json_each(?1))
    union all select g.to_type || ':' || g.to_id from other_grant g where g.thing in (select value from json_each(?1)))`;
  return {
    ...none,
    things: things.flatMap(({ n, held, mapped, role }) => {
      const level = tenantId !== undefined || held === 1 ? certain : mapped === 1 ? nextLogin : undefined;
      return level === undefined ? [] : [{ n: Number(n), level, ...(held !== 1 && { role: Number(role) }) }];
    }),
    concerned: counted(database, 'holder', holders, JSON.stringify(things.map(({ n }) => n))),
  };
}

function counted(database: DatabaseSync, noun: string, sql: string, ...values: readonly string[]): Seeds['concerned'] {
  return { noun, count: Number(database.prepare(sql).get(...values)?.['n'] ?? 0) };
}

/** An id as a text of SQL. */
function quoted(id: string): string {
  return `'${id.replaceAll("'", "''")}'`;
}
