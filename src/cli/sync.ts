import { stat } from 'node:fs/promises';
import { resolveSettings } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { createConnector, type GrantForecast, type Judge } from '../connector.ts';
import type { DescopeClient } from '../descope/client.ts';
import { auditPageSize } from '../descope/audit/audit.ts';
import { historyBatch } from '../descope/users/login-history.ts';
import { expectedTime, expectedTimeOfLogins, expectedTimeOfTenants } from '../descope/http/pacing.ts';
import { tenantList } from '../descope/tenants.ts';
import { userPageSize } from '../descope/users/user-page.ts';
import { ConnectorError } from '../errors.ts';
import { readLast } from '../output/last.ts';
import { sweepLeftovers } from '../output/leftovers.ts';
import { ndjsonInto } from '../output/ndjson-file.ts';
import { checkOutput, chooseOutput, type CreateOutput, isStore, targetNamed } from '../output/outputs.ts';
import type { SyncSummary } from '../sync/summary.ts';
import { newSyncId } from '../sync/sync-id.ts';
import { countTenantsNamed, listedTypes, requestsPerTenant } from '../registry.ts';
import { printable } from '../printable.ts';
import { derivedOutputs, storeKeeping } from './derived-outputs.ts';
import { type LastOutputCheck, createLastOutputCheck, createLastStoreCheck } from './last-output.ts';
import { forecastLines } from './forecast.ts';
import { keyEndLines } from './key-ends.ts';
import { type FullSyncOptions, rateWaits, writeFullSync } from './full-sync.ts';
import { isRedrawn, runSteps } from './progress.ts';
import { describeProgress } from './walk-progress.ts';
import { prose } from './results.ts';
import { type SettingFlags, settingSources } from './setting-sources.ts';
import { type Setup, setUp } from './settings.ts';
import type { CommandContext } from './command-context.ts';
import { isStdout } from './stdout-names.ts';
import { writeErr } from './streams.ts';
import { countsTable } from './counts-table.ts';
import { describeRequests, remarks } from './table.ts';
import { tell, tellPlainly } from './tell.ts';
import { fullPath, shownStore } from '../store-url.ts';

/** The file that is written without --out. */
const defaultOut = 'sync.json';

export type SyncFlags = SettingFlags & {
  readonly out?: string;
  readonly json?: boolean;
  readonly acceptShrink?: boolean;
  readonly replaceOtherProject?: boolean;
};

type SyncContext = Pick<CommandContext, 'env' | 'signal' | 'print' | 'permits'>;

/**
 * One full sync into a file, shown as it goes and summed up at the end; with --metrics-textfile, told to the
 * monitoring, too.
 */
export async function syncOnce(options: SyncFlags, context: SyncContext): Promise<void> {
  const sync = (): Promise<SyncSummary | undefined> => readAndWrite(options, context);
  const { metricsTextfile, projectId = '' } = resolveSettings(await settingSources(options, context.env)).values; // whatever else is wrong
  await (metricsTextfile === undefined
    ? sync()
    : (await import('./metrics-textfile.ts')).withMetricsTextfile(metricsTextfile, projectId, sync));
}

async function readAndWrite(
  options: SyncFlags,
  { env, signal, print, permits }: SyncContext,
): Promise<SyncSummary | undefined> {
  const isStream = isStdout(options.out);
  const target = isStream ? fullPath(defaultOut) : targetNamed(options.out ?? defaultOut);
  const createFile = (keepMs?: number): CreateOutput =>
    isStream
      ? async () => ndjsonInto((await import('./stdout-file.ts')).stdoutFile())
      : chooseOutput(target, { ...derivedOutputs, store: storeKeeping(keepMs) });
  createFile(); // a name that says no format is refused first
  const { client, policy, settings, traces } = await setUp(options, env, rateWaits, permits);
  const judge = await judgeOf(settings, options);
  const createOutput = await withHistory(createFile(settings.historyKeep), target, settings);
  const comparison = isStream ? undefined : await checkedTarget(target, options, { client, settings, signal });
  const notes: string[] = [];
  const summary = await readShown({
    client,
    policy,
    judge,
    createOutput,
    comparison,
    notes,
    signal,
    ...(traces !== undefined && { traces }),
  });
  if (isStream) {
    // The last line of the stream is the summary.
    tellPlainly([...(options.json === true ? [] : [countsTable(summary), ...remarks(summary)]), ...notes].join('\n'));
  } else if (options.json === true) {
    print(JSON.stringify(summary));
    notes.forEach((note) => tell('warn', note));
  } else {
    print(
      [
        countsTable(summary),
        ...prose(...remarks(summary), ...notes),
        `Wrote ${printable(shownStore(target))}${options.out === undefined ? ' (--out names another file)' : ''}`,
      ].join('\n'),
    );
  }
  keyEndLines(summary).forEach((line) => tell('warn', `warning: ${line}`));
  return summary;
}

