import { jsonLines } from '../answers/json-lines.ts';
import { tableLines } from '../answers/table.ts';
import { ConnectorError } from '../errors.ts';
import { openHistory } from '../history/open-history.ts';
import type { KeptSync } from '../history/store.ts';
import { verifyStore } from '../history/verify.ts';
import type { AuditedChange } from '../history/store-audit.ts';
import { auditIn } from '../history/upkeep.ts';
import { isStore } from '../output/outputs.ts';
import { printable } from '../printable.ts';
import type { CommandContext } from './command-context.ts';
import { prose, screenWidth, withEnds, writeResult } from './results.ts';
import { openStored, type WhenFlags } from './stored.ts';
import { counted } from './table.ts';
import { isPostgres, shownStore } from '../store-url.ts';

export interface HistoryFlags extends WhenFlags {
  readonly json?: boolean;
}

export interface ImportFlags {
  readonly into: string;
  readonly project?: string;
}

type HistoryContext = Pick<CommandContext, 'signal' | 'print'>;

/** The syncs of a store. */
export async function listSyncs(
  store: string,
  { project, json = false }: HistoryFlags,
  { signal }: HistoryContext,
): Promise<void> {
  await using history = await openHistory(store);
  const syncs = await history.syncs(project);
  if (json) {
    const changes = await changesOf(store, project);
    await writeResult(jsonLines({ store: history.path, changes }, 'syncs', syncs.map(syncJson)), signal);
    return;
  }
  const hasProjects = new Set(syncs.map(({ projectId }) => projectId)).size > 1;
  await writeResult(
    withEnds(
      tableLines(
        syncs.map((sync) => [
          sync.finishedAt,
          ...(hasProjects ? [sync.projectId] : []),
          counted(sync.sizes['user_row'] ?? 0, 'user'),
          counted(sync.sizes['grant_row'] ?? 0, 'grant'),
          `+${sync.added.toLocaleString('en')} -${sync.ended.toLocaleString('en')}`,
        ]),
        { width: screenWidth() },
      ),
    ),
    signal,
  );
  await writeResult(
    withEnds(
      prose(
        `${counted(syncs.length, 'sync')}; + and - count rows that came and went.`,
        ...(await changesOf(store, project)).map(changeInWords),
      ),
    ),
    signal,
  );
}

/** What was done to a store besides taking syncs. */
async function changesOf(store: string, project?: string): Promise<readonly AuditedChange[]> {
  return isStore(store) ? await auditIn(store, project) : [];
}

function changeInWords({ at, projectId, what }: AuditedChange): string {
  const [syncs, rows, project] = [counted(what.syncs, 'sync'), counted(what.rows, 'row'), printable(projectId)];
  return what.did === 'prune'
    ? `${at}: ${syncs} of ${project} up to ${what.before} pruned, ${rows}.`
    : `${at}: ${printable(what.resource)} of ${project} forgotten in ${rows}; the hashes of ${syncs} were made anew.`;
}

function syncJson({ syncId, projectId, startedAt, finishedAt, added, ended, sizes }: KeptSync): object {
  return {
    syncId,
    projectId,
    startedAt,
    finishedAt,
    users: sizes['user_row'] ?? 0,
    grants: sizes['grant_row'] ?? 0,
    added,
    ended,
  };
}

/** The summary of one sync. */
export async function showSync(store: string, when: HistoryFlags, { print }: HistoryContext): Promise<void> {
  await using stored = await openStored(store, when);
  print(JSON.stringify((await stored.history.source(stored.sync)).wholeSummary, undefined, 2));
}

/** Whether a store is whole; an error where it is not. */
export async function verify(
  store: string,
  { json = false }: HistoryFlags,
  { signal, print }: HistoryContext,
): Promise<void> {
  const { syncs, changed, faults } = await verifyStore(store, signal);
  if (json) {
    print(
      JSON.stringify({
        store: shownStore(store),
        syncs: syncs.length,
        isWhole: changed.length + faults.length === 0,
        changed: changed.map(syncJson),
        faults,
      }),
    );
  }
  if (changed.length + faults.length > 0) {
    const words = [
      ...faults.map((fault) => `the file is damaged: ${printable(fault)}`),
      ...changed.map(({ finishedAt }) => `the rows of the sync of ${finishedAt} are not those that went in`),
    ];
    const told = [...words.slice(0, 5), ...(words.length > 5 ? [`and ${words.length - 5} more`] : [])];
    throw new ConnectorError(
      'inconsistent',
      `${printable(shownStore(store))} is not whole: ${told.join('; ')}; restore it from a backup`,
    );
  }
  if (!json) {
    const forgotten = (await changesOf(store)).filter(({ what }) => what.did === 'forget');
    print(
      [
        `${counted(syncs.length, 'sync')}: the rows of each are those that went in, and the ` +
          `${isPostgres(store) ? 'store' : 'file'} is whole.`,
        ...prose(...forgotten.map(changeInWords)),
      ].join('\n'),
    );
  }
}
