import type { DatabaseSync } from 'node:sqlite';

/**
 * How somebody comes by access. `direct` and `key` (an access key's own) are held as they stand; `inherited` is held in a
 * tenant above; `will_gain` is what the next login gives, and counts among no holders.
 */
export const wayWords = ['direct', 'inherited', 'key', 'will_gain'] as const;
export type Way = (typeof wayWords)[number];

// SQL over the tables of an index, for everybody who asks it. Aliases: u is the user who has something, t is what they
// have, e its tenant, i the row that says why they inherit it, m the row that says why they will gain it.

/** Users who inherit something, a row for each of them and each tenant above. Rows of `inherits` are never joined. */
export const inheritingUsers = `inherits i join thing t on t.n = i.thing join holding h on h.thing = i.source
  join "user" u on u.n = h."user" left join tenant e on e.id = t.tenant`;

/** The same of access keys: `k` is the grant that each of them inherits from, and `o` the key. */
export const inheritingKeys = `inherits i join thing t on t.n = i.thing
  join other_grant k on k.thing = i.source and k.to_type = 'access_key' and i.keys <> ''
  left join other o on o.type = k.to_type and o.id = k.to_id left join tenant e on e.id = t.tenant`;

/** Members of groups whose next login gives them something; `g` is the group. What they have already is not left out. */
export const gainingMembers = `maps m join thing t on t.n = m.thing join sso g on g.type = m.type and g.id = m.id and m.type = 'idp_group'
  join group_member x on x.sso = g.n join user u on u.n = x.user left join tenant e on e.id = t.tenant`;

/**
 * What gives something at the next login to people who are not known: a configuration, a tenant's default, and a group
 * without members; `g` is the group or the configuration.
 */
export const givers =
  'maps m join thing t on t.n = m.thing left join sso g on g.type = m.type and g.id = m.id left join tenant e on ' +
  'e.id = t.tenant';
export const isWithoutMembers = `not exists (select 1 from group_member x where x.sso = g.n and m.type = 'idp_group')`;

/** Whether user u has thing t by itself, in the whole project, or from a tenant above. */
export const hasThing = `(exists (select 1 from holding a where a.thing = t.n and a.user = u.n)
  or exists (select 1 from inherits a join holding b on b.thing = a.source where a.thing = t.n and b.user = u.n)
  or t.kind = 'binding' and coalesce(t.role_tenant, '') = '' and exists (select 1 from thing a join holding b on b.thing = a.n
    where a.kind = 'role' and a.tenant = '' and a.role = t.role and b.user = u.n))`;

/** Whether user u has a permission, given as the number of its thing, in the tenant of thing t. */
export function hasPermission(permission: number): string {
  return `(exists (select 1 from holding a join confers c on c.permission = ${permission} and c.thing = a.thing join thing b on b.n = a.thing
    where a.user = u.n and b.tenant in ('', t.tenant))
  or exists (select 1 from holding a join inherits b on b.source = a.thing join confers c on c.permission = ${permission} and c.thing = b.thing
    join thing d on d.n = b.thing where a.user = u.n and d.tenant = t.tenant))`;
}

export interface PathStep {
  readonly id: string;
  readonly name: string;
}

/**
 * The tenants from an ancestor down to a tenant that inherits from it, both included. Where the file does not lead from
 * one to the other, there is nothing between them. `file` is what its database is attached as, where it is.
 */
export function createTenantPaths(
  database: DatabaseSync,
  file?: string,
): (tenantId: string, ancestor: string) => readonly PathStep[] {
  const find = database.prepare(`select name, parent from ${tableIn(file, 'tenant')} where id = ?`);
  const known = new Map<string, readonly PathStep[]>();
  const textOf = (id: string, column: 'name' | 'parent'): string => String(find.get(id)?.[column] ?? '');
  const stepOf = (id: string): PathStep => ({ id, name: textOf(id, 'name') || id });

  function between(tenantId: string, ancestor: string): readonly PathStep[] {
    const ids = [tenantId];
    for (let at = tenantId; at !== ancestor;) {
      at = textOf(at, 'parent');
      if (at === '' || ids.includes(at)) {
        return [ancestor, tenantId].map(stepOf);
      }
      ids.push(at);
    }
    return ids.toReversed().map(stepOf);
  }

  return (tenantId, ancestor) => {
    const key = JSON.stringify([tenantId, ancestor]);
    const path = known.get(key) ?? between(tenantId, ancestor);
    if (known.size < mostKept) {
      known.set(key, path);
    }
    return path;
  };
}

/** A table of an attached file, or of the index itself: a store has views in place of its tables. */
export function tableIn(file: string | undefined, table: string): string {
  return file === undefined ? table : `${file}.${table}`;
}

/** Paths that are kept: rows of one tenant follow each other. */
const mostKept = 10_000;