/** What judges the sync; loaded where findings, or a policy to judge by, are asked for. */
async function judgeOf(settings: Settings, options: SyncFlags): Promise<Judge | undefined> {
  const isAsked = options.policy !== undefined || listedTypes(settings.include).typeIds.has('finding');
  return isAsked ? await (await import('./findings-judge.ts')).judgeOfSync(settings, options) : undefined;
}

/** The same output, and the store that --history names beside it. */
async function withHistory(
  create: CreateOutput,
  target: string,
  settings: Pick<Settings, 'history' | 'historyKeep'>,
): Promise<CreateOutput> {
  const { history, historyKeep } = settings;
  if (history === undefined && (historyKeep === undefined || isStore(target))) {
    return create;
  }
  if (history !== undefined && fullPath(history) === target) {
    throw new ConnectorError(
      'config',
      `--history and --out name the same store, ${printable(shownStore(target))}: give one of them`,
    );
  }
  const onWait = (): void =>
    tell('info', `waiting for another sync or command that writes to ${printable(shownStore(history ?? ''))}`);
  return (await (await import('./history-output.ts')).historyOutput(settings, onWait))?.beside(create) ?? create;
}

/** Refuses, before any reading, a target that this sync must not replace; what is found later is compared with it. */
async function checkedTarget(
  target: string,
  { out, acceptShrink = false, replaceOtherProject = false }: SyncFlags,
  { client, settings, signal }: Pick<Setup, 'client' | 'settings'> & Pick<SyncContext, 'signal'>,
): Promise<LastOutputCheck> {
  const limits = {
    maxShrink: settings.maxShrink,
    isAccepted: acceptShrink,
    isOtherAccepted: replaceOtherProject,
  };
  const comparison = isStore(target)
    ? createLastStoreCheck(target, limits)
    : createLastOutputCheck(target, limits, signal);
  await checkOutput(target, derivedOutputs);
  await sweepLeftovers(target);
  await comparison.checkOwner(client.projectId);
  if (out === undefined) {
    await refuseForeignFile(target);
  }
  return comparison;
}

interface ShownSync
  extends Pick<FullSyncOptions, 'createOutput' | 'comparison' | 'signal'>, Pick<Setup, 'client' | 'policy' | 'traces'> {
  readonly judge: Judge | undefined;
  /** Receives notes to print beside the result. */
  readonly notes: string[];
}

