import type { DatabaseSync } from 'node:sqlite';
import type { ResourceRef } from '../model/ids.ts';

/** What was done to a store besides taking syncs. Nothing in it names anybody but by an id. */
export type StoreAudit =
  | { readonly did: 'prune'; readonly syncs: number; readonly rows: number; readonly before: string }
  | { readonly did: 'forget'; readonly resource: string; readonly rows: number; readonly syncs: number };

export interface AuditedChange {
  readonly at: string;
  readonly projectId: string;
  readonly what: StoreAudit;
}

export function putAudit(database: DatabaseSync, project: number, atMs: number, what: StoreAudit): void {
  database
    .prepare('insert into audit (project, at, what) values (?, ?, ?)')
    .run(project, new Date(atMs).toISOString(), JSON.stringify(what));
}

/** In the order in which it was done. */
export function auditOf(database: DatabaseSync, projectId?: string): readonly AuditedChange[] {
  return database
    .prepare('select a.at at, p.id id, a.what what from audit a join project p on p.n = a.project order by a.n')
    .all()
    .map(({ at, id, what }) => ({
      at: String(at),
      projectId: String(id),
      what: JSON.parse(String(what)) as StoreAudit, // we wrote it
    }))
    .filter((change) => projectId === undefined || change.projectId === projectId);
}

/** What is kept of forgetting somebody: the id, and how much was changed. */
export function auditOfForget(
  { typeId, id }: ResourceRef,
  { own, others, syncs }: { readonly own: number; readonly others: number; readonly syncs: number },
): StoreAudit {
  return { did: 'forget', resource: `${typeId}:${id}`, rows: own + others, syncs };
}
