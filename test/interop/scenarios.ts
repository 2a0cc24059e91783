import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { accountScenarios } from './accounts.ts';
import { actionScenarios } from './actions.ts';
import { type Bench, callsOf, checkClean, checkSync, type Scenario, type Served, withServer } from './bench.ts';
import { c1zScenarios } from './c1z.ts';
import { companyScenarios } from './company.ts';
import { childScenarios } from './child.ts';
import { diallingScenarios } from './dialling.ts';
import { eventScenarios } from './events.ts';
import { oneShotScenarios } from './oneshot.ts';
import { provisioningScenarios } from './provisioning.ts';
import type { Report } from './processes.ts';
import { countsOf, type Facts, factsOfSyncFile, type Id } from './rows.ts';
import { secretScenarios } from './secrets.ts';
import { treeScenarios } from './trees.ts';

const engines = ['sqlite', 'pebble'] as const;
type Engine = (typeof engines)[number];

export const scenarios: readonly Scenario[] = [
  { name: 'reflection and health', run: probe },
  ...engines.flatMap((engine) =>
    [1, 4].map((workers) => ({
      name: `full sync, ${engine}, ${workers} worker${workers === 1 ? '' : 's'}`,
      run: (bench: Bench) => withServer(bench, [], (served) => fullSync(bench, served, engine, workers)),
    })),
  ),
  {
    name: 'full sync, mutual TLS',
    run: (bench) =>
      withServer(bench, bench.tls.server, (served) => fullSync(bench, served, 'sqlite', 4, bench.tls.client)),
  },
  { name: 'mutual TLS refuses strangers', run: refuseStrangers },
  { name: 'full sync behind the rate limiter', run: rateLimited },
  { name: 'second sync into the same file', run: twice },
  ...['user', 'tenant', 'role', 'permission', 'role_binding'].map((type) => ({
    name: `targeted sync of a ${type}`,
    run: (bench: Bench) => targeted(bench, type),
  })),
  {
    name: 'targeted sync of all at once',
    run: (bench) => targeted(bench, 'user', 'tenant', 'role', 'permission', 'role_binding'),
  },
  { name: 'targeted sync of a user who is gone', run: targetGone },
  ...engines.flatMap((engine) =>
    ['ListResources:6', 'ListGrants:20'].flatMap((at) =>
      [1, 4].map((workers) => ({
        name: `resume after ${at}, ${engine}, ${workers} worker${workers === 1 ? '' : 's'}`,
        run: (bench: Bench) => resume(bench, engine, at, workers),
      })),
    ),
  ),
  ...['ListResources:4', 'ListGrants:30'].map((at) => ({
    name: `connector killed under way at ${at}`,
    run: (bench: Bench) => killedUnderWay(bench, at),
  })),
  ...c1zScenarios,
  ...treeScenarios,
  ...companyScenarios,
  ...provisioningScenarios,
  ...accountScenarios,
  ...actionScenarios,
  ...childScenarios,
  ...oneShotScenarios,
  ...secretScenarios,
  ...eventScenarios,
  ...diallingScenarios,
];

function syncArgs(address: string, engine: Engine, workers: number, file: string): string[] {
  return ['-address', address, '-engine', engine, '-workers', String(workers), '-c1z', file];
}

async function fullSync(
  bench: Bench,
  { address }: Served,
  engine: Engine,
  workers: number,
  more: readonly string[] = [],
): Promise<string> {
  const report = await bench.client([...syncArgs(address, engine, workers, bench.path('full.c1z')), ...more, 'sync']);
  const counts = checkSync(report, bench.expected);
  equal(report.rows?.engine, engine);
  equal(report.rows?.syncType, 'full');
  equal(report.calls['Cleanup'], 1);
  return `${counts}; ${report.seconds.toFixed(1)} s in the syncer, ${callsOf(report, 'ListResources', 'ListGrants')}`;
}

async function probe(bench: Bench): Promise<string> {
  const {
    services = [],
    health = {},
    ...report
  } = await withServer(bench, [], ({ address }) => bench.client(['-address', address, 'probe']));
  checkClean({ ...report });
  const ours = services.filter((name) => !name.startsWith('grpc.'));
  for (const needed of [
    'ConnectorService',
    'ResourceTypesService',
    'ResourcesService',
    'EntitlementsService',
    'GrantsService',
    'ResourceGetterService',
    'GrantManagerService',
  ]) {
    ok(ours.includes(`c1.connector.v2.${needed}`), `reflection does not list ${needed}`);
  }
  ok(services.includes('grpc.health.v1.Health'), 'reflection does not list health');
  for (const name of ['', ...ours]) {
    equal(health[name], 'SERVING', `health of "${name}"`);
  }
  return `${services.length} services listed, all SERVING`;
}

async function refuseStrangers(bench: Bench): Promise<string> {
  return withServer(bench, bench.tls.server, async ({ address }) => {
    for (const stranger of [bench.tls.anonymous, bench.tls.stranger, []]) {
      const report = await bench.client([
        ...syncArgs(address, 'sqlite', 1, bench.path('refused.c1z')),
        ...stranger,
        'sync',
      ]);
      equal(report.code, 'Unavailable', `a stranger got ${report.error ?? 'in'}`);
    }
    return 'no certificate, another CA, plaintext: all refused';
  });
}

