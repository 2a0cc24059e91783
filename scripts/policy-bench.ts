import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import { createGuard } from '../src/checks/granting/guard.ts';
import { type Policy, policySchema } from '../src/checks/policy/schema.ts';
import { createPictures } from '../src/cli/policy-picture.ts';
import { createConnector } from '../src/connector.ts';
import { createDescopeClient } from '../src/descope/client.ts';
import { startEmulator } from '../src/emulator/emulator.ts';
import { GrantManagerService, GrantManagerServiceGrantRequestSchema } from '../src/gen/c1/connector/v2/grant_pb.ts';
import { createStoreTarget } from '../src/history/write-sync.ts';
import type { AccessGuard } from '../src/provisioning/access-guard.ts';
import { createProvisioner } from '../src/provisioning/provisioner.ts';
import { Secret } from '../src/secret.ts';
import { startServer } from '../src/server/server.ts';
import { methodDefinition } from '../src/server/wire.ts';
import { runSync } from '../src/sync/run.ts';
import { newSyncId } from '../src/sync/sync-id.ts';

// What a policy costs a grant over gRPC, on a warm store, in time of the processor: grants with and without it take turns,
// eight at a time. `quiet` has rules that speak of the grants and are kept, `broken` some that nearly each one breaks.

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    grants: { type: 'string', default: '400' },
  },
});
const [users, grants] = [Number(values.users), Number(values.grants)];
const atOnce = 8;

const roles = ['Editor', 'Viewer', 'Billing Manager', 'Tenant Admin', 'Auditor', 'Support'];
/** Rules that speak of each grant: kept, or broken by nearly each one. */
const policyOf = (isBroken: boolean): Policy =>
  policySchema.parse({
    version: 1,
    conflicts: Array.from({ length: isBroken ? 3 : 15 }, (_, at) => ({
      id: `c${at}`,
      first: { roles: ['Editor'] },
      second: { roles: [isBroken ? roles[at + 1] : `Nobody ${at}`] },
    })),
    limits: [
      { id: 'many', held: { roles: ['Editor'] }, 'at-most': 90_000 },
      { id: 'few', held: { roles: ['Editor'] }, 'at-most': 20 },
      ...(isBroken ? [{ id: 'who', held: { roles: ['Editor'] }, only: { domains: ['no.example'] } }] : []),
    ],
  });

const folder = await mkdtemp(join(tmpdir(), 'policy-bench-'));
const emulator = await startEmulator({ users });
try {
  const key = new Secret(emulator.managementKey);
  const client = createDescopeClient({
    baseUrl: emulator.baseUrl,
    projectId: emulator.projectId,
    managementKey: () => key,
  });
  const store = join(folder, 'access.db');
  const ids: string[] = [];
  await using stack = new AsyncDisposableStack();
  const reader = createConnector({ project: client, policy: { tenantRoles: 'all' } });
  const syncId = newSyncId();
  const target = await createStoreTarget(store, { syncId, projectId: emulator.projectId });
  await runSync({
    surface: reader,
    report: (id) => reader.report(id),
    syncId,
    tenantRoles: 'all',
    target: Object.assign(Object.create(target) as typeof target, {
      resources: async (rows: Parameters<typeof target.resources>[0]) => {
        ids.push(...rows.filter(({ typeId }) => typeId === 'user').map(({ id }) => id));
        await target.resources(rows);
      },
    }),
  });
  reader.close();
  const signal = new AbortController().signal;
  const pictures = stack.use(createPictures(store, { projectId: emulator.projectId, signal }));
  const asked = { quiet: [] as number[], broken: [] as number[] };
  const guardOf = (kind: keyof typeof asked): AccessGuard => {
    const guard = createGuard({
      policy: policyOf(kind === 'broken'),
      projectId: emulator.projectId,
      onViolation: 'warn',
      whenStale: 'warn',
      maxAgeMs: 86_400_000,
      picture: () => pictures.newest(),
    });
    return {
      ...guard,
      before: async (gain) => {
        const startedAt = performance.now();
        const word = await guard.before(gain);
        asked[kind].push(performance.now() - startedAt);
        return word;
      },
    };
  };
  const serverWith = async (guard: AccessGuard | undefined): Promise<Client> => {
    const provisioner = createProvisioner({ client, guard, joinTenant: true, audit: async () => undefined });
    const connector = createConnector({ project: client, policy: { tenantRoles: 'all' }, provisioner });
    stack.defer(() => connector.close());
    const server = await startServer({ surface: connector, listen: '127.0.0.1:0' });
    stack.defer(() => server.stop(200));
    const caller = new Client(server.address, credentials.createInsecure());
    stack.defer(() => caller.close());
    return caller;
  };
  const ways = {
    without: await serverWith(undefined),
    quiet: await serverWith(guardOf('quiet')),
    broken: await serverWith(guardOf('broken')),
  };
  const { path, requestSerialize, responseDeserialize } = methodDefinition(GrantManagerService.method.grant);
  const entitlement = {
    id: 'role:Editor:assigned',
    slug: 'assigned',
    resource: { id: { resourceType: 'role', resource: 'Editor' } },
  };
  const grant = async (caller: Client, id: string): Promise<number> =>
    await new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const principal = { id: { resourceType: 'user', resource: id } };
      const request = create(GrantManagerServiceGrantRequestSchema, { entitlement, principal });
      caller.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (failed) =>
        failed ? reject(failed) : resolve(performance.now() - startedAt),
      );
    });
  const turn = async (way: keyof typeof ways, count: number): Promise<number> => {
    const own = ids.splice(-count);
    const used = process.cpuUsage();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let id = own.pop(); id !== undefined; id = own.pop()) {
          await grant(ways[way], id);
        }
      }),
    );
    const { user, system } = process.cpuUsage(used);
    return (user + system) / 1000 / count;
  };
  const kinds = ['without', 'quiet', 'broken'] as const;
  for (const kind of kinds) {
    await turn(kind, 40);
  }
  const firstMs = { quiet: round(asked.quiet[0] ?? 0), broken: round(asked.broken[0] ?? 0) };
  asked.quiet.length = asked.broken.length = 0;
  const rounds: Readonly<Record<(typeof kinds)[number], number>>[] = [];
  while (rounds.length < 6) {
    const [without, quiet, broken] = [
      await turn('without', grants / 2),
      await turn('quiet', grants / 2),
      await turn('broken', grants / 2),
    ];
    rounds.push({ without, quiet, broken });
  }
  const middle = (numbers: readonly number[]): number =>
    round(numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0);
  console.log(
    JSON.stringify({
      users,
      grants: 3 * grants,
      firstMs,
      askedMedianMs: { quiet: middle(asked.quiet), broken: middle(asked.broken) },
      cpuMsPerGrant: Object.fromEntries(kinds.map((kind) => [kind, middle(rounds.map((one) => one[kind]))])),
      extraCpuMs: {
        quiet: middle(rounds.map((one) => one.quiet - one.without)),
        broken: middle(rounds.map((one) => one.broken - one.without)),
      },
    }),
  );
} finally {
  await emulator.close();
  await rm(folder, { recursive: true });
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
