import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type Bench, checkClean, type Scenario, type UserRecord, withServer } from './bench.ts';
import type { Report } from './processes.ts';

export const provisioningScenarios: readonly Scenario[] = [
  ...['sqlite', 'pebble'].map((engine) => ({
    name: `grant and revoke, ${engine}`,
    run: (bench: Bench) => grantAndRevoke(bench, engine),
  })),
  { name: 'grant and revoke to an access key', run: grantToKey },
  { name: 'what cannot be granted', run: refusals },
];

/** Ada: Editor in Acme, and nothing else. */
const ada = 'U2AdaLovelace000000000000000';

interface Case {
  readonly entitlement: string;
  readonly isHeld: (user: UserRecord) => boolean;
}

const inTenant = ({ userTenants }: UserRecord, id: string) => userTenants.find(({ tenantId }) => tenantId === id);

/** One of each kind, in an order in which each can be granted; taken back in the opposite one. */
const cases: readonly Case[] = [
  { entitlement: 'role:Support Agent:assigned', isHeld: ({ roleNames }) => roleNames.includes('Support Agent') },
  {
    entitlement: 'role:Ops %2F On-call: 100%25 "awake":assigned',
    isHeld: ({ roleNames }) => roleNames.includes('Ops / On-call: 100% "awake"'),
  },
  { entitlement: 'tenant:initech:member', isHeld: (user) => inTenant(user, 'initech') !== undefined },
  {
    entitlement: 'role:initech/Auditor:assigned',
    isHeld: (user) => inTenant(user, 'initech')?.roleNames.includes('Auditor') === true,
  },
  {
    entitlement: 'role_binding:acme/Tenant Admin:assigned',
    isHeld: (user) => inTenant(user, 'acme')?.roleNames.includes('Tenant Admin') === true,
  },
];

async function grantAndRevoke(bench: Bench, engine: string): Promise<string> {
  const [file, audit] = [bench.path('provisioning.c1z'), bench.path('audit.jsonl')];
  return withServer(bench, ['--provisioning', '--audit-log', audit], async ({ address }) => {
    const to = ['-address', address, '-engine', engine, '-c1z', file];
    const change = (...args: readonly string[]): Promise<Report> => bench.client([...to, ...args]);
    const grant = (entitlement: string): Promise<Report> =>
      change('-entitlement', entitlement, '-principal', ada, 'grant');
    const before = await bench.loadUser(ada);
    checkClean(await change('-workers', '2', 'sync'));
    for (const { entitlement, isHeld } of cases) {
      ok(!isHeld(await bench.loadUser(ada)), `${entitlement} is held already`);
      check(await grant(entitlement), []);
      ok(isHeld(await bench.loadUser(ada)), `${entitlement} was not granted`);
      check(await grant(entitlement), ['c1.connector.v2.GrantAlreadyExists']);
    }

    // The provisioner takes a grant from the store, which must have seen it first.
    const synced = await change('-workers', '2', 'sync');
    checkClean(synced);
    for (const { entitlement, isHeld } of cases.toReversed()) {
      const id = `${entitlement}:user:${ada}`;
      ok(
        synced.rows?.grants.some((row) => row.id === id),
        `the next sync does not bring ${id}`,
      );
      check(await change('-grant-id', id, 'revoke'), []);
      ok(!isHeld(await bench.loadUser(ada)), `${entitlement} was not revoked`);
      check(await change('-grant-id', id, 'revoke'), ['c1.connector.v2.GrantAlreadyRevoked']);
    }
    deepEqual(access(await bench.loadUser(ada)), access(before), 'the user is not as before');
    const lines = (await readFile(audit, 'utf8')).trim().split('\n');
    equal(lines.length, cases.length * 6, 'one audit line for each attempt, and one before each of the two writes');
    return `${cases.length} granted, granted again, synced, revoked, revoked again; ${lines.length} audit lines`;
  });
}

/** The key "Acme CI": Approver in Acme, and nothing else. */
const acmeCi = `K2${'1'.padStart(26, 'SampleKey')}`;

async function grantToKey(bench: Bench): Promise<string> {
  const file = bench.path('keys.c1z');
  const options = ['--include', 'access_key', '--provisioning', '--audit-log', bench.path('key-audit.jsonl')];
  const entitlements = ['role_binding:acme/Tenant Admin:assigned', 'tenant:initech:member'];
  return withServer(bench, options, async ({ address }) => {
    const change = (...args: readonly string[]): Promise<Report> =>
      bench.client(['-address', address, '-c1z', file, ...args]);
    const before = await bench.loadKey(acmeCi);
    checkClean(await change('sync'));
    for (const entitlement of entitlements) {
      const grant = ['-entitlement', entitlement, '-principal-type', 'access_key', '-principal', acmeCi, 'grant'];
      check(await change(...grant), []);
      check(await change(...grant), ['c1.connector.v2.GrantAlreadyExists']);
    }
    const granted = await bench.loadKey(acmeCi);
    deepEqual(
      granted.keyTenants.map(({ tenantId, roleNames }) => [tenantId].concat(roleNames)),
      [['acme', 'Approver', 'Tenant Admin'], ['initech']],
    );

    const synced = await change('sync');
    checkClean(synced);
    for (const entitlement of entitlements) {
      const id = `${entitlement}:access_key:${acmeCi}`;
      ok(
        synced.rows?.grants.some((row) => row.id === id),
        `the next sync does not bring ${id}`,
      );
      check(await change('-grant-id', id, 'revoke'), []);
      check(await change('-grant-id', id, 'revoke'), ['c1.connector.v2.GrantAlreadyRevoked']);
    }
    deepEqual(await bench.loadKey(acmeCi), before, 'the key is not as before');
    return `${entitlements.length} granted to a service account, granted again, synced, revoked, revoked again`;
  });
}

function access({ roleNames, userTenants }: UserRecord): string[] {
  return [
    ...roleNames,
    ...userTenants.flatMap(({ tenantId, roleNames: held }) => [tenantId, ...held.map((name) => `${tenantId}/${name}`)]),
  ].toSorted();
}

/** The change went well, and its answer said just this of the grant. */
function check(report: Report, annotations: readonly string[]): void {
  checkClean(report);
  const said = Object.values(report.replies).flat();
  deepEqual(
    said.filter((name) => name.startsWith('c1.connector.v2.Grant')),
    annotations,
  );
}

async function refusals(bench: Bench): Promise<string> {
  const file = bench.path('refusals.c1z');
  const before = await bench.loadUser(ada);
  const attempt = async (address: string, entitlement: string, says: RegExp): Promise<void> => {
    const report = await bench.client([
      '-address',
      address,
      '-c1z',
      file,
      '-entitlement',
      entitlement,
      '-principal',
      ada,
      'grant',
    ]);
    equal(report.code, 'FailedPrecondition', report.error);
    match(report.error ?? '', says);
  };
  await withServer(bench, [], async ({ address }) => {
    checkClean(await bench.client(['-address', address, '-c1z', file, 'sync']));
    await attempt(address, 'role:Support Agent:assigned', /provisioning/i);
  });
  await withServer(bench, ['--provisioning', '--audit-log', bench.path('audit.jsonl')], async ({ address }) => {
    await attempt(address, 'permission:reports.view:granted', /role/i);
    await attempt(address, 'role_binding:lumiere/Viewer:assigned', /lumiere/);
  });
  deepEqual(access(await bench.loadUser(ada)), access(before));
  return 'without --provisioning, a permission, a role in a tenant of strangers: FailedPrecondition, nothing written';
}