async function rateLimited(bench: Bench): Promise<string> {
  return withServer(bench, [], async ({ address }) => {
    const report = await bench.client([
      ...syncArgs(address, 'sqlite', 4, bench.path('limited.c1z')),
      '-rate-limited',
      'sync',
    ]);
    const counts = checkSync(report, bench.expected);
    const { Do = 0, Report: reports = 0, ...calls } = report.calls;
    const others = Object.values(calls).reduce((sum, count) => sum + count, 0);
    deepEqual([Do, reports], [others, others], 'one Do and one Report around each call');
    return `${counts}; ${Do} Do, ${reports} Report`;
  });
}

/** The platform keeps its file: the next sync lands in the same one. */
async function twice(bench: Bench): Promise<string> {
  return withServer(bench, [], async ({ address }) => {
    const args = [...syncArgs(address, 'sqlite', 2, bench.path('twice.c1z')), 'sync'];
    checkSync(await bench.client(args), bench.expected);
    return checkSync(await bench.client(args), bench.expected);
  });
}

/** Of each type, the resource with the most grants. */
function pick(
  { rows }: Bench,
  type: string,
): { readonly type: string; readonly id: string; readonly parentType?: string; readonly parentId?: string } {
  const grants = Map.groupBy(rows.grants, ({ entitlement }) => keyOf(entitlement.resource.id));
  const [best] = rows.resources
    .filter(({ id }) => id.resourceType === type)
    .sort((a, b) => (grants.get(keyOf(b.id))?.length ?? 0) - (grants.get(keyOf(a.id))?.length ?? 0));
  ok(best !== undefined, `no ${type}`);
  const { id, parentResourceId: parent } = best;
  return {
    type,
    id: id.resource,
    ...(parent !== undefined && { parentType: parent.resourceType, parentId: parent.resource }),
  };
}

const keyOf = ({ resourceType, resource }: Id): string => `${resourceType}\n${resource}`;

/**
 * A targeted sync brings the resource and its grants: never static entitlements, nor the grants of a type-scoped type.
 */
async function targeted(bench: Bench, ...types: readonly string[]): Promise<string> {
  const targets = types.map((type) => pick(bench, type));
  const wanted = new Set(targets.map(({ type, id }) => keyOf({ resourceType: type, resource: id })));
  const expected: Facts = factsOfSyncFile({
    resources: bench.rows.resources.filter(({ id }) => wanted.has(keyOf(id))),
    entitlements: [],
    grants: bench.rows.grants.filter(
      ({ entitlement: { resource } }) => resource.id.resourceType !== 'role_binding' && wanted.has(keyOf(resource.id)),
    ),
  });
  return withServer(bench, [], async ({ address }) => {
    for (const engine of engines) {
      const report = await bench.client([
        ...syncArgs(address, engine, types.length, bench.path('targeted.c1z')),
        '-targets',
        JSON.stringify(targets),
        'sync',
      ]);
      checkSync(report, { ...expected, expandedGrants: [] });
      equal(report.rows?.syncType, 'partial');
    }
    return `${countsOf({ ...expected, expandedGrants: [] })}; ${targets.map(({ id }) => JSON.stringify(id)).join(', ')}`;
  });
}

async function targetGone(bench: Bench): Promise<string> {
  return withServer(bench, [], async ({ address }) => {
    const targets = JSON.stringify([{ type: 'user', id: 'U2NobodyWasEverCalledThis000' }]);
    const report = await bench.client([
      ...syncArgs(address, 'sqlite', 1, bench.path('gone.c1z')),
      '-targets',
      targets,
      'sync',
    ]);
    const counts = checkSync(
      report,
      factsOfSyncFile({ resources: [], entitlements: [], grants: [] }),
      /^skipping resource due to not found$/,
    );
    equal(report.logs.length, 1);
    return `${counts}; skipped with NotFound`;
  });
}

/** The platform's process is cancelled and ours is killed; both go on later from what the store remembers. */
async function resume(bench: Bench, engine: Engine, at: string, workers: number): Promise<string> {
  const file = bench.path('resume.c1z');
  const { address, cancelled } = await withServer(bench, [], async (served) => {
    const report = await bench.client([...syncArgs(served.address, engine, workers, file), '-cancel', at, 'sync']);
    await served.stop('SIGKILL');
    return { address: served.address, cancelled: report };
  });
  match(cancelled.error ?? '', /context canceled/);
  const resumed = await withServer(bench, ['--listen', address], () =>
    bench.client([...syncArgs(address, engine, workers, file), 'sync']),
  );
  const counts = checkSync(resumed, bench.expected);
  if (at.startsWith('ListGrants')) {
    equal(resumed.calls['ListResources'], undefined, 'a finished step was done again');
  }
  return `${counts}; ${steps(cancelled)}, then ${steps(resumed)}`;
}

const steps = (report: Report): string => callsOf(report, 'ListResources', 'ListGrants');

/** The connector's machine dies with calls in flight and comes back: the syncer waits and repeats them. */
async function killedUnderWay(bench: Bench, at: string): Promise<string> {
  let served = await bench.serve();
  const { address } = served;
  try {
    const report = await bench.client(
      [...syncArgs(address, 'pebble', 4, bench.path('killed.c1z')), '-hold', at, 'sync'],
      async () => {
        await served.stop('SIGKILL');
        served = await bench.serve(['--listen', address]);
      },
    );
    const counts = checkSync(report, bench.expected, /^retrying operation/);
    return `${counts}; ${steps(report)}; ${report.logs.length} warnings of a retry`;
  } finally {
    await served.stop();
  }
}
