import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { companyKeyId, type Emulator, type EmulatorOptions, type Fault } from '../../src/emulator/emulator.ts';
import {
  canary,
  expectFired,
  failingForEver,
  faultAt,
  type FaultOutcome,
  type FaultWay,
  faultWays as ways,
  syncUnderFaults,
} from '../support/fault-sync.ts';

const forever = Number.POSITIVE_INFINITY;
const scim = 'GET /v1/mgmt/scim/key';
const apps = 'GET /v1/mgmt/thirdparty/apps/load';
const newerApps = 'POST /v2/mgmt/thirdparty/apps/load';
const consents = 'POST /v1/mgmt/thirdparty/consents/search';

/** Every list that an included type is made of: its call, and the field of the answer that holds its rows. */
const lists = [
  { endpoint: 'POST /v1/mgmt/accesskey/search', key: 'keys', type: 'access_key' },
  { endpoint: 'GET /v1/mgmt/sso/idp/apps/load', key: 'apps', type: 'application' },
  { endpoint: 'POST /v1/mgmt/projects/list', key: 'projects', type: 'project' },
  { endpoint: 'POST /v1/mgmt/descoper/list', key: 'descopers', type: 'console_admin' },
  { endpoint: 'GET /v1/mgmt/managementkey/search', key: 'keys', type: 'management_key' },
] as const;
/** Those that a deployment need not have, and those that come in pages. */
const others = [
  { endpoint: scim, key: 'keys' },
  { endpoint: apps, key: 'apps' },
  { endpoint: consents, key: 'consents' },
] as const;
const all = [...lists, ...others];
const company = lists.slice(2).map(({ endpoint }) => endpoint);

const extra = { futureSecret: canary };
const emulator: EmulatorOptions = {
  switches: { keySecrets: 'shown', appSecrets: 'shown', consentMaxLimit: 2 },
  project: {
    tenants: ['acme', 'globex'].map((id) => ({ id })),
    roles: [{ name: 'Viewer' }],
    users: ['ann', 'bob', 'cleo'].map((userId) => ({ userId })),
    accessKeys: [
      { id: 'K-acme', keyTenants: [{ tenantId: 'acme', roleNames: ['Viewer'] }], scimSsoId: 'default_ssoid' },
      { id: 'K-globex', keyTenants: [{ tenantId: 'globex', roleNames: [] }] },
      { id: 'K-ann', boundUserId: 'ann' },
    ].map((key) => Object.assign(key, { cleartext: canary, extra })),
    federatedApps: [{ id: 'A1' }, { id: 'A2' }],
    thirdPartyApps: [
      { id: 'T1', extra },
      { id: 'T2', extra },
    ],
    consents: ['ann', 'bob', 'cleo'].flatMap((userId) =>
      ['T1', 'T2'].map((appId) => ({ id: `c-${appId}-${userId}`, appId, userId, createdTime: 1_600_000_000, extra })),
    ),
    descopers: [{ id: 'D1', rbac: { isCompanyAdmin: true }, extra }],
    managementKeys: [{ id: companyKeyId, cleartext: canary, reBac: { companyRoles: ['admin'] }, extra }],
  },
};

const sync = (way: FaultWay, arm: (emulator: Emulator) => void): Promise<FaultOutcome> =>
  syncUnderFaults({ emulator, include: ['access_key', 'application', 'third_party_app', 'console'] }, way, arm);
const undisturbed = await sync('file', () => undefined);

type Row = Readonly<Record<string, unknown>>;
type Change = (rows: readonly Row[]) => readonly Row[];

/** Changes the rows of every answer that has some. */
const spoil = (endpoint: string, key: string, change: Change): ((emulator: Emulator) => void) =>
  faultAt(
    endpoint,
    {
      kind: 'mutate',
      change: (body) => {
        const answer = body as Row;
        const rows = answer[key] as readonly Row[];
        return rows.length === 0 ? answer : { ...answer, [key]: change(rows) };
      },
    },
    1,
    forever,
  );
