import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { createConnector } from '../connector.ts';
import { createDescopeClient } from '../descope/client.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { Secret } from '../secret.ts';
import { ConnectorError } from '../errors.ts';
import { readLast } from '../output/last.ts';
import { checkTarget } from '../output/place.ts';
import { createSyncFile } from '../output/sync-file.ts';
import { connectSurface } from '../server/remote-surface.ts';
import { startServer } from '../server/server.ts';
import { runSync } from '../sync/run.ts';
import type { SyncSummary } from '../sync/summary.ts';
import { printable } from '../printable.ts';
import { readDemoAnswers } from './demo-answers.ts';
import { refuseOtherProject } from './last-output.ts';
import type { CommandContext } from './command-context.ts';
import { runSteps } from './progress.ts';
import { describeProgress } from './walk-progress.ts';
import { prose } from './results.ts';
import { countsTable } from './counts-table.ts';
import { describeRequests, remarks } from './table.ts';

/** The project of the embedded service, by which the demo knows its own files. */
export const demoProjectId = 'P2EmulatorProject00000000000';

/** The demo replaces only a file of an embedded project: any other file at its target is somebody's data. */
async function checkDemoTarget(target: string, isOtherAccepted: boolean): Promise<void> {
  if (extname(target).toLowerCase() !== '.json') {
    throw new ConnectorError(
      'config',
      `the demo writes JSON: end the name after --out with .json, not as in ${target}`,
    );
  }
  await checkTarget(target);
  if ((await refuseOtherProject(target, demoProjectId, isOtherAccepted)).length > 0) {
    return;
  }
  const isThere = await stat(target).then(
    (status) => status.isFile(),
    () => false,
  );
  if (isThere && (await readLast(target))?.projectId !== demoProjectId) {
    throw new ConnectorError(
      'config',
      `${target} was not written by the demo and was left unchanged: name another file with --out, or move this one`,
    );
  }
}

/**
 * The main job, end to end, without an account: an embedded Descope project on real HTTP, our gRPC server in front of
 * it, and a full sync as a client of that server.
 */
export async function demo(out: string, isOtherAccepted: boolean, { signal, print }: CommandContext): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const target = resolve(out);
  await checkDemoTarget(target, isOtherAccepted);
  let emulator: Emulator | undefined;
  let connector: ReturnType<typeof createConnector> | undefined;
  let address = '';
  let summary: SyncSummary | undefined;
  await runSteps([
    {
      title: 'Starting an embedded Descope project',
      run: async () => {
        emulator = await startEmulator({ projectId: demoProjectId });
        const started = emulator;
        stack.defer(() => started.close());
        return `An embedded Descope project answers at ${emulator.baseUrl}`;
      },
    },
    {
      title: 'Starting the gRPC connector',
      run: async () => {
        connector = createConnector({ project: clientOf(emulator), policy: { tenantRoles: 'all' } });
        const server = await startServer({ surface: connector, listen: '127.0.0.1:0' });
        stack.defer(() => server.stop(1_000));
        ({ address } = server);
        return `The connector serves gRPC at ${address}`;
      },
    },
    {
      title: 'Syncing through gRPC',
      run: async (tell) => {
        const surface = connectSurface(address);
        stack.defer(() => surface.close());
        summary = await runSync({
          surface,
          report: (syncId) => connector?.report(syncId),
          target: await createSyncFile(target),
          onProgress: describeProgress(tell),
          signal,
        });
        return `Synced through gRPC: ${describeRequests(summary)}`;
      },
    },
  ]);
  if (summary !== undefined) {
    print(
      [
        '',
        countsTable(summary),
        '',
        ...prose(...remarks(summary), '', ...(await readDemoAnswers(target))),
        '',
        `The whole answer is in ${printable(target)}`,
      ].join('\n'),
    );
  }
}

/** A client of the embedded project. */
export function clientOf(emulator: Emulator | undefined): ReturnType<typeof createDescopeClient> {
  if (emulator === undefined) {
    throw new Error('the embedded project did not start');
  }
  const { baseUrl, projectId, managementKey } = emulator;
  const key = new Secret(managementKey);
  return createDescopeClient({ baseUrl, projectId, managementKey: () => key });
}
