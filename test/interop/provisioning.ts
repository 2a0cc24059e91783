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
  { name: 'grant and revoke of applications', run: applications },
  { name: 'revoke of consents', run: consents },
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

async function applications(bench: Bench): Promise<string> {
  const file = bench.path('applications.c1z');
  const options = ['--include', 'application', '--provisioning', '--audit-log', bench.path('application-audit.jsonl')];
  const entitlements = ['application:SA2Wiki:access', 'application:SA2StockLedger:access'];
  const appsOfAda = async (): Promise<readonly string[]> => (await bench.loadUser(ada)).ssoAppIds;
  const changeAt =
    (address: string) =>
    (...args: readonly string[]): Promise<Report> =>
      bench.client(['-address', address, '-c1z', file, ...args]);
  deepEqual(await appsOfAda(), []);
  await withServer(bench, [...options, '--application-default', 'none'], async ({ address }) => {
    const change = changeAt(address);
    checkClean(await change('sync'));
    for (const entitlement of entitlements) {
      const grant = ['-entitlement', entitlement, '-principal', ada, 'grant'];
      check(await change(...grant), []);
      check(await change(...grant), ['c1.connector.v2.GrantAlreadyExists']);
    }
    deepEqual(await appsOfAda(), ['SA2Wiki', 'SA2StockLedger']);
  });
  const [last = '', first = ''] = entitlements.map((entitlement) => `${entitlement}:user:${ada}`);
  await withServer(bench, options, async ({ address }) => {
    const change = changeAt(address);
    const synced = await change('sync');
    checkClean(synced);
    for (const id of [first, last]) {
      ok(
        synced.rows?.grants.some((row) => row.id === id),
        `the next sync does not bring ${id}`,
      );
    }
    check(await change('-grant-id', first, 'revoke'), []);
    check(await change('-grant-id', first, 'revoke'), ['c1.connector.v2.GrantAlreadyRevoked']);
    const refused = await change('-grant-id', last, 'revoke');
    equal(refused.code, 'FailedPrecondition', refused.error);
    match(refused.error ?? '', /last application.*--application-default none/);
    deepEqual(await appsOfAda(), ['SA2Wiki']);
  });
  await withServer(bench, [...options, '--application-default', 'none'], async ({ address }) => {
    check(await changeAt(address)('-grant-id', last, 'revoke'), []);
  });
  deepEqual(await appsOfAda(), []);
  return `${entitlements.length} granted, synced, revoked; the last one refused until the default is said to be none`;
}

async function consents(bench: Bench): Promise<string> {
  const file = bench.path('consents.c1z');
  const options = ['--include', 'third_party_app', '--provisioning', '--audit-log', bench.path('consent-audit.jsonl')];
  const entitlement = 'third_party_app:TPA2LedgerSync:consent';
  const [ofAda, ofAcme] = [`${entitlement}:user:${ada}`, `${entitlement}:tenant:acme`];
  return withServer(bench, options, async ({ address }) => {
    const change = (...args: readonly string[]): Promise<Report> =>
      bench.client(['-address', address, '-c1z', file, ...args]);
    const grantsOf = async (): Promise<readonly string[]> => {
      const synced = await change('sync');
      checkClean(synced);
      return (synced.rows?.grants ?? []).map(({ id }) => id).filter((id) => id.startsWith('third_party_app:'));
    };
    const before = await grantsOf();
    for (const id of [ofAda, ofAcme]) {
      ok(before.includes(id), `the sync does not bring ${id}`);
    }
    check(await change('-grant-id', ofAda, 'revoke'), []);
    check(await change('-grant-id', ofAda, 'revoke'), ['c1.connector.v2.GrantAlreadyRevoked']);
    deepEqual(
      new Set(before).difference(new Set(await grantsOf())),
      new Set([ofAda]),
      "more is gone than a user's consents",
    );
    const granted = await change('-entitlement', entitlement, '-principal', ada, 'grant');
    equal(granted.code, 'FailedPrecondition', granted.error);
    match(granted.error ?? '', /consent screen/);
    check(await change('-grant-id', ofAcme, 'revoke'), []);
    deepEqual(new Set(before).difference(new Set(await grantsOf())), new Set([ofAda, ofAcme]));
    return `those of a user and of a tenant, apart; ${before.length - 2} others are still there; a grant is refused`;
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
