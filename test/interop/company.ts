import { deepEqual, equal, ok } from 'node:assert/strict';
import { copyFile, readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { startServer } from '../../src/server/server.ts';
import { envOf } from '../support/cli.ts';
import { type CompanyFacts, factsOfRecords, factsOfRows, type JsonRows } from '../support/company-facts.ts';
import { companyInclude, startCompany } from '../support/company-sync.ts';
import { companyArbitrary, truthRowsOf } from '../support/company-worlds.ts';
import { holdersOf } from '../support/holder-truth.ts';
import { readRecords } from '../support/read-records.ts';
import { type Bench, checkSync, type Scenario, withServer } from './bench.ts';
import { checkAnswers, checkHolders, rowsOf, same } from './checks.ts';
import { runToEnd, start } from './processes.ts';
import { factsOfSyncFile, type SyncRows, type TypeRow } from './rows.ts';

/** How many random companies; `INTEROP_WORLDS` and `INTEROP_SEED` ask for others. */
const companies = Number(process.env['INTEROP_WORLDS'] ?? 8);
const seed = Number(process.env['INTEROP_SEED'] ?? 20_261_130) + 10;

const alwaysListed = ['user', 'tenant', 'role', 'permission', 'role_binding'];

export const companyScenarios: readonly Scenario[] = [
  { name: 'what is not human, read from our .c1z as the records say', run: readFromFile },
  { name: 'what is not human, through gRPC as the records say', run: readOverGrpc },
  { name: 'opt-in types: described always, listed on demand', run: describeTypes },
  ...(['all', 'observed'] as const).map((tenantRoles, place) => ({
    name: `whole companies, tenant roles ${tenantRoles}`,
    run: (bench: Bench) => randomCompanies(bench, tenantRoles, place),
  })),
];

/** The embedded project with what its records say: read by the test itself, before any of our code has. */
async function withProject<T>(
  use: (env: Readonly<Record<string, string>>, expected: CompanyFacts) => Promise<T>,
): Promise<T> {
  const emulator = await startEmulator({ users: 300 });
  try {
    const expected = factsOfRecords(await readRecords(emulator), 'all');
    ok(expected.notes.length > 100, 'the project is bare');
    return await use({ ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey }, expected);
  } finally {
    await emulator.close();
  }
}

function readFromFile(bench: Bench): Promise<string> {
  return withProject(async (env, expected) => {
    const [some, all] = [bench.path('company.c1z'), bench.path('all.c1z')];
    await runToEnd(['sync', '--out', some, '--include', companyInclude.join(',')], env);
    const read = rowsOf(await bench.client(['-c1z', some, 'read']));
    checkFacts(read, expected, 'our file');
    checkOptIn(read.resourceTypes);

    await runToEnd(['sync', '--out', all, '--include', 'all'], env);
    const everything = rowsOf(await bench.client(['-c1z', all, 'read']));
    checkFields(everything, expected, 'our file of everything');
    checkOptIn(everything.resourceTypes);
    const findings = checkInsights(
      everything,
      await runToEnd(['check', all, '--format', 'json', '--fail-on', 'none'], env),
    );
    return `${findings} findings as insights, ${expected.fields.length} resources field by field, ${expected.notes.length} notes of grants, ${everything.resourceTypes.length} types`;
  });
}

/** The SDK reads what `check` finds, each as an issue of that severity with somebody or something that it is about. */
function checkInsights({ resources }: SyncRows, checked: string): number {
  const { findings } = JSON.parse(checked) as {
    readonly findings: readonly { readonly fingerprint: string; readonly severity: string }[];
  };
  const read = resources
    .filter(({ id }) => id.resourceType === 'finding')
    .map(({ id, annotations = [] }) => {
      const trait = annotations.find((one) => one['@type'].endsWith('.SecurityInsightTrait'));
      ok(
        trait?.['appUser'] ?? trait?.['resourceId'] ?? trait?.['externalResource'],
        `finding ${id.resource} is about nothing`,
      );
      return [id.resource, (trait?.['issue'] as { readonly severity?: string } | undefined)?.severity];
    });
  deepEqual(
    new Map(read.map(([id, severity]) => [id, severity])),
    new Map(findings.map(({ fingerprint, severity }) => [fingerprint, severity])),
  );
  ok(read.length > 50, 'hardly anything was found');
  return read.length;
}

function readOverGrpc(bench: Bench): Promise<string> {
  return withProject(async (env, expected) => {
    const file = bench.path('all.json');
    await runToEnd(['sync', '--out', file, '--include', 'all'], env);
    const ours = factsOfSyncFile(JSON.parse(await readFile(file, 'utf8')) as SyncRows);
    const served = await start(
      ['serve', '--listen', '127.0.0.1:0', '--health-check-port', 'off', '--include', 'all'],
      env,
      /listening on .*\n/,
    );
    const address = /listening on (\S+)/.exec(served.greeting)?.[1] ?? '';
    try {
      for (const [engine, workers] of [
        ['sqlite', '1'],
        ['pebble', '4'],
      ] as const) {
        const args = [
          '-address',
          address,
          '-engine',
          engine,
          '-workers',
          workers,
          '-c1z',
          bench.path('synced.c1z'),
          'sync',
        ];
        const report = await bench.client(args);
        const counts = checkSync(report, ours);
        checkFields(rowsOf(report), expected, `synced into ${engine}`);
        checkOptIn(rowsOf(report).resourceTypes);
        if (engine === 'pebble') {
          return counts;
        }
      }
      return '';
    } finally {
      await served.stop();
    }
  });
}

async function describeTypes(bench: Bench): Promise<string> {
  const { '@type': _type, ...told } = JSON.parse(await runToEnd(['capabilities'], {})) as Readonly<
    Record<string, unknown>
  >;
  const capabilities = told['resourceTypeCapabilities'] as readonly {
    readonly resourceType: TypeRow;
    readonly optInRequired?: boolean;
  }[];
  const optIn = capabilities
    .filter(({ optInRequired }) => optInRequired === true)
    .map(({ resourceType }) => resourceType.id);
  deepEqual(
    optIn.toSorted(),
    capabilities.map(({ resourceType }) => resourceType.id).filter((id) => !alwaysListed.includes(id)),
  );
  checkOptIn(capabilities.map(({ resourceType }) => resourceType));

  const includes: readonly (readonly [option: readonly string[], listed: readonly string[]])[] = [
    [[], []],
    [
      ['--include', 'access_key'],
      ['access_key', 'access_key_secret'],
    ],
    [['--include', 'all'], optIn],
  ];
  for (const [options, listed] of includes) {
    const { described } = await withServer(bench, options, ({ address }) =>
      bench.client(['-address', address, 'describe']),
    );
    ok(described !== undefined, 'the connector did not say what it is');
    deepEqual(described.resourceTypes.map(({ id }) => id).toSorted(), [...alwaysListed, ...listed].toSorted());
    checkOptIn(described.resourceTypes);
    deepEqual(described.metadata.capabilities, told, `capabilities, served with ${JSON.stringify(options)}`);
  }
  return `${capabilities.length} types described, ${optIn.length} of them opt-in; listed: ${includes.map(([, listed]) => alwaysListed.length + listed.length).join(', ')}`;
}

/** A company from an independent server, told in each way that there is. */
async function randomCompanies(bench: Bench, tenantRoles: 'all' | 'observed', place: number): Promise<string> {
  const count = { companies: 0, resources: 0, grants: 0 };
  for (const records of fc.sample(companyArbitrary, { numRuns: companies, seed: seed + place })) {
    const expected = factsOfRecords(records, tenantRoles);
    const holders = holdersOf(truthRowsOf(records));
    await using company = await startCompany(records, tenantRoles);
    const [file, expanded] = [bench.path('company.c1z'), bench.path('expanded.c1z')];
    const where = `company ${count.companies} of seed ${seed + place}`;
    await company.sync(file);
    await copyFile(file, expanded);
    checkFacts(rowsOf(await bench.client(['-c1z', file, 'read'])), expected, `our file, ${where}`);
    checkHolders(rowsOf(await bench.client(['-c1z', expanded, 'expand'])), holders, `our file expanded, ${where}`);
    await checkAnswers(file, records.permissions, holders);

    const server = await startServer({ surface: company.connector, listen: '127.0.0.1:0' });
    const engine = count.companies % 2 === 0 ? 'pebble' : 'sqlite';
    const args = ['-address', server.address, '-engine', engine, '-workers', String(1 + (count.companies % 4))];
    const synced = rowsOf(await bench.client([...args, '-c1z', bench.path('synced.c1z'), 'sync']));
    await server.stop(500);
    checkFields(synced, expected, `synced into ${engine}, ${where}`);
    checkHolders(synced, holders, `synced into ${engine}, ${where}`);
    count.companies += 1;
    count.resources += expected.resources.length;
    count.grants += expected.grants.length;
  }
  return `${count.companies} companies (seed ${seed + place}), ${count.resources} resources, ${count.grants} grants`;
}

/** Everything, before it is expanded. */
function checkFacts(rows: SyncRows, expected: CompanyFacts, where: string): void {
  const found = factsOfRows(rows as unknown as JsonRows, expected); // rows as protobuf JSON
  for (const section of Object.keys(expected) as (keyof CompanyFacts)[]) {
    same(found[section], expected[section], `${section} of ${where}`);
  }
}

/** What is no user, tenant, role or permission: expanding adds nothing to it. */
function checkFields(rows: SyncRows, expected: CompanyFacts, where: string): void {
  const found = factsOfRows(rows as unknown as JsonRows, expected); // rows as protobuf JSON
  same(found.fields, expected.fields, `fields of ${where}`);
  same(found.notes, expected.notes, `notes of grants of ${where}`);
}

function checkOptIn(types: readonly TypeRow[]): void {
  for (const { id, annotations = [] } of types) {
    const isMarked = annotations.some((annotation) => annotation['@type'].endsWith('.OptInRequired'));
    equal(isMarked, !alwaysListed.includes(id), `whether ${id} is marked as opt-in`);
  }
}