/** Changes the id of the first row; of a SCIM key it stands in the key. */
const withId = (endpoint: string, id: unknown): Change =>
  endpoint === scim
    ? ([first, ...rest]) => [{ ...first, key: { ...(first?.['key'] as Row), id } }, ...rest]
    : ([first, ...rest]) => [{ ...first, id }, ...rest];

function expectFailure(outcome: FaultOutcome, way: FaultWay, exit: number, endpoint: string): void {
  expect(outcome.failure?.message).toContain(endpoint);
  expect(outcome.failure?.message).toMatch(/^\S.{10,700}$/u);
  expect(outcome.failure === undefined || way === 'grpc' ? exit : exitCodeOf(outcome.failure)).toBe(exit);
  expectFired(outcome);
}

describe.each(ways)('through %s, the lists of included types', (way) => {
  it('tell the same without a fault, and no secret', async () => {
    const { ids, emulator: project } = await sync(way, () => undefined);

    expect(new Set(ids)).toEqual(new Set(undisturbed.ids));
    for (const id of [
      'access_key:K-globex',
      'access_key_secret:K-ann',
      'application:A1',
      'third_party_app:T1:consent:user:ann',
      'console_admin:D1',
      `project:${project.projectId}:management_key_role:management_key:${companyKeyId}`,
    ]) {
      expect(ids).toContain(id);
    }
  });

  const passing: readonly (readonly [string, Fault])[] = [
    ['a 429 that says when to come back', { kind: 'status', status: 429, headers: { 'retry-after': '2' } }],
    ['a 503', { kind: 'status', status: 503 }],
    ['a reset', { kind: 'reset', at: 'mid-body' }],
    ['a cut body', { kind: 'truncate', how: 'well-framed' }],
  ];
  it.each(all.flatMap(({ endpoint }) => passing.map(([name, what]) => ({ endpoint, name, what }))))(
    'outlast $name once: $endpoint',
    async ({ endpoint, what }) => {
      const outcome = await sync(way, faultAt(endpoint, what));

      expect(outcome.failure).toBeUndefined();
      expect(new Set(outcome.ids)).toEqual(new Set(undisturbed.ids));
      expectFired(outcome);
      if (what.kind === 'status' && what.status === 429) {
        expect(Math.max(...outcome.slept)).toBeGreaterThanOrEqual(2_000);
      }
    },
  );

  it.each(all.flatMap(({ endpoint }) => failingForEver.map(([name, what, exit]) => ({ endpoint, name, what, exit }))))(
    'fail on $name for ever, and name the call: $endpoint',
    async ({ endpoint, name, what, exit }) => {
      const outcome = await sync(way, faultAt(endpoint, what, 1, forever));

      expectFailure(outcome, way, exit, endpoint);
      if (name === 'a 403') {
        expect(outcome.failure?.message).toContain('it needs the right to read ');
      }
      if (exit === 3 && company.some((call) => call === endpoint)) {
        expect(outcome.failure?.message).toContain('DESCOPE_COMPANY_MANAGEMENT_KEY');
      }
    },
  );

  const wrong: readonly (readonly [string, unknown])[] = [
    ['has no id', undefined],
    ['has an empty id', ''],
    ['has a number for an id', 7],
  ];
  it.each(all.flatMap(({ endpoint, key }) => wrong.map(([name, id]) => ({ endpoint, key, name, id }))))(
    'fail where a row $name: $endpoint',
    async ({ endpoint, key, id }) => {
      expectFailure(await sync(way, spoil(endpoint, key, withId(endpoint, id))), way, 5, endpoint);
    },
  );

  it.each(lists)('fail where a row comes twice: $endpoint', async ({ endpoint, key }) => {
    const outcome = await sync(
      way,
      spoil(endpoint, key, (rows) => [...rows, ...rows.slice(0, 1)]),
    );

    expectFailure(outcome, way, 5, endpoint);
    expect(outcome.failure?.message).toContain('is listed twice');
  });

  it.each(lists)('fail where a row is no object: $endpoint', async ({ endpoint, key }) => {
    const change: Change = (rows) => [...rows, 'text' as unknown as Row];

    expectFailure(await sync(way, spoil(endpoint, key, change)), way, 5, endpoint);
  });

  // Such calls are not among those that older deployments lack: an empty list would take away what is known.
  it.each(lists)('fail where they are not there (404), and are never empty: $endpoint', async ({ endpoint }) => {
    expectFailure(await sync(way, faultAt(endpoint, { kind: 'status', status: 404 }, 1, forever)), way, 5, endpoint);
  });

  const missing: Fault = { kind: 'status', status: 404, body: 'no such page' };

  it('are without SCIM keys where the deployment does not tell of them, asked once', async () => {
    const outcome = await sync(way, faultAt(scim, missing, 1, forever));

    expect(new Set(outcome.ids)).toEqual(new Set(undisturbed.ids));
    expect(outcome.emulator.faults.fired()[0]?.fired).toBe(1);
    if (way === 'file') {
      expect(outcome.summary?.access_keys).toMatchObject({ scim: 'not-offered', scim_keys: 0 });
      expect(undisturbed.summary?.access_keys).toMatchObject({ scim: 'offered', scim_keys: 1 });
    }
  });

  it('are without third-party apps where the deployment has none, and say so', async () => {
    const outcome = await sync(way, (project) => {
      [apps, newerApps, consents].forEach((endpoint) => faultAt(endpoint, missing, 1, forever)(project));
    });

    const isKept = (id: string): boolean => !id.startsWith('third_party_app:');
    expect(new Set(outcome.ids)).toEqual(new Set(undisturbed.ids.filter(isKept)));
    if (way === 'file') {
      expect(outcome.summary?.third_party).toMatchObject({ apps: 'not-offered', consents: 'not-offered' });
    }
  });

  it('read third-party apps by the newer call where the first is not there', async () => {
    const outcome = await sync(way, faultAt(apps, missing, 1, forever));

    expect(new Set(outcome.ids)).toEqual(new Set(undisturbed.ids));
  });

  it('fail where apps are listed, and who consented to them is not', async () => {
    expectFailure(await sync(way, faultAt(consents, missing, 1, forever)), way, 5, consents);
  });
});

