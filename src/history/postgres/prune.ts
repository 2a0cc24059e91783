import { goneSyncs, type Keep, type PrunePlan } from '../prune.ts';
import { versionTables } from '../schema.ts';
import type { Connection } from './connection.ts';
import { keptSyncs } from './kept.ts';

/** What goes of each project: see `../prune.ts`. */
export async function planPrune(
  connection: Connection,
  { keepMs, nowMs, projectId }: Keep,
): Promise<readonly PrunePlan[]> {
  const plans: PrunePlan[] = [];
  for (const { first, syncs } of goneSyncs(await keptSyncs(connection, projectId), nowMs - keepMs)) {
    const { project } = first;
    let rows = 0;
    for (const table of versionTables) {
      const [row] = await connection.rows<{ readonly n: string }>(`select count(*) n from ${table} where ${isOver}`, [
        project,
        first.n,
      ]);
      rows += Number(row?.n);
    }
    plans.push({ project, first, syncs, rows });
  }
  return plans;
}

/** Versions that were over when a sync began to stand. */
const isOver = 'project = $1 and until <= $2';

/** Takes away what is planned, within a transaction of the caller, who keeps other writers of the project out. */
export async function prune(connection: Connection, { project, first: { n: first } }: PrunePlan): Promise<void> {
  for (const table of versionTables) {
    await connection.run(`delete from ${table} where ${isOver}`, [project, first]);
  }
  await connection.run(`delete from entity e where e.project = $1 and not (${isUsed})`, [project]);
  await connection.run('delete from sync where project = $1 and n < $2', [project, first]);
}

/** Names that no version has any more may be the ids of people. */
const isUsed = [
  ...versionTables
    .filter((table) => table !== 'grant_row')
    .map((table) => `exists (select 1 from ${table} r where r.n = e.n)`),
  'exists (select 1 from entitlement_row r where r.slug = e.n)',
  ...['on_n', 'to_n', 'slug', 'variant'].map((column) => `exists (select 1 from grant_row g where g.${column} = e.n)`),
].join(' or ');
