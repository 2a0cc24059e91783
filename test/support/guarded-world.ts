import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import type { Finding } from '../../src/checks/check.ts';
import type { Picture } from '../../src/checks/granting/picture.ts';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import type { Policy } from '../../src/checks/policy/schema.ts';
import { createConnector } from '../../src/connector.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import { runSync } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { clientOf } from './embedded.ts';

/** A full sync of an embedded project, read into an index. */
export async function pictureOf(emulator: Emulator, include: readonly string[] = ['access_key']): Promise<Picture> {
  const folder = await mkdtemp(join(tmpdir(), 'picture-'));
  const connector = createConnector({ project: clientOf(emulator), policy: { tenantRoles: 'all', include } });
  try {
    const path = join(folder, 'sync.json');
    await runSync({
      surface: connector,
      report: (syncId) => connector.report(syncId),
      target: await chooseOutput(path)({ syncId: newSyncId() }),
      tenantRoles: 'all',
    });
    const index = await createFileIndex(path);
    const { startedAt = '', finishedAt = '' } = index.summary;
    return { index, startedMs: Date.parse(startedAt), finishedMs: Date.parse(finishedAt) };
  } finally {
    connector.close();
    await rm(folder, { recursive: true });
  }
}

/** What the conflicts and limits of a policy find in a whole sync, by fingerprint; what a waiver accepts is none. */
export function violationsIn(index: FileIndex, policy: Policy): ReadonlyMap<string, Finding> {
  const only = [...policy.conflicts.map(({ id }) => `conflict/${id}`), ...policy.limits.map(({ id }) => `limit/${id}`)];
  const found = [...checkByPolicy(index, { policy, only, nowMs: Date.now() }).findings()];
  return new Map(
    found
      .filter(({ rule, waiver }) => only.includes(rule) && waiver === undefined)
      .map((finding) => [finding.fingerprint, finding]),
  );
}
