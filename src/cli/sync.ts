import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Flags } from '../config/load.ts';
import { createConnector } from '../connector.ts';
import { checkTarget } from '../output/atomic-file.ts';
import { chooseOutput } from '../output/outputs.ts';
import { runSync } from '../sync/run.ts';
import type { SyncSummary } from '../sync/summary.ts';
import { newSyncId } from '../sync/sync-id.ts';
import { describeProgress, runSteps } from './progress.ts';
import { addSettingOptions, setUp } from './settings.ts';
import type { CommandContext } from './program.ts';
import { countsTable, remarks } from './table.ts';

/** A one-shot sync may wait out Descope's penalties; nobody holds a call open meanwhile. */
const rateWaits = { longestRateWaitMs: 10 * 60_000, totalRateWaitMs: 10 * 60_000 };

export function addSyncCommand(program: Command, { env, signal, print }: CommandContext): void {
  const command = program
    .command('sync')
    .description('read a whole project once and write who holds what, where, to a file')
    .requiredOption('--out <file>', 'the file to write; it is replaced only by a complete sync')
    .option('--json', 'print the summary as one line of JSON');
  addSettingOptions(command, 'projectId', 'baseUrl', 'maxParallelFetches', 'tenantRoles', 'maxDangling', 'strict', 'logLevel', 'logFormat');
  command.addHelpText(
    'after',
    `
The management key comes from DESCOPE_MANAGEMENT_KEY or DESCOPE_MANAGEMENT_KEY_FILE, never from a flag.

Examples:
  $ DESCOPE_PROJECT_ID=P2... DESCOPE_MANAGEMENT_KEY=K2... baton-descope sync --out sync.json
  $ baton-descope sync --out sync.json --json | jq .counts.grants`,
  );

  command.action((options: SyncFlags) => syncOnce(options, { env, signal, print }));
}

export type SyncFlags = Flags & { readonly out: string; readonly json?: boolean };

/** One full sync into a file, shown as it goes and summed up at the end. */
export async function syncOnce(options: SyncFlags, { env, signal, print }: Pick<CommandContext, 'env' | 'signal' | 'print'>): Promise<void> {
  const target = resolve(options.out);
  const createOutput = chooseOutput(target);
  const { client, policy } = setUp(options, env, rateWaits);
  await checkTarget(target);
  const connector = createConnector({ project: client, policy });
  let summary: SyncSummary | undefined;
  await runSteps([
    {
      title: `Reading project ${client.projectId}`,
      run: async (tell) => {
        summary = await runSync({
          surface: connector,
          report: (syncId) => connector.report(syncId),
          target: await createOutput({ syncId: newSyncId() }),
          onProgress: describeProgress(tell),
          signal,
        });
        return `Read project ${client.projectId}: ${describeRequests(summary)}`;
      },
    },
  ]);
  if (summary !== undefined) {
    print(options.json === true ? JSON.stringify(summary) : [countsTable(summary), ...remarks(summary), `Wrote ${target}`].join('\n'));
  }
}

/** "16 requests in 0.8 s". */
export function describeRequests({ requests, startedAt, finishedAt }: SyncSummary): string {
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return `${(requests['total'] ?? 0).toLocaleString('en')} requests in ${seconds.toFixed(1)} s`;
}
