import { ConnectorError } from '../errors.ts';
import type { AccessIndex } from './access-index.ts';
import { type AccessPath, pathColumns, toPath } from './access-path.ts';
import { countsIn } from './access-rules.ts';
import { printable } from './printable.ts';

export interface WhoCan {
  readonly permission: string;
  /** The tenant that was asked for. */
  readonly tenant: Named | undefined;
  /** Roles and bindings that confer the permission there, held or not. */
  readonly ways: number;
  /** Users who have it, each counted once, and ways in which they have it, one for each row. */
  counts(): { readonly users: number; readonly held: number };
  /** By where it holds (whole project first, then tenants by name), role and user. Read anew with every call. */
  paths(): Generator<AccessPath>;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * Who has a permission, through what, and where. In a tenant, that is whoever holds it there, and whoever holds it in the
 * whole project. A permission or tenant that is not in the file is `not-found`; a tenant's name that several bear, `conflict`.
 */
export function whoCan({ database, path }: AccessIndex, permission: string, tenantAsked?: string): WhoCan {
  const found = database.prepare("select n from thing where kind = 'permission' and id = ?").get(permission)?.['n'];
  if (typeof found !== 'number') {
    const near = database.prepare("select id from thing where kind = 'permission' and (lower(id) = lower(?1) or instr(lower(id), lower(?1)) > 0) order by id limit 5").all(permission);
    const hint = near.length === 0 ? 'names count to the letter' : `is it ${near.map(({ id }) => JSON.stringify(printable(String(id)))).join(' or ')}`;
    throw new ConnectorError('not-found', `there is no permission ${JSON.stringify(printable(permission))} in ${path}; ${hint}`);
  }
  const tenant = tenantAsked === undefined ? undefined : findTenant({ database, path }, tenantAsked);
  const things = database
    .prepare(
      `select t.n n, nullif(t.tenant, '') place from confers c join thing t on t.n = c.thing left join tenant e on e.id = t.tenant
       where c.permission = ? order by t.tenant <> '', e.name, t.tenant, t.role, t.kind`,
    )
    .all(found)
    .filter(({ place }) => countsIn(place ?? undefined, tenant?.id))
    .map(({ n }) => Number(n));
  const holders = database.prepare(
    `select ${pathColumns}, ? permission from holding h join user u on u.n = h.user join thing t on t.n = h.thing left join tenant e on e.id = t.tenant
     where h.thing = ? order by u.name, u.id`,
  );
  return {
    permission,
    tenant,
    ways: things.length,
    counts: () => {
      const inThese = `from holding where thing in (${things.join(', ') || 'null'})`; // numbers of our own
      return { users: numberOf(database.prepare(`select count(distinct user) n ${inThese}`).get()), held: numberOf(database.prepare(`select count(*) n ${inThese}`).get()) };
    },
    *paths() {
      for (const thing of things) {
        for (const row of holders.iterate(permission, thing)) {
          yield toPath(row);
        }
      }
    },
  };
}

function numberOf(row: Readonly<Record<string, unknown>> | undefined): number {
  return Number(row?.['n'] ?? 0);
}

/** A tenant by its id, else by its exact name. */
export function findTenant({ database, path }: Pick<AccessIndex, 'database' | 'path'>, asked: string): Named {
  const found = database.prepare('select id, name from tenant where id = ?').get(asked);
  const rows = found === undefined ? database.prepare('select id, name from tenant where name = ? order by id limit 11').all(asked) : [found];
  const [row] = rows;
  if (row === undefined) {
    throw new ConnectorError('not-found', `there is no tenant ${JSON.stringify(printable(asked))} in ${path}; give its id, or its exact name`);
  }
  if (rows.length > 1) {
    throw new ConnectorError('conflict', `several tenants are called ${JSON.stringify(printable(asked))}: give the id of one: ${rows.slice(0, 10).map(({ id }) => printable(String(id))).join(', ')}`);
  }
  return { id: String(row['id']), name: String(row['name']) };
}
