import type { DatabaseSync } from 'node:sqlite';
import { textIn } from './access-path.ts';
import { judgePower, type Level, type Privilege } from './power.ts';
import { thingFlags } from './report-format.ts';
import { tableIn } from './ways.ts';

/** What a role confers, and why that is much. */
export interface RolePower {
  /** Places in `permissions`, in their order. */
  readonly allows: readonly number[];
  readonly privilege: Privilege;
}

/** The roles of an index, judged as on the report's page. */
export interface RolePowers {
  /** By name. */
  readonly permissions: readonly { readonly name: string; readonly level: Level }[];
  /** Of a thing that is a role or a binding. */
  of(thing: number): RolePower | undefined;
}

/** Judges all roles of an index; `file` is what its database is attached as. What is alike is judged once. */
export function judgeRoles(
  database: DatabaseSync,
  file?: string,
  kinds: readonly ('role' | 'binding')[] = ['role', 'binding'],
): RolePowers {
  const permissions = database
    .prepare(`select n, id, is_system from ${tableIn(file, 'thing')} where kind = 'permission' order by id`)
    .all()
    .map((row) => ({
      n: Number(row['n']),
      name: textIn(row, 'id'),
      flags: row['is_system'] === 1 ? thingFlags.system : 0,
    }));
  const places = new Map(permissions.map(({ n }, place) => [n, place]));
  const confers = database.prepare(`select permission from ${tableIn(file, 'confers')} where thing = ?`);
  const roles = new Map<string, { readonly name: string; readonly allows: readonly number[] }>(); // a role inside many tenants is judged once
  const keys = new Map<number, string>();
  for (const { n, role } of database
    .prepare(
      `select n, role from ${tableIn(file, 'thing')} where kind in (${kinds.map((kind) => `'${kind}'`).join(', ')})`,
    )
    .iterate()) {
    const allows = confers
      .all(Number(n))
      .map(({ permission }) => places.get(Number(permission)) ?? 0)
      .toSorted((one, other) => one - other);
    const key = `${allows.join()}:${String(role)}`;
    keys.set(Number(n), key);
    roles.set(key, roles.get(key) ?? { name: String(role), allows });
  }
  const { levelOfPermission, privilege } = judgePower({ roles: [...roles.values()], permissions });
  const powers = new Map(
    Array.from(roles, ([key, { allows }], place) => [key, { allows, privilege: privilege[place] ?? [] }]),
  );
  return {
    permissions: permissions.map(({ name }, place) => ({ name, level: levelOfPermission[place] ?? 'ordinary' })),
    of: (thing) => powers.get(keys.get(thing) ?? ''),
  };
}