/** Runs the sync as a step that shows its progress, the expected time, and a warning of very many rows. */
async function readShown({
  client,
  policy,
  judge,
  createOutput,
  comparison,
  notes,
  signal,
  traces,
}: ShownSync): Promise<SyncSummary> {
  let showTotal: (users: number) => void = () => undefined;
  let showTenants: (tenants: number) => void = () => undefined;
  let showNamed: (tenants: number) => void = () => undefined;
  let showLogins: (logins: number) => void = () => undefined;
  let showForecast: (forecast: GrantForecast) => void = () => undefined;
  const connector = createConnector({
    project: tellingTotals(client, policy.include ?? [], {
      users: (users) => showTotal(users),
      tenants: (tenants) => showTenants(tenants),
      named: (tenants) => showNamed(tenants),
      logins: (logins) => showLogins(logins),
    }),
    policy,
    judge,
    onForecast: (forecast) => showForecast(forecast),
  });
  let summary: SyncSummary | undefined;
  await runSteps([
    {
      title: `Reading project ${client.projectId}`,
      run: async (tell) => {
        let total: number | undefined;
        let conferring: number | undefined;
        showForecast = (forecast) => {
          conferring = forecast.conferring;
          notes.push(...forecastLines(forecast));
          // On a terminal progress is one line that is redrawn: the notes are printed above it.
          notes.forEach((note) => (isRedrawn() ? writeErr(`\r\u001B[K${note}\n`) : tell(note)));
        };
        showTotal = (users) => {
          total = users;
          const expected = expectedTime(Math.ceil(users / userPageSize), client.searchesPerMinute);
          if (expected !== undefined) {
            tell(expected.line);
          }
          const asking = policy.lastLogin === 'history' ? Math.ceil(users / historyBatch) : 0;
          const histories = expectedTimeOfLogins('the logins of users', asking, client.generalPerMinute);
          if (histories !== undefined) {
            tell(histories.line);
          }
        };
        const showReads = (tenants: number, requestsOfEach: number): void => {
          const expected = expectedTimeOfTenants(tenants, requestsOfEach, client.generalPerMinute);
          if (expected !== undefined) {
            tell(expected.line);
          }
        };
        showLogins = (logins) => {
          const requests = Math.ceil(logins / auditPageSize);
          const expected = expectedTimeOfLogins('the logins of 30 days', requests, client.auditPerMinute);
          if (expected !== undefined) {
            tell(expected.line);
          }
        };
        showTenants = (tenants) => showReads(tenants, requestsPerTenant(policy.include));
        showNamed = (tenants) => showReads(tenants, 1);
        const syncId = newSyncId();
        const sync = (): Promise<SyncSummary> =>
          writeFullSync({
            connector,
            syncId,
            projectId: client.projectId,
            tenantRoles: policy.tenantRoles,
            createOutput,
            comparison,
            onNote: (note) => notes.push(note),
            onProgress: describeProgress(tell, { users: () => total, permissionGrants: () => conferring }),
            signal,
          });
        const read = await (traces?.sync(syncId, sync) ?? sync());
        summary = read;
        return `Read project ${client.projectId}: ${describeRequests(read)}`;
      },
    },
  ]);
  if (summary === undefined) {
    throw new Error('the step ended without a summary');
  }
  return summary;
}

/** The default name may be that of another program's file, which is replaced only if --out names it. */
async function refuseForeignFile(target: string): Promise<void> {
  const isThere = await stat(target).then(
    () => true,
    () => false,
  );
  if (isThere && (await readLast(target, undefined)) === undefined) {
    throw new ConnectorError('held', `held back: ${target} exists and is not a sync file; name another with --out`);
  }
}

type TellTotals = Readonly<Record<'users' | 'tenants' | 'named' | 'logins', (count: number) => void>>;

/**
 * The client, whose first search and first list of tenants also tell how many users and tenants there are, and whose
 * other lists how many tenants must be asked since they are named.
 */
function tellingTotals(client: DescopeClient, include: readonly string[], tell: TellTotals): DescopeClient {
  let [areUsersTold, areTenantsTold, areNamedTold, areLoginsTold] = [false, false, false, false];
  return {
    ...client,
    searchUsers: async (query, call) => {
      const page = await client.searchUsers(query, call);
      if (!areUsersTold) {
        areUsersTold = true;
        tell.users(page.total);
      }
      return page;
    },
    searchAudit: async (query, call) => {
      const page = await client.searchAudit(query, call);
      if (!areLoginsTold) {
        areLoginsTold = true;
        tell.logins(page.total ?? page.records.length);
      }
      return page;
    },
    readList: async (list, call) => {
      const rows = await client.readList(list, call);
      if (list.endpoint.path === tenantList.endpoint.path && !areTenantsTold) {
        areTenantsTold = true;
        tell.tenants(rows.length);
      }
      const named = areNamedTold ? 0 : countTenantsNamed(include, list, rows);
      if (named > 0) {
        areNamedTold = true;
        tell.named(named);
      }
      return rows;
    },
  };
}
