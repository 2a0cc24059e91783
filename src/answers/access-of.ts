import type { DatabaseSync } from 'node:sqlite';
import type { FileIndex } from './file-index.ts';
import { type AccessPath, heldDirectly, pathColumns, textIn, thingColumns, toPath } from './access-path.ts';
import { find } from './find.ts';
import { createWayPaths, giverColumns, inheritedColumns, inheritingKeyColumns } from './inherited-paths.ts';
import { type TypedThing, thingInWords } from './unknown.ts';
import { typedThingIn } from './other-rows.ts';
import { groupsOf, type UserGroup } from './user-groups.ts';
import { gainingMembers, givers, hasThing, inheritingKeys, inheritingUsers } from './ways.ts';

export interface AccessOf {
  /** The user; of an access key `id` and `name` alone are filled in. */
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly login: string;
    readonly email: string;
    readonly status: string;
    readonly isTest: boolean;
    readonly createdAt: string;
  };
  /** The access key, where it is one that was asked for. */
  readonly key: TypedThing | undefined;
  /** The groups of identity providers that the user is in, and what they give. */
  readonly groups: readonly UserGroup[];
  /**
   * What the user holds, what they inherit and what follows: a row for each permission, one without a permission for
   * what confers none.
   */
  paths(): Generator<AccessPath>;
  /** The same of what the next login gives: roles that the user has in no way yet, in that tenant. */
  gains(): Generator<AccessPath>;
}

export interface AccessOfOptions {
  /** Only what is held as it stands: nothing inherited, and nothing that the next login gives. */
  readonly directOnly?: boolean | undefined;
}

/**
 * What one user or access key can do, and where. It is found by id, login id, email or name, as `find` does it, with its
 * errors.
 */
export function accessOf(index: FileIndex, asked: string, { directOnly = false }: AccessOfOptions = {}): AccessOf {
  const { n } = find(index, 'holder', asked);
  return typeof n === 'number' ? userAccess(index, n, directOnly) : keyAccess(index, n, directOnly);
}

const order = `order by tenant_id <> '', tenant, tenant_id, kind <> 'tenant', role, kind, held_id, ancestor <> '', ancestor, permission`;
const follows = 'left join confers c on c.thing = t.n left join thing p on p.n = c.permission';
const permission = "coalesce(p.id, '') permission";
const notInherited = "'' ancestor, '' certainty, '' keys, '' reason";

function userAccess(index: FileIndex, n: number, directOnly: boolean): AccessOf {
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
    key: undefined,
    groups,
    *paths() {
      const ways = createWayPaths(database);
      for (const found of held.iterate(n)) {
        const path = found['ancestor'] === '' ? toPath(found) : ways.inherited(found);
        const back = path.way === 'direct' ? backFrom.get(path.heldId) : undefined;
        yield back === undefined ? path : { ...path, alsoMappedBy: back.map(({ id, name }) => ({ id, name })) };
      }
      if (index.hasOtherGrants) {
        yield* otherThingsOf(database, row);
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

function keyAccess({ database, inheritance }: FileIndex, id: string, directOnly: boolean): AccessOf {
  const name = textIn(
    database.prepare("select name from other where type = 'access_key' and id = ?").get(id) ?? {},
    'name',
  );
  const key: TypedThing = { type: 'access_key', id, name };
  const direct = `select ${thingColumns}, g.to_type principal_type, g.to_id principal_id, ?2 principal_name, ${permission}, ${notInherited}
    from other_grant g join thing t on t.n = g.thing left join tenant e on e.id = t.tenant ${follows}
    where g.to_type = 'access_key' and g.to_id = ?1 and t.kind <> 'permission'`;
  const inherited = `select ${thingColumns}, ${inheritingKeyColumns}, ${permission}, ${inheritedColumns} from ${inheritingKeys} ${follows} where k.to_id = ?1`;
  const hasHeirs = !directOnly && inheritance.edges > 0;
  const held = database.prepare(`select * from (${direct}${hasHeirs ? ` union all ${inherited}` : ''}) ${order}`);
  const user = { id, name: name === '' ? id : name, login: '', email: '', status: '', isTest: false, createdAt: '' };
  return {
    user,
    key,
    groups: [],
    *paths() {
      const ways = createWayPaths(database);
      for (const row of held.iterate(id, name)) {
        yield row['ancestor'] === ''
          ? { ...toPath(row), user: thingInWords(key), principal: key, way: 'key' }
          : ways.inherited(row);
      }
    },
    *gains() {
      // an access key signs in nowhere
    },
  };
}

/** What a user holds of other types. */
function* otherThingsOf(database: DatabaseSync, user: Readonly<Record<string, unknown>>): Generator<AccessPath> {
  const id = textIn(user, 'id');
  const things = database.prepare(
    `select g.on_type held_type, g.on_id held_id, o.name held_name from other_grant g left join other o on o.type = g.on_type and o.id = g.on_id
     where g.to_type = 'user' and g.to_id = ? and g.thing is null order by g.on_type, o.name, g.on_id`,
  );
  for (const row of things.iterate(id)) {
    const held = typedThingIn(row, 'held');
    yield {
      userId: id,
      user: textIn(user, 'name'),
      login: textIn(user, 'login'),
      email: textIn(user, 'email'),
      status: textIn(user, 'status'),
      kind: 'other',
      heldId: held.id,
      role: '',
      tenantId: '',
      tenant: '',
      permission: '',
      ...heldDirectly,
      held,
    };
  }
}
