import type { DatabaseSync } from 'node:sqlite';
import { type AccessPath, heldInWords } from './access-path.ts';
import type { FileIndex } from './file-index.ts';
import { createWayPaths, gainersSql, heirsSql } from './inherited-paths.ts';
import { keyRisk, powersOf, riskOf } from './review.ts';
import { hasThing } from './ways.ts';
import type { SheetColumn } from './xlsx.ts';

// What nobody can sign off row by row, since it is given and taken elsewhere: what is inherited, and what the next login
// gives. Sheets of their own, so that the sheet to be signed off holds what is held as it stands.

const who: readonly SheetColumn[] = [
  { header: 'User', width: 26 },
  { header: 'User id', width: 32 },
  { header: 'Login', width: 32 },
  { header: 'Status', width: 10 },
  { header: 'Tenant', width: 24 },
  { header: 'Tenant id', width: 24 },
  { header: 'Role', width: 34 },
];
const whatFollows: readonly SheetColumn[] = [
  { header: 'Permissions', width: 40 },
  { header: 'Risk', width: 34 },
];

export const inheritedColumns: readonly SheetColumn[] = [
  ...who,
  { header: 'Held in', width: 24 },
  { header: 'Held in (id)', width: 24 },
  { header: 'Inherited', width: 44 },
  { header: 'Certainty', width: 12 },
  { header: 'Why', width: 30 },
  ...whatFollows,
];

export const nextLoginColumns: readonly SheetColumn[] = [...who, { header: 'Through', width: 34 }, ...whatFollows];

/** Whoever inherits something, a row for each thing and each tenant above where they hold it. */
export function* inheritedRows({ database }: FileIndex): Generator<string[]> {
  const ways = createWayPaths(database);
  const [users, keys] = [database.prepare(heirsSql.users), database.prepare(heirsSql.keys)];
  const powerOf = powersOf(database);
  for (const thing of thingsIn(database, 'inherits')) {
    const { permissions, risk } = powerOf(thing);
    for (const statement of [users, keys]) {
      for (const row of statement.iterate('', thing)) {
        const path = ways.inherited(row);
        const [above] = path.through;
        yield [
          ...whoCells(path),
          above?.name ?? path.from,
          path.from,
          path.through.map(({ name }) => name).join(' > '),
          path.certainty,
          path.reason.replaceAll(',', ', '),
          permissions,
          path.principal === undefined ? riskOf(risk, path.status) : keyRisk(risk, path.status),
        ];
      }
    }
  }
}

/** Whoever gains something at the next login that they have in no way yet. */
export function* nextLoginRows({ database }: FileIndex): Generator<string[]> {
  const ways = createWayPaths(database);
  const { members, others } = gainersSql(`not ${hasThing}`);
  const statements = [database.prepare(members), database.prepare(others)];
  const powerOf = powersOf(database);
  for (const thing of thingsIn(database, 'maps')) {
    const { permissions, risk } = powerOf(thing);
    for (const statement of statements) {
      for (const row of statement.iterate('', thing)) {
        const path = ways.gained(row);
        const through = path.through.map(({ name }) => name).join(', ');
        yield [...whoCells(path), through, permissions, riskOf(risk, path.status)];
      }
    }
  }
}

function whoCells(path: AccessPath): string[] {
  const { user, userId, login, status, tenant, tenantId, kind } = path;
  return [user, userId, login, status, tenant, tenantId, kind === 'tenant' ? '(member)' : heldInWords(path)];
}

/** Things of which a table has rows, by tenant and role. */
function thingsIn(database: DatabaseSync, table: 'inherits' | 'maps'): readonly number[] {
  return database
    .prepare(
      `select t.n n from thing t left join tenant e on e.id = t.tenant where exists (select 1 from ${table} where thing = t.n)
       order by t.tenant <> '', e.name, t.tenant, t.kind <> 'tenant', t.role, t.kind, t.id`,
    )
    .all()
    .map(({ n }) => Number(n));
}
