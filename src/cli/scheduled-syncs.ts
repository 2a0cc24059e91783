import { access, constants, mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { createConnector, type Judge, type KeyExpiry } from '../connector.ts';
import type { DescopeClient } from '../descope/client.ts';
import { ConnectorError } from '../errors.ts';
import { hasOsCode, osCode, osReason } from '../os-reasons.ts';
import { type LogFields, type Logger, whereItBroke, withFields } from '../log.ts';
import type { SyncWatcher } from '../observe/watchers.ts';
import { type KeptFiles, openKeptFiles } from '../output/kept-files.ts';
import { readLast } from '../output/last.ts';
import { sweepLeftovers } from '../output/leftovers.ts';
import { chooseOutput } from '../output/outputs.ts';
import { checkTarget } from '../output/place.ts';
import type { SyncPolicy } from '../resources/sync/sync-session.ts';
import { shellWord } from '../shell-word.ts';
import { type AskedRuns, atTimesOf, everySo, followSchedule, type Ticks } from '../sync/schedule.ts';
import type { SyncSummary } from '../sync/summary.ts';
import { newSyncId } from '../sync/sync-id.ts';
import { logForecast } from './forecast.ts';
import { rateWaits, writeFullSync } from './full-sync.ts';
import type { HistoryOutput } from './history-output.ts';
import { asCalled } from './how-called.ts';
import { type LastOutputCheck, createLastOutputCheck } from './last-output.ts';

/** Each sync of a long process waits anew. */
export const scheduledRateWaits = { ...rateWaits, forgetsRateWaits: true };

/** Which syncs are to be run, where to, and how many are kept. */
export interface Plan {
  readonly ticks: Ticks;
  readonly files: KeptFiles;
  readonly folder: string;
  readonly maxShrink: number;
  /** The store that each sync goes into as well. */
  readonly history?: HistoryOutput | undefined;
}

/** What the settings plan; undefined when they plan nothing. Settings that do not go together are a `config` error. */
export function planOf({ syncEvery, syncCron, out, outFormat, keep, maxShrink }: Settings): Plan | undefined {
  if (syncEvery !== undefined && syncCron !== undefined) {
    throw new ConnectorError('config', '--sync-every and --sync-cron are two schedules: give one of them');
  }
  const ticks = syncEvery !== undefined ? everySo(syncEvery) : syncCron !== undefined ? atTimesOf(syncCron) : undefined;
  if (ticks === undefined) {
    if (out !== undefined) {
      throw new ConnectorError(
        'config',
        '--out is for scheduled syncs: say when with --sync-every 1h or --sync-cron "0 * * * *"',
      );
    }
    return undefined;
  }
  if (out === undefined) {
    throw new ConnectorError('config', 'scheduled syncs need --out, the folder that they are written to');
  }
  const folder = resolve(out);
  return { ticks, folder, maxShrink, files: openKeptFiles(folder, outFormat, keep) };
}

export interface ScheduledSyncsOptions {
  readonly plan: Plan;
  /** Makes the client of these syncs, which logs with the given logger. */
  readonly connect: (logger: Logger) => DescopeClient;
  readonly policy: SyncPolicy;
  readonly judge?: Judge | undefined;
  readonly watcher: SyncWatcher;
  /** Runs a sync inside a trace. */
  readonly trace: <T>(syncId: string, work: () => Promise<T>) => Promise<T>;
  readonly logger: Logger;
  /** Told when our management keys end, with each sync that can tell. */
  readonly onKeyExpiry?: (expiry: KeyExpiry) => void;
  /** Runs between the ticks, as SIGUSR2 asks for them. */
  readonly asked?: AskedRuns;
  readonly signal: AbortSignal;
  readonly now?: () => number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Makes sure, before anything is served, that the folder is there, can be written to, and is not that of another
 * project.
 */
export async function checkFolder({ folder, files, maxShrink }: Plan, projectId: string): Promise<void> {
  // Not recursively: a missing parent is usually a typing mistake, and Node's recursive mkdir never returns below
  // /proc.
  await mkdir(folder, { mode: 0o700 }).catch((thrown: unknown) => {
    if (!hasOsCode(thrown, 'EEXIST')) {
      const reason = osReason(thrown, { ENOENT: 'the folder above it does not exist' });
      throw new ConnectorError(
        'local-io',
        `cannot make the folder ${folder}: ${reason}; make it, or name another with --out`,
      );
    }
  });
  await checkTarget(files.latest);
  await access(folder, constants.W_OK).catch((thrown: unknown) => {
    throw new ConnectorError(
      'local-io',
      `cannot write to the folder ${folder} (${osCode(thrown)}): name another with --out`,
    );
  });
  await comparisonOf(files.latest, maxShrink).checkOwner(projectId);
}

/**
 * On schedule nobody can accept a shrunken sync or another project: the error names the command to run by hand for
 * that.
 */
function comparisonOf(latest: string, maxShrink: number, signal?: AbortSignal): LastOutputCheck {
  return createLastOutputCheck(
    latest,
    {
      maxShrink,
      isAccepted: false,
      isOtherAccepted: false,
      remedy: asCalled(`run once: baton-descope sync --out ${shellWord(latest)} --replace-other-project`),
    },
    signal,
  );
}

/**
 * Runs syncs at the plan's ticks until the signal fires. A run that fails is told and counted; the next tick tries
 * again.
 */
export async function runScheduledSyncs({
  plan,
  connect,
  policy,
  judge,
  watcher,
  trace,
  logger: ownLogger,
  onKeyExpiry,
  asked,
  signal,
  now = Date.now,
  wait,
}: ScheduledSyncsOptions): Promise<void> {
  let syncId: string | undefined;
  const logger = withFields(ownLogger, () => (syncId === undefined ? {} : { sync: syncId }));
  const client = connect(logger);
  const connector = createConnector({
    project: client,
    policy,
    judge,
    onForecast: logForecast(logger),
    ...(onKeyExpiry !== undefined && { onKeyExpiry }),
  });
  let failuresInARow = 0;
  let isFirst = true;

  async function syncOnce(id: string): Promise<SyncSummary> {
    const { latest } = plan.files;
    const create = plan.history?.beside(chooseOutput(latest)) ?? chooseOutput(latest);
    await sweepLeftovers(latest);
    const comparison = comparisonOf(latest, plan.maxShrink, signal);
    await comparison.checkOwner(client.projectId);
    await plan.files.keepLatest(); // one that was put there meanwhile, by hand for instance
    const summary = await writeFullSync({
      connector,
      projectId: client.projectId,
      tenantRoles: policy.tenantRoles,
      createOutput: (options) => create({ ...options, isAnswering: true }),
      comparison,
      onNote: (note) => logger.warn('compared with the sync before', { note }),
      syncId: id,
      signal,
      now,
    });
    watcher.onComplete({ finishedAtMs: Date.parse(summary.finishedAt), counts: summary.counts });
    return summary;
  }

  async function run(): Promise<void> {
    const id = newSyncId(now());
    syncId = id;
    const startedAt = performance.now();
    watcher.onStart();
    logger.info('sync started');
    let outcome = 'complete';
    try {
      const summary = await trace(id, () => syncOnce(id));
      const { name, removed } = await plan.files.keepLatest();
      failuresInARow = 0;
      logger.info('sync complete', { ...countsOf(summary), seconds: secondsSince(startedAt), file: name, removed });
    } catch (thrown) {
      outcome = thrown instanceof ConnectorError ? thrown.kind : 'internal';
      if (outcome === 'cancelled') {
        logger.info('sync cancelled', { seconds: secondsSince(startedAt) });
      } else {
        failuresInARow += 1;
        logger.error('sync failed, the files stay as they were', {
          kind: outcome,
          ...reasonOf(thrown, plan),
          failuresInARow,
          seconds: secondsSince(startedAt),
        });
      }
    } finally {
      watcher.onEnd(outcome, performance.now() - startedAt, failuresInARow);
      syncId = undefined;
    }
  }

  try {
    await followSchedule({
      ticks: plan.ticks,
      lastFinishedAtMs: await tellLast(plan, watcher),
      run,
      onNext: (atMs) => {
        watcher.onScheduled(atMs);
        logger[isFirst ? 'info' : 'debug']('next sync', { next: new Date(atMs).toISOString(), folder: plan.folder });
        isFirst = false;
      },
      onSkipped: (count) => {
        watcher.onSkipped(count);
        logger.warn('the sync took longer than its interval', { skipped: count });
      },
      signal,
      now,
      ...(asked !== undefined && { asked }),
      ...(wait !== undefined && { wait }),
    });
  } finally {
    connector.close();
  }
}

/** Reports the complete sync that an earlier process left, and returns when it was finished. */
async function tellLast({ files }: Plan, watcher: SyncWatcher): Promise<number | undefined> {
  const last = await readLast(files.latest);
  const status = await stat(files.latest).catch(() => undefined);
  if (last === undefined || status === undefined) {
    return undefined;
  }
  watcher.onComplete({ finishedAtMs: status.mtimeMs, counts: last.counts });
  return status.mtimeMs;
}

function countsOf({ counts, requests }: SyncSummary): LogFields {
  return {
    users: counts.resources['user'] ?? 0,
    resources: counts.resources['total'] ?? 0,
    grants: counts.grants['total'] ?? 0,
    requests: requests['total'] ?? 0,
  };
}

function reasonOf(thrown: unknown, { files }: Plan): LogFields {
  if (!(thrown instanceof ConnectorError)) {
    return whereItBroke(thrown);
  }
  return {
    reason: thrown.message,
    ...(thrown.message.includes('--accept-shrink') && {
      note: asCalled(`if that is right, once: baton-descope sync --out ${shellWord(files.latest)} --accept-shrink`),
    }),
  };
}

function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 100) / 10;
}
