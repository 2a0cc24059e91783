import type { DatabaseSync } from 'node:sqlite';
import type { FileIndex } from './file-index.ts';
import { type AccessPath, pathColumns, textIn, thingColumns, toPath } from './access-path.ts';
import { type Details, detailsOf } from './details.ts';
import { find } from './find.ts';
import { createWayPaths, giverColumns, inheritedColumns, inheritingKeyColumns } from './inherited-paths.ts';
import { type TypedThing, thingInWords } from './unknown.ts';
import { groupsOf, type UserGroup } from './user-groups.ts';
import { gainingMembers, givers, hasThing, inheritingKeys, inheritingUsers } from './ways.ts';
import { isKey, othersHeldBy } from './who-holds.ts';

export interface AccessOf {
  /** The user; of any other principal what is known of it. */
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly login: string;
    readonly email: string;
    readonly status: string;
    readonly isTest: boolean;
    readonly createdAt: string;
  };
  /** Who was asked about, where that is no user: an access key, an app, somebody of the console. */
  readonly principal: Principal | undefined;
  /** Others of the same name, as `type:id`. */
  readonly also: readonly string[];
  /** The groups of identity providers that the user is in, and what they give. */
  readonly groups: readonly UserGroup[];
  /** The keys that act as the user. */
  readonly keys: readonly Principal[];
  /**
   * What the user holds, what they inherit and what follows: a row for each permission, one without a permission for
   * what confers none.
   */
  paths(): Generator<AccessPath>;
  /** The same of what the next login gives: roles that the user has in no way yet, in that tenant. */
  gains(): Generator<AccessPath>;
}

/** A principal that is no user of the project, or a key that acts as one. */
export interface Principal extends TypedThing {
  readonly status: string;
  readonly createdAt: string;
  /** '' for never. */
  readonly expiresAt: string;
  /** The user as whom it acts, where it is bound to one who is there. */
  readonly actsAs?:
    | { readonly type: 'user'; readonly id: string; readonly name: string; readonly status: string }
    | undefined;
  /** What whoever made it is called; '' where that is not known. */
  readonly creator: string;
  /** What the file tells of it besides. */
  readonly profile: Details;
  /** How many consented to an app, in all; absent for what nobody consents to. */
  readonly consents?: number;
}

export interface AccessOfOptions {
  /** Only what is held as it stands: nothing inherited, and nothing that the next login gives. */
  readonly directOnly?: boolean | undefined;
}

/**
 * What somebody can do, and where: a user, an access key, an app, an administrator or a key of the console. It is found by
 * id, login id, email or name, as `find` does it, with its errors. A key that is bound to a user can do what the user
 * can: what it holds itself is ignored.
 */
export function accessOf(index: FileIndex, asked: string, { directOnly = false }: AccessOfOptions = {}): AccessOf {
  const { type, n, also } = find(index, 'principal', asked);
  return { ...(type === 'user' ? userAccess(index, n, directOnly) : otherAccess(index, n, directOnly)), also };
}

type Access = Omit<AccessOf, 'also'>;

function otherAccess(index: FileIndex, n: number, directOnly: boolean): Access {
  const principal = principalIn(index.database, n);
  const owner =
    principal.actsAs && index.database.prepare('select n from user where id = ?').get(principal.actsAs.id)?.['n'];
  return owner === undefined
    ? principalAccess(index, principal, directOnly)
    : asTheUser(userAccess(index, Number(owner), directOnly), principal);
}

/**
 * What a key that is bound to a user can do: what the user can. A consent lets an app act for the user, and is nothing
 * that the user, or a key, can do with it.
 */
function asTheUser(access: Access, principal: Principal): Access {
  return {
    ...access,
    principal,
    *paths() {
      for (const path of access.paths()) {
        if (path.held?.type !== 'third_party_app') {
          yield path;
        }
      }
    },
  };
}

function principalIn(database: DatabaseSync, n: number): Principal {
  const row = database.prepare(`${principalSql} where o.n = ?`).get(n) ?? {};
  return toPrincipal(row);
}

const principalSql = `select o.type, o.id, o.name, o.status, o.created_at, o.expires_at, o.profile,
  coalesce((select name from user where id = o.profile ->> '$.created_by'), (select name from other where id = o.profile ->> '$.created_by' limit 1), '') creator, u.id user_id, u.name user_name, u.status user_status,
  (select count(*) from other_grant g where g.on_type = o.type and g.on_id = o.id and g.slug = 'consent') consents
  from other o left join user u on o.owner_type = 'user' and u.id = o.owner_id`;

function toPrincipal(row: Readonly<Record<string, unknown>>): Principal {
  const [type, userId] = [textIn(row, 'type'), textIn(row, 'user_id')];
  return {
    type,
    id: textIn(row, 'id'),
    name: textIn(row, 'name'),
    status: textIn(row, 'status'),
    createdAt: textIn(row, 'created_at'),
    expiresAt: textIn(row, 'expires_at'),
    creator: textIn(row, 'creator'),
    profile: detailsOf(textIn(row, 'profile')),
    ...(userId !== '' && {
      actsAs: { type: 'user', id: userId, name: textIn(row, 'user_name'), status: textIn(row, 'user_status') },
    }),
    ...(type === 'third_party_app' && { consents: Number(row['consents']) }),
  };
}

