import type { DatabaseSync } from 'node:sqlite';
import { heldInWords, textIn, thingColumns, toPath } from './access-path.ts';
import { hasThing } from './ways.ts';

/** A group of an identity provider that a user is in. */
export interface UserGroup {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  readonly tenant: string;
  readonly ssoId: string;
  readonly gives: readonly GroupGift[];
}

/** A role that a mapping gives to the members of a group, at their next login. */
export interface GroupGift {
  readonly heldId: string;
  readonly role: string;
  readonly tenantId: string;
  readonly tenant: string;
  /** Whether the user holds it as it stands: a revoke of it comes back at the next login. */
  readonly isHeld: boolean;
  /** Whether the user has it in any way: if not, the next login gives it. */
  readonly isThere: boolean;
  readonly words: string;
}

/** The groups of a user, by name, with what they give. */
export function groupsOf(database: DatabaseSync, user: number): readonly UserGroup[] {
  const groups = database
    .prepare(
      `select g.id id, g.name name, g.tenant tenant_id, coalesce(e.name, g.tenant) tenant, g.sso_id sso_id
       from group_member x join sso g on g.n = x.sso left join tenant e on e.id = g.tenant where x.user = ? order by g.name, g.id`,
    )
    .all(user);
  const gives = database.prepare(
    `select ${thingColumns}, exists (select 1 from holding a where a.thing = t.n and a.user = u.n) is_held, ${hasThing} is_there
     from maps m join thing t on t.n = m.thing left join tenant e on e.id = t.tenant join user u on u.n = ?1
     where m.type = 'idp_group' and m.id = ?2 order by e.name, t.tenant, t.role, t.id`,
  );
  return groups.map((group) => ({
    id: textIn(group, 'id'),
    name: textIn(group, 'name'),
    tenantId: textIn(group, 'tenant_id'),
    tenant: textIn(group, 'tenant'),
    ssoId: textIn(group, 'sso_id'),
    gives: gives.all(user, textIn(group, 'id')).map((row) => {
      const { heldId, role, tenantId, tenant, ...held } = toPath(row);
      return {
        heldId,
        role,
        tenantId,
        tenant,
        isHeld: row['is_held'] === 1,
        isThere: row['is_there'] === 1,
        words: heldInWords({ ...held, role, tenantId, tenant }),
      };
    }),
  }));
}
