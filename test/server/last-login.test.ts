import { join } from 'node:path';
import { anyUnpack, timestampMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { findMessages } from '../../src/answers/find-messages.ts';
import { openSource } from '../../src/answers/open.ts';
import { UserTraitSchema } from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import type { Resource } from '../../src/model/messages.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { runSync } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type Embedded, startEmbedded } from '../support/embedded.ts';
import { allResources, getResource } from '../support/walker.ts';

const loggedInAt = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
const searches = 'POST /v1/mgmt/audit/search';
const histories = 'POST /v2/mgmt/user/history';

/** Ann signed in an hour ago, and before; Bob never did. */
async function start(lastLogin: SyncPolicy['lastLogin']): Promise<Embedded> {
  const users = [
    { userId: 'Uann', loginIds: ['ann'] },
    { userId: 'Ubob', loginIds: ['bob'] },
  ];
  const embedded = await startEmbedded({
    emulator: { project: { users } },
    policy: { tenantRoles: 'all', lastLogin },
  });
  const { state } = embedded.emulator;
  for (const occurred of [loggedInAt - 86_400_000, loggedInAt]) {
    state.addAuditRecord({ action: 'LoginSucceed', userId: 'Uann', occurred });
  }
  state.addAuditRecord({ action: 'LoginFailed', userId: 'Ubob', occurred: loggedInAt });
  return embedded;
}

/** Epoch milliseconds; undefined where the trait says nothing. */
function lastLoginOf({ annotations }: Resource): number | undefined {
  const [trait] = annotations.map((annotation) => anyUnpack(annotation, UserTraitSchema));
  return trait?.lastLogin === undefined ? undefined : timestampMs(trait.lastLogin);
}

describe.each(['audit', 'history'] as const)('the last login of users, from %s', (source) => {
  it('is the same over gRPC, in a .json and in a .c1z, and absent where none is known', async () => {
    await using embedded = await start(source);
    const remote = await allResources(embedded.remote, 'user', { syncId: newSyncId() });
    expect(remote.map(lastLoginOf)).toEqual([loggedInAt, undefined]);

    await using folder = await temporaryFolder();
    for (const name of ['sync.json', 'sync.c1z']) {
      const path = join(folder.path, name);
      const syncId = newSyncId();
      const { connector } = embedded;
      const target = await chooseOutput(path)({ syncId });
      await runSync({ surface: connector, report: (id) => connector.report(id), target, syncId, tenantRoles: 'all' });
      await using file = await openSource(path);
      const found = await findMessages(file, [
        { section: 'resources', id: 'user:Uann' },
        { section: 'resources', id: 'user:Ubob' },
      ]);
      expect(found.map((row) => row?.section === 'resources' && lastLoginOf(row.message))).toEqual([
        loggedInAt,
        undefined,
      ]);
    }
  });

  it('is told of a single user, too', async () => {
    await using embedded = await start(source);
    const ann = await getResource(embedded.remote, 'user', 'Uann');

    expect(ann === undefined ? undefined : lastLoginOf(ann)).toBe(loggedInAt);
  });

  it('fails the sync where it cannot be read', async () => {
    await using embedded = await start(source);
    embedded.emulator.faults.add({
      match: { endpoint: source === 'audit' ? searches : histories },
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 403 },
    });

    await expect(allResources(embedded.remote, 'user', { syncId: newSyncId() })).rejects.toMatchObject({
      kind: 'forbidden',
      message: expect.stringContaining(source === 'audit' ? 'read the audit log' : 'read users'),
    });
  });
});

describe('the last login of users, from nowhere', () => {
  it('is absent, and nothing is asked for it', async () => {
    await using embedded = await start(undefined);
    const users = await allResources(embedded.remote, 'user', { syncId: newSyncId() });

    expect(users.map(lastLoginOf)).toEqual([undefined, undefined]);
    expect([searches, histories].map((endpoint) => embedded.emulator.stats.count(endpoint))).toEqual([0, 0]);
  });
});
