import { stat } from 'node:fs/promises';
import { createConnector } from '../connector.ts';
import { ConnectorError } from '../errors.ts';
import { resourceBid } from '../model/bid.ts';
import { readLast } from '../output/last.ts';
import { sweepLeftovers } from '../output/leftovers.ts';
import { checkOutput, chooseOutput, kindOf } from '../output/outputs.ts';
import { printable } from '../printable.ts';
import { checkOwner } from '../sync/guard.ts';
import { runNarrowSync } from '../sync/narrow.ts';
import { type SyncShape, syncTypeOf } from '../sync/shape.ts';
import { newSyncId } from '../sync/sync-id.ts';
import type { CommandContext } from './command-context.ts';
import { judgeBy } from './findings-judge.ts';
import { rateWaits } from './full-sync.ts';
import { runSteps } from './progress.ts';
import { setUp } from './settings.ts';
import type { SyncFlags } from './sync.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';
import { describeProgress } from './walk-progress.ts';

export interface NarrowSync {
  readonly flags: SyncFlags;
  readonly shape: SyncShape;
  readonly target: string;
  readonly context: Pick<CommandContext, 'env' | 'signal' | 'print'>;
}

/** Syncs a part of a project into a `.c1z` file. */
export async function narrowSyncOnce({ flags, shape, target, context }: NarrowSync): Promise<void> {
  const { env, signal, print } = context;
  if (kindOf(target) !== '.c1z') {
    throw new ConnectorError(
      'config',
      `a part of a project is written for Baton's tools only, into a .c1z file, and not to ${printable(target)}: ` +
        'answers of ours need all of it',
    );
  }
  const { client, policy, settings, traces } = await setUp(flags, env, rateWaits);
  await checkOutput(target, { tableNames: [] });
  await sweepLeftovers(target);
  await refuseWholeSync(target, client.projectId, flags, signal);
  const syncId = newSyncId();
  const connector = createConnector({ project: client, policy, judge: judgeBy(settings) });
  let told = '';
  await runSteps([
    {
      title: `Reading a part of project ${client.projectId}`,
      run: async (step) => {
        const output = await chooseOutput(target)({
          syncId,
          syncType: syncTypeOf(shape),
          about: { projectId: client.projectId, tenantRoles: policy.tenantRoles },
        });
        const sync = (): ReturnType<typeof runNarrowSync> =>
          runNarrowSync({
            surface: connector,
            target: output,
            shape,
            syncId,
            onProgress: describeProgress(step, { users: () => undefined, permissionGrants: () => undefined }),
            signal,
          });
        const { counts, missing } = await (traces?.sync(syncId, sync) ?? sync());
        missing.forEach((resource) => tell('warn', `${printable(resourceBid(resource))} is not in the project`));
        told = (['resources', 'entitlements', 'grants'] as const)
          .map((section) => counted(total(counts[section]), section.slice(0, -1)))
          .join(', ');
        return `Read a part of project ${client.projectId}`;
      },
    },
  ]).finally(() => connector.close());
  print(`${told}\nWrote ${printable(target)} (a part of the project: the questions of this program need all of it)`);
}

/** A file that holds a whole sync is not lost for a part of one. */
async function refuseWholeSync(
  target: string,
  projectId: string,
  { acceptShrink, replaceOtherProject }: SyncFlags,
  signal: AbortSignal,
): Promise<void> {
  const last = await readLast(target, signal);
  const isThere = await stat(target).then(
    () => true,
    () => false,
  );
  if (last === undefined && !isThere) {
    return;
  }
  if (last !== undefined) {
    checkOwner(target, last, projectId, { isAccepted: replaceOtherProject === true }).forEach((note) =>
      tell('info', note),
    );
  }
  if (last?.isNarrow !== true && acceptShrink !== true) {
    throw new ConnectorError(
      'held',
      `held back, ${printable(target)} stays as it was: it holds more than the part that is asked for; name another ` +
        'file with -f, or give --accept-shrink',
    );
  }
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
