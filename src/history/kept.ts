import type { DatabaseSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { KeptSync } from './store.ts';

const columns = `s.n, p.id project_id, s.sync_id, s.started_at, s.finished_at, s.finished_ms, s.added, s.ended, s.sizes`;

/** The syncs of a store, or of one project, in the order in which they went in. */
export function keptSyncs(database: DatabaseSync, projectId?: string): readonly KeptSync[] {
  return database
    .prepare(
      `select ${columns} from sync s join project p on p.n = s.project ${projectId === undefined ? '' : 'where p.id = ?'} order by s.n`,
    )
    .all(...(projectId === undefined ? [] : [projectId]))
    .map((row) => ({
      n: Number(row['n']),
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

/** The number of a project; undefined for one that the store does not have. */
export function projectNumber(database: DatabaseSync, projectId: string): number | undefined {
  const n = database.prepare('select n from project where id = ?').get(projectId)?.['n'];
  return n === undefined ? undefined : Number(n);
}

/**
 * To be asked when an answer is complete: readers keep nobody from pruning, and rows of a sync that went meanwhile may be
 * missing from it.
 */
export function checkStillKept(path: string, database: DatabaseSync, sync: number): void {
  if (database.prepare('select 1 from sync where n = ?').get(sync) === undefined) {
    throw new ConnectorError(
      'inconsistent',
      `${printable(path)} was pruned while it was read, and the sync that was asked for is gone: this answer may lack rows`,
    );
  }
}
