import { chooseOutput, type DerivedOutputs } from '../../src/output/outputs.ts';
import { runSync } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import type { MoreLists, Rows } from './descope-model.ts';
import { createProject } from './project-fixture.ts';
import { connectorOf } from './walker.ts';

/** Writes what a sync of a project makes of it, in the format of the path's extension. */
export async function writeSync(
  path: string,
  rows: Partial<Rows>,
  policy: Partial<SyncPolicy> = {},
  derived?: DerivedOutputs,
  lists: MoreLists = {},
): Promise<void> {
  const connector = connectorOf(createProject(rows, lists), { maxDangling: 1_000_000, ...policy });
  await runSync({
    surface: connector,
    report: (syncId) => connector.report(syncId),
    target: await chooseOutput(path, derived)({ syncId: newSyncId() }),
    tenantRoles: policy.tenantRoles ?? 'all',
  });
  connector.close();
}
