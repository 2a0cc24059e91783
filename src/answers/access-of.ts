import type { FileIndex } from './file-index.ts';
import type { DatabaseSync } from 'node:sqlite';
import { type AccessPath, pathColumns, textIn, toPath } from './access-path.ts';
import { find } from './find.ts';
import { typedThingIn } from './unknown-rows.ts';

export interface AccessOf {
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly login: string;
    readonly email: string;
    readonly status: string;
    readonly isTest: boolean;
    readonly createdAt: string;
  };
  /**
   * What the user holds and what follows: a row for each permission, one without a permission for what confers none.
   */
  paths(): Generator<AccessPath>;
}

/**
 * What one user can do, and where. The user is found by user id, login id, email or name, as `find` does it, with its
 * errors.
 */
export function accessOf(index: FileIndex, asked: string): AccessOf {
  const { n } = find(index, 'user', asked);
  const row = index.database.prepare('select * from user where n = ?').get(n) ?? {};
  const held = index.database.prepare(
    `select ${pathColumns}, coalesce(p.id, '') permission from holding h join user u on u.n = h.user join thing t on t.n = h.thing
     left join tenant e on e.id = t.tenant left join confers c on c.thing = t.n left join thing p on p.n = c.permission
     where h.user = ? order by t.tenant <> '', e.name, t.tenant, t.kind <> 'tenant', t.role, t.kind, p.id`,
  );
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
    *paths() {
      for (const path of held.iterate(n)) {
        yield toPath(path);
      }
      if (index.unknown !== undefined) {
        yield* otherThingsOf(index.database, row);
      }
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
      held,
    };
  }
}