/** The keys that are bound to a user, whatever their status is. */
function keysOf(database: DatabaseSync, userId: string): readonly Principal[] {
  return database
    .prepare(`${principalSql} where o.owner_type = 'user' and o.owner_id = ? order by o.name, o.id`)
    .all(userId)
    .map(toPrincipal);
}

const order = `order by tenant_id <> '', tenant, tenant_id, kind <> 'tenant', role, kind, held_id, ancestor <> '', ancestor, permission`;
const follows = 'left join confers c on c.thing = t.n left join thing p on p.n = c.permission';
const permission = "coalesce(p.id, '') permission";
const notInherited = "'' ancestor, '' certainty, '' keys, '' reason";

function userAccess(index: FileIndex, n: number, directOnly: boolean): Access {
  const { database, inheritance } = index;
  const row = database.prepare('select * from user where n = ?').get(n) ?? {};
  const direct = `select ${pathColumns}, ${permission}, ${notInherited} from holding h join user u on u.n = h.user join thing t on t.n = h.thing
    left join tenant e on e.id = t.tenant ${follows} where h.user = ?1`;
  const inherited = `select ${pathColumns}, ${permission}, ${inheritedColumns} from ${inheritingUsers} ${follows} where h.user = ?1`;
  const hasHeirs = !directOnly && inheritance.edges > 0;
  const held = database.prepare(`select * from (${direct}${hasHeirs ? ` union all ${inherited}` : ''}) ${order}`);
  const groups = groupsOf(database, n);
  const backFrom = new Map<string, (typeof groups)[number][]>();
  for (const group of groups) {
    for (const { heldId } of group.gives.filter(({ isHeld }) => isHeld)) {
      backFrom.set(heldId, [...(backFrom.get(heldId) ?? []), group]);
    }
  }
  return {
    user: {
      id: String(row['id']),
      name: String(row['name']),
      login: String(row['login']),
      email: String(row['email']),
      status: String(row['status']),
      isTest: row['is_test'] === 1,
      createdAt: String(row['created_at']),
    },
    principal: undefined,
    groups,
    keys: keysOf(database, String(row['id'])),
    *paths() {
      const ways = createWayPaths(database);
      for (const found of held.iterate(n)) {
        const path = found['ancestor'] === '' ? toPath(found) : ways.inherited(found);
        const back = path.way === 'direct' ? backFrom.get(path.heldId) : undefined;
        yield back === undefined ? path : { ...path, alsoMappedBy: back.map(({ id, name }) => ({ id, name })) };
      }
      if (index.hasOtherGrants) {
        yield* othersHeldBy(database, { type: 'user', id: String(row['id']) });
      }
    },
    *gains() {
      if (directOnly) {
        return;
      }
      const ways = createWayPaths(database);
      for (const found of database.prepare(gainsSql).iterate(n)) {
        yield ways.gained(found);
      }
    },
  };
}

/**
 * Through groups that the user is in, and through configurations of tenants that the user is a member of: it is not
 * known which of these a user signs in through.
 */
const gainsSql = `select * from (
  select ${pathColumns}, ${permission}, ${giverColumns}, '' ancestor from ${gainingMembers} ${follows} where u.n = ?1 and not ${hasThing}
  union all
  select '' user_id, '' user_name, '' login, '' email, '' status, ${thingColumns}, ${permission}, ${giverColumns}, '' ancestor from ${givers} ${follows}
    join user u on u.n = ?1
    where m.type = 'sso_configuration' and exists (select 1 from holding a join thing b on b.n = a.thing where a.user = u.n and b.kind = 'tenant' and b.tenant = t.tenant)
    and not ${hasThing}
) ${order}, user_id = '', giver_name, giver_id`;

/** What a principal holds that is no user of the project. */
function principalAccess({ database, inheritance }: FileIndex, principal: Principal, directOnly: boolean): Access {
  const { type, id, name, status, createdAt } = principal;
  const thing: TypedThing = { type, id, name };
  const direct = `select ${thingColumns}, g.to_type principal_type, g.to_id principal_id, ?3 principal_name, '' status, ${permission}, ${notInherited}
    from other_grant g join thing t on t.n = g.thing left join tenant e on e.id = t.tenant ${follows}
    where g.to_type = ?1 and g.to_id = ?2 and t.kind <> 'permission'`;
  const inherited =
    `select ${thingColumns}, ${inheritingKeyColumns}, ${permission}, ${inheritedColumns} from ${inheritingKeys} ` +
    `${follows} where k.to_type = ?1 and k.to_id = ?2`;
  const hasHeirs = !directOnly && inheritance.edges > 0;
  const held = database.prepare(`select * from (${direct}${hasHeirs ? ` union all ${inherited}` : ''}) ${order}`);
  const { email, login_ids: logins } = principal.profile;
  const textOr = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    user: {
      id,
      name: name === '' ? id : name,
      login: Array.isArray(logins) ? textOr(logins[0]) : '',
      email: textOr(email),
      status,
      isTest: false,
      createdAt,
    },
    principal,
    groups: [],
    keys: [],
    *paths() {
      const ways = createWayPaths(database);
      for (const row of held.iterate(type, id, name)) {
        const way = isKey(type) ? 'key' : 'direct';
        yield row['ancestor'] === ''
          ? { ...toPath(row), user: thingInWords(thing), status, principal: thing, way }
          : ways.inherited(row);
      }
      yield* othersHeldBy(database, thing);
    },
    *gains() {
      // nobody but a user signs in through a configuration of a tenant
    },
  };
}
