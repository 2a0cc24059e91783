import { auditOfPrune, type Keep, type PrunePlan } from '../prune.ts';
import type { AuditedChange, StoreAudit } from '../store-audit.ts';
import type { StoreTargetOptions } from '../store.ts';
import { connect } from './connection.ts';
import { keptSyncs } from './kept.ts';
import { planPrune, prune } from './prune.ts';
import { beginReading } from './reading.ts';
import { migrate, schema } from './schema.ts';
import { takeTurn } from './write-sync.ts';

/** What would go, by project; nothing is changed. */
export async function plannedPostgresPrune(url: string, keep: Keep): Promise<readonly PrunePlan[]> {
  await using connection = await beginReading(url);
  return await planPrune(connection, keep);
}

/** Takes away what was over before the bound, in one transaction. Returns what went, by project. */
export async function prunePostgres(
  url: string,
  keep: Keep,
  waiting: Pick<StoreTargetOptions, 'patienceMs' | 'onWait' | 'wait'>,
): Promise<readonly PrunePlan[]> {
  await using connection = await connect(url, 'write');
  await migrate(connection);
  await connection.run('begin');
  await connection.run(`set local search_path = ${schema}, pg_temp`);
  const projects = new Set((await keptSyncs(connection, keep.projectId)).map(({ projectId }) => projectId));
  for (const projectId of [...projects].toSorted()) {
    await takeTurn(connection, projectId, waiting);
  }
  const plans = await planPrune(connection, keep);
  for (const plan of plans) {
    await prune(connection, plan);
    await connection.run('insert into audit (project, at, what) values ($1, $2, $3)', [
      plan.project,
      new Date(keep.nowMs).toISOString(),
      JSON.stringify(auditOfPrune(plan)),
    ]);
  }
  await connection.run('commit');
  return plans;
}

/** What was done to a store besides taking syncs, in the order in which it was done. */
export async function auditOfPostgres(url: string, projectId?: string): Promise<readonly AuditedChange[]> {
  await using connection = await beginReading(url);
  const rows = await connection.rows<{ readonly at: string; readonly id: string; readonly what: string }>(
    `select a.at, p.id, a.what from audit a join project p on p.n = a.project
     where $1::text is null or p.id = $1 order by a.n`,
    [projectId ?? null],
  );
  return rows.map(({ at, id, what }) => ({ at, projectId: id, what: JSON.parse(what) as StoreAudit })); // we wrote it
}
