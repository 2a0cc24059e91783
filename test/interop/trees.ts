import { deepEqual, equal, ok } from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { chooseOutput } from '../../src/output/outputs.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { runSync } from '../../src/sync/run.ts';
import { type Embedded, startEmbedded } from '../support/embedded.ts';
import { type HolderTruth, holdersOf } from '../support/holder-truth.ts';
import { mappedSeedOf, seedOf, type TreeWorld, treeWorldArbitrary } from '../support/tree-worlds.ts';
import { type GrantTruth, truthOf } from '../support/truth.ts';
import type { Bench, Scenario } from './bench.ts';
import { checkAnswers, checkHolders, rowsOf } from './checks.ts';
import type { Report } from './processes.ts';
import type { GrantRow } from './rows.ts';

/** How many random projects; `INTEROP_WORLDS` and `INTEROP_SEED` ask for others. */
const worlds = Number(process.env['INTEROP_WORLDS'] ?? 8);
const seed = Number(process.env['INTEROP_SEED'] ?? 20_261_130);

const maxDangling = 1_000_000;
const withMappings = ['access_key', 'sso_configuration', 'idp_group'];

export const treeScenarios: readonly Scenario[] = [
  ...(['all', 'observed'] as const).map((tenantRoles, place) => ({
    name: `who can do what in trees, tenant roles ${tenantRoles}`,
    run: (bench: Bench) => allWorlds(bench, { tenantRoles, include: ['access_key'], maxDangling }, place),
  })),
  {
    name: 'what mappings will give in trees is held by nobody',
    run: (bench) => allWorlds(bench, { tenantRoles: 'observed', include: withMappings, maxDangling }, 2),
  },
];

async function allWorlds(bench: Bench, policy: SyncPolicy, place: number): Promise<string> {
  const told = { worlds: 0, holders: 0, inherited: 0, edges: 0 };
  for (const world of fc.sample(treeWorldArbitrary, { numRuns: worlds, seed: seed + place })) {
    try {
      const { holders, edges } = await oneWorld(bench, world, policy, told.worlds);
      told.holders += holders.length;
      told.inherited += holders.filter(({ way }) => way === 'inherited').length;
      told.edges += edges;
    } catch (thrown) {
      throw new Error(`world ${told.worlds} of seed ${seed + place}: ${(thrown as Error).message}`, { cause: thrown });
    }
    told.worlds += 1;
  }
  ok(told.inherited > told.worlds, 'the trees were bare');
  return (
    `${told.worlds} projects (seed ${seed + place}), ${told.holders} holders, ${told.inherited} of them by ` +
    `inheritance, ${told.edges} edges`
  );
}

/** One project, told in five ways: its records, our file as it is, expanded and asked, and the syncer's own store. */
async function oneWorld(
  bench: Bench,
  world: TreeWorld,
  policy: SyncPolicy,
  place: number,
): Promise<{ readonly holders: readonly HolderTruth[]; readonly edges: number }> {
  const isMapped = policy.include === withMappings;
  const project = isMapped ? mappedSeedOf(world) : seedOf(world);
  await using embedded = await startEmbedded({ emulator: { project }, policy });
  const [file, expanded] = [bench.path('tree.c1z'), bench.path('expanded.c1z')];
  await writeFile(embedded, file, policy);
  await copyFile(file, expanded);
  const holders = holdersOf(world);

  const read = rowsOf(await bench.client(['-c1z', file, 'read']));
  const edges = isMapped
    ? checkMappings(read, world.tenants.length > 0)
    : checkEdges(read, truthOf(world, policy.tenantRoles).grants);
  checkHolders(rowsOf(await bench.client(['-c1z', expanded, 'expand'])), holders, 'our file, expanded');
  await checkAnswers(file, world.permissions, holders);
  const engine = place % 2 === 0 ? 'pebble' : 'sqlite';
  const synced = await bench.client([
    '-address',
    embedded.server.address,
    '-engine',
    engine,
    '-workers',
    String(1 + (place % 4)),
    '-c1z',
    bench.path('synced.c1z'),
    'sync',
  ]);
  checkHolders(rowsOf(synced), holders, `synced into ${engine}`);
  return { holders, edges };
}

async function writeFile({ connector }: Embedded, path: string, { tenantRoles }: SyncPolicy): Promise<void> {
  const syncId = newSyncId();
  await runSync({
    surface: connector,
    report: (id) => connector.report(id),
    target: await chooseOutput(path)({ syncId }),
    syncId,
    tenantRoles,
  });
}

/** The SDK finds on each grant what the model says, and what passes something on beside it. Gives how many do. */
function checkEdges({ grants, expansions }: NonNullable<Report['rows']>, truth: Map<string, GrantTruth>): number {
  deepEqual(grants.map(({ id }) => id).toSorted(), [...truth.keys()].toSorted(), 'grants in our file');
  const passedOn = new Map(expansions.map((expansion) => [expansion.grant, expansion]));
  for (const grant of grants) {
    const { source, tenantId, inherited } = truth.get(grant.id) ?? { source: null, tenantId: null };
    const expansion = passedOn.get(grant.id);
    equal(expansion?.annotation.entitlementIds?.join(' '), source ?? undefined, `what ${grant.id} passes on`);
    if (expansion !== undefined) {
      equal(expansion.annotation.shallow, true, `${grant.id} is shallow`);
      equal(expansion.entitlement, grant.entitlement.id);
      deepEqual({ resourceType: expansion.principalType, resource: expansion.principal }, grant.principal.id);
    }
    if (inherited !== undefined) {
      deepEqual(expansion?.annotation.resourceTypeIds, inherited.types, `to whom ${grant.id} passes something on`);
    }
    equal(annotated(grant, 'GrantImmutable')?.['sourceId'], inherited?.sourceId, `whether ${grant.id} can be changed`);
    deepEqual(
      annotated(grant, 'GrantMetadata')?.['metadata'],
      inherited?.metadata ?? (tenantId === null ? undefined : { tenant_id: tenantId }),
      `metadata of ${grant.id}`,
    );
  }
  equal(passedOn.size, expansions.length, 'a grant passes something on twice');
  return expansions.length;
}

/** What a mapping or a default will give passes nothing on. Gives how many such grants there are. */
function checkMappings({ grants, expansions }: NonNullable<Report['rows']>, areThere: boolean): number {
  const passedOn = new Set(expansions.map(({ grant }) => grant));
  const mappings = grants.filter((grant) => {
    const metadata = annotated(grant, 'GrantMetadata')?.['metadata'] as Readonly<Record<string, unknown>> | undefined;
    return metadata?.['via'] !== undefined;
  });
  equal(mappings.length > 0, areThere, 'grants of mappings');
  for (const { id } of mappings) {
    ok(!passedOn.has(id), `${id} passes something on`);
  }
  return mappings.length;
}

function annotated({ annotations = [] }: GrantRow, name: string): Readonly<Record<string, unknown>> | undefined {
  return annotations.find((annotation) => annotation['@type'].endsWith(`.${name}`));
}