describe.each(ways)('through %s, consents in pages', (way) => {
  it.each([1, 2, 3, 4])('are not lost where one vanishes before page %i is read', async (nth) => {
    const outcome = await sync(way, ({ state }) => {
      state.onRequest(
        (request) => request.endpoint === consents && request.nth === nth,
        () => state.deleteConsent('c-T1-ann'),
      );
    });

    const gone = 'third_party_app:T1:consent:user:ann';
    expect(outcome.failure).toBeUndefined();
    expect(new Set(outcome.ids.filter((id) => id !== gone))).toEqual(
      new Set(undisturbed.ids.filter((id) => id !== gone)),
    );
  });

  it('fail where one is left out of every page on which it would stand', async () => {
    const leaveOut: Change = (rows) => rows.filter(({ id }) => id !== 'c-T2-bob');

    const outcome = await sync(way, spoil(consents, 'consents', leaveOut));

    expect(outcome.failure?.message).toMatch(/the consents were read 4 times, and their number never fitted/);
  });

  it('fail where one page comes for ever', async () => {
    const first: { rows?: readonly Row[] } = {};
    const outcome = await sync(
      way,
      spoil(consents, 'consents', (rows) => (first.rows ??= rows)),
    );

    expect(outcome.failure?.message).toMatch(/consents were read 4 times/);
  });

  it('fail where new ones come for ever', async () => {
    let made = 0;
    const outcome = await sync(
      way,
      faultAt(
        consents,
        {
          kind: 'mutate',
          change: (body) => {
            const rows = Array.from({ length: 100 }, () => ({
              id: `endless-${(made += 1)}`,
              appId: 'T1',
              userId: 'ann',
            }));
            return { ...(body as Row), consents: rows, total: 6 + made };
          },
        },
        1,
        forever,
      ),
    );

    expect(outcome.failure?.message).toMatch(/consents were read 4 times/);
    expect(made).toBeLessThan(100_000); // each of the four passes gives up
  });
});
