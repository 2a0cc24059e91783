import type { KeptSync } from '../store.ts';
import type { Connection } from './connection.ts';

/** A sync that is kept, with the number of its project. */
export interface NumberedSync extends KeptSync {
  readonly project: number;
}

/** The syncs of a store, or of one project, in the order in which they went in. */
export async function keptSyncs(connection: Connection, projectId?: string): Promise<readonly NumberedSync[]> {
  const rows = await connection.rows(
    `select s.n, s.project, p.id project_id, s.sync_id, s.started_at, s.finished_at, s.finished_ms, s.added, s.ended, s.sizes
     from sync s join project p on p.n = s.project where $1::text is null or p.id = $1 order by s.n`,
    [projectId ?? null],
  );
  return rows.map((row) => ({
    n: Number(row['n']),
    project: Number(row['project']),
    projectId: String(row['project_id']),
    syncId: String(row['sync_id']),
    startedAt: String(row['started_at']),
    finishedAt: String(row['finished_at']),
    finishedMs: Number(row['finished_ms']),
    added: Number(row['added']),
    ended: Number(row['ended']),
    sizes: JSON.parse(String(row['sizes'])) as Readonly<Record<string, number>>, // we wrote it
  }));
}
