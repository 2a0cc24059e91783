import type { DatabaseSync } from 'node:sqlite';
import { keptSyncs } from './kept.ts';
import { grantEntity } from './numbers.ts';
import { versionTables } from './schema.ts';
import type { KeptSync } from './store.ts';
import type { StoreAudit } from './store-audit.ts';

/** How long a store keeps what is over. */
export interface Keep {
  readonly keepMs: number;
  /** From when that is counted back. */
  readonly nowMs: number;
  /** Of this project only. */
  readonly projectId?: string | undefined;
}

/** What goes of one project, and the sync that is its first one then. */
export interface PrunePlan {
  readonly project: number;
  readonly first: KeptSync;
  /** The syncs that go, in their order: none where all are kept. */
  readonly syncs: readonly KeptSync[];
  /** Rows that stood in those syncs alone. */
  readonly rows: number;
}

/**
 * What goes of each project that has syncs before the bound. The last sync before it stays: it is what was known at the
 * bound itself, so every later moment is answered as before. The newest sync of a project therefore never goes.
 */
export function planPrune(database: DatabaseSync, { keepMs, nowMs, projectId }: Keep): readonly PrunePlan[] {
  const numberOf = database.prepare('select n from project where id = ?');
  return goneSyncs(keptSyncs(database, projectId), nowMs - keepMs).map(({ first, syncs }) => {
    const project = Number(numberOf.get(first.projectId)?.['n']);
    return { project, first, syncs, rows: rowsBefore(database, project, first.n) };
  });
}

/** Of each project the syncs that a bound takes away, and the one that is the first then. */
export function goneSyncs<Sync extends KeptSync>(
  syncs: readonly Sync[],
  boundMs: number,
): readonly { readonly first: Sync; readonly syncs: readonly Sync[] }[] {
  return Array.from(Map.groupBy(syncs, (sync) => sync.projectId).values()).flatMap((own) => {
    const at = own.findLastIndex(({ finishedMs }) => finishedMs <= boundMs);
    const first = own[at];
    return first === undefined || at === 0 ? [] : [{ first, syncs: own.slice(0, at) }];
  });
}

/** Versions that were over when a sync began to stand. */
const isOver = 'project = ? and until <= ?';

function rowsBefore(database: DatabaseSync, project: number, first: number): number {
  return versionTables
    .map((table) =>
      Number(database.prepare(`select count(*) n from ${table} where ${isOver}`).get(project, first)?.['n']),
    )
    .reduce((sum, count) => sum + count, 0);
}

/** What hangs on the number of a version. */
const partsOfVersions = ['message', 'login_row', 'edge', 'mapping', 'details'] as const;

/**
 * Takes away what is planned, within a transaction of the caller. Versions that stand in the first sync that is kept stay
 * as they are: when they began is no longer told, since the syncs that showed it are gone.
 */
export function prune(database: DatabaseSync, { project, first: { n: first } }: PrunePlan): void {
  database.exec(
    'create temp table gone_name (n integer primary key); create temp table gone_slug (n integer primary key)',
  );
  for (const table of versionTables) {
    const goneIn = (column: string): string => `select ${column} from main.${table} where ${isOver}`;
    const columns = table === 'grant_row' ? ['on_n', 'to_n', 'variant'] : ['n'];
    for (const column of columns) {
      database.prepare(`insert or ignore into gone_name ${goneIn(column)}`).run(project, first);
    }
    if (table === 'grant_row' || table === 'entitlement_row') {
      database.prepare(`insert or ignore into gone_slug ${goneIn('slug')}`).run(project, first);
    }
    for (const part of partsOfVersions) {
      database.prepare(`delete from ${part} where v in (${goneIn('v')})`).run(project, first);
    }
    database.prepare(`delete from ${table} where ${isOver}`).run(project, first);
  }
  dropUnused(database);
  database.exec('drop table gone_name; drop table gone_slug');
  database.prepare('delete from sync where project = ? and n < ?').run(project, first);
}

/** What is written down of it. */
export function auditOfPrune({ syncs, rows }: Pick<PrunePlan, 'syncs' | 'rows'>): StoreAudit {
  return { did: 'prune', syncs: syncs.length, rows, before: syncs.at(-1)?.finishedAt ?? '' };
}

/** Names of things and slugs that no version has any more: they may be the ids of people. */
function dropUnused(database: DatabaseSync): void {
  const named = versionTables
    .filter((table) => table !== 'grant_row')
    .map((table) => `exists (select 1 from ${table} r where r.n = e.n)`);
  const isUsed = [
    ...named,
    'exists (select 1 from grant_row g where g.on_n = e.n)',
    'exists (select 1 from grant_row g where g.to_n = e.n)',
    `(e.type = '${grantEntity}' and e.n in (select variant from grant_row where variant <> 0))`,
  ].join(' or ');
  database.exec(`delete from entity as e where e.n in (select n from gone_name) and not (${isUsed})`);
  database.exec(`delete from slug as s where s.is_whole = 1 and s.n in (select n from gone_slug)
    and s.n not in (select slug from grant_row union select slug from entitlement_row)`);
}
