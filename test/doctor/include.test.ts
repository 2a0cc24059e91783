import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settings } from '../../src/config/settings.ts';
import type { Check } from '../../src/doctor/check.ts';
import { type DoctorOptions, type DoctorReport, examine } from '../../src/doctor/doctor.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { listedTypes } from '../../src/registry.ts';
import { Secret } from '../../src/secret.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

const setup = {
  problems: [],
  configFile: undefined,
  projectId: undefined,
  baseUrl: undefined,
  key: undefined,
  rateLimit: 'off',
  maxParallelFetches: 6,
  provisioning: false,
  tls: {},
  out: undefined,
} as const;

describe('the types that --include names', () => {
  it.each([
    ['access_key', ['access_key']],
    ['access_key, access_key', ['access_key']],
    [' all ', ['all']],
  ])('%j are read whatever spaces stand between them, each once', (text, types) => {
    expect(settings.include.schema.parse(text)).toEqual(types);
  });

  it.each(['ACCESS_KEY', 'access_key,', ',', 'access-key'])('%j are refused with their form', (text) => {
    expect(settings.include.schema.safeParse(text).error?.issues[0]?.message).toContain('such as access_key, or all');
  });

  it('must be there: the error says where the setting can come from, and what it takes', () => {
    expect(() => listedTypes(['foo'])).toThrow(
      /--include, BATON_INCLUDE or the config file.*"foo".*access_key, sso_configuration, idp_group, .*third_party_app.*console.*all/,
    );
    expect(() => listedTypes(['user'])).toThrow(/"user", which is read anyway/);
  });

  it('are a failed check of doctor where one is unknown, among its others', async () => {
    const checks: Check[] = [];
    for await (const check of examine({ ...setup, include: ['foo'] })) {
      checks.push(check);
    }

    expect(checks.find(({ name }) => name === 'settings')).toMatchObject({ level: 'fail', kind: 'config' });
    expect(checks.length).toBeGreaterThan(2);
  });
});

describe('what included types need of each tenant', () => {
  const sso = ['sso_configuration', 'idp_group'];
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await startEmulator({ users: 250 });
  });
  afterAll(async () => {
    await emulator.close();
  });

  async function visit(
    options: Partial<DoctorOptions> = {},
    project = emulator,
  ): Promise<DoctorReport & { readonly of: (name: string) => Check | undefined; readonly names: readonly string[] }> {
    const key = new Secret(project.managementKey);
    const { projectId, baseUrl } = project;
    const findings = examine({ ...setup, projectId, baseUrl, key: { reveal: () => key, source: 'x' }, ...options });
    const checks: Check[] = [];
    for (;;) {
      const next = await findings.next();
      if (next.done === true) {
        const of = (name: string): Check | undefined => checks.find((check) => check.name === name);
        return { ...next.value, of, names: checks.map(({ name }) => name) };
      }
      checks.push(next.value);
    }
  }

  it('is asked once each, of the first tenant, and not at all without --include', async () => {
    const plain = await visit();
    const before = emulator.stats.total;
    const seen = await visit({ include: sso });

    expect(plain.requests).toBe(5);
    expect(plain.names).not.toContain('tenant reads');
    expect(seen.requests).toBe(plain.requests + 4);
    expect(emulator.stats.total - before).toBe(seen.requests);
    expect(['SSO settings', 'tenant settings', 'XAA settings', 'groups'].map((name) => seen.of(name)?.level)).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
    ]);
    expect(seen.of('groups')?.text).toBe('can be read, for idp_group');
  });

  it.each([
    [sso, {}],
    [['idp_group'], {}],
    [sso, { xaaSettings: 'missing' }],
    [sso, { ssoSettingsAll: 'missing' }],
    [['third_party_app', ...sso, 'access_key'], { consentMaxLimit: 1_000 }],
    [['third_party_app', 'access_key'], { scimKeys: 'missing', thirdPartyAppsLoad: 'post' }],
  ] as const)('is told in requests as a sync of %j with %j then sends them', async (include, switches) => {
    const project = await startEmulator({ users: 250, switches });
    await using folder = await temporaryFolder();
    const seen = await visit({ include: [...include] }, project);
    const run = await runCli(['sync', '--include', include.join(','), '--json', '--out', 'sync.json'], {
      env: envOf(project),
      cwd: folder.path,
    });
    await project.close();

    const { requests } = JSON.parse(run.stdout) as { readonly requests: Readonly<Record<string, number>> };
    const [, least, most] = /^([\d,]+) or ([\d,]+) requests/.exec(seen.of('full sync')?.text ?? '') ?? [];
    expect([least, most]).toContain(String(requests['total']));
    const ofTenants = Object.entries(requests).filter(([call]) => /sso|group|scim|tenant\/settings/.test(call));
    expect(seen.of('tenant reads')?.text).toContain(
      `${ofTenants.reduce((sum, [, count]) => sum + count, 0)} requests, `,
    );
  });

  it('is told as a right for each included type, with the right to change where changes are allowed', async () => {
    const rightsOf = async (provisioning: boolean): Promise<readonly string[]> => {
      const checks: Check[] = [];
      const key = new Secret(emulator.managementKey);
      const { projectId, baseUrl } = emulator;
      const include = ['access_key', 'third_party_app', 'idp_group', 'console'];
      const options = { ...setup, projectId, baseUrl, key: { reveal: () => key, source: 'x' }, include, provisioning };
      for await (const check of examine(options)) {
        checks.push(check);
      }
      return checks.flatMap(({ name, text }) => (name === 'rights' ? [text] : []));
    };

    expect(await rightsOf(false)).toEqual([
      'access_key needs to read access keys',
      'idp_group needs to read tenants, read SSO settings, read groups',
      'third_party_app needs to read third-party apps',
      'console needs to read the company, with a key that no project limits',
    ]);
    expect((await rightsOf(true))[0]).toBe('access_key needs to read and update access keys');
  });

  it('says how many keys are bound to users, since a sync counts these as secrets alone', async () => {
    const seen = await visit({ include: ['access_key'] });
    const keys = emulator.state.accessKeys();
    const bound = keys.filter(({ boundUserId }) => boundUserId !== '').length;

    expect(bound).toBeGreaterThan(1);
    expect(seen.of('access keys')?.text).toBe(
      `${keys.length} can be read, ${bound} of them bound to users, and listed by a sync as secrets alone`,
    );
  });

  it('counts the right to update users for applications, since a change of one is a change of a user', async () => {
    const { projectId, baseUrl } = emulator;
    const texts: string[] = [];
    const key = { reveal: () => new Secret(emulator.managementKey), source: 'x' };
    for await (const check of examine({
      ...setup,
      projectId,
      baseUrl,
      key,
      include: ['application'],
      provisioning: true,
    })) {
      texts.push(check.text);
    }

    expect(texts).toContain('application needs to read SSO applications, update users');
  });

  it('is told in time, at the pace of calls that are not about users', async () => {
    const seen = await visit({ include: sso, rateLimit: { count: 160, periodMs: 60_000 } });
    const tenants = seen.tenants ?? 0;

    expect(seen.of('tenant reads')?.text).toBe(
      `${tenants * 4} requests, 4 for each of ${tenants} tenants, at 80 a minute: about ${Math.round((tenants * 4 * 60) / 80)} s`,
    );
    expect(seen.of('full sync')?.text).toContain('160 searches and 80 reads of tenants a minute at most');
  });

  it('fails with the call and the types concerned where the key lacks a right', async () => {
    const rule = emulator.faults.add({
      match: { endpoint: 'POST /v1/mgmt/group/all' },
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 403 },
    });
    const seen = await visit({ include: sso });
    rule.remove();

    expect(seen.of('groups')).toMatchObject({ level: 'fail', kind: 'forbidden' });
    expect(seen.of('groups')?.remedy).toMatch(/right for POST \/v1\/mgmt\/group\/all.*--include idp_group fails/);
    expect(seen.of('SSO settings')?.level).toBe('ok');
  });

  it('is no failure where the deployment does not offer it', async () => {
    const [noXaa, noAll] = await Promise.all([
      startEmulator({ users: 1, switches: { xaaSettings: 'bad-request' } }),
      startEmulator({ users: 1, switches: { ssoSettingsAll: 'missing' } }),
    ]);
    const [withoutXaa, withoutAll] = [await visit({ include: sso }, noXaa), await visit({ include: sso }, noAll)];
    await Promise.all([noXaa.close(), noAll.close()]);

    expect(withoutXaa.of('XAA settings')).toMatchObject({ level: 'ok' });
    expect(withoutXaa.of('tenant reads')?.text).toContain(', 3 for each of ');
    expect(withoutAll.of('SSO settings')).toMatchObject({ level: 'warn' });
    expect(withoutAll.of('SSO settings')?.text).toContain('only of the default configuration');
  });
});

describe('doctor on a terminal', () => {
  it('keeps to 80 columns where names of checks are long, and tells a remedy once', async () => {
    const emulator = await startEmulator({ users: 5 });
    try {
      const { stdout } = await runCli(['doctor', '--include', 'console'], { env: envOf(emulator) });

      expect(stdout).toMatch(/^fail {2}console administrators$/m);
      expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
      expect(stdout.match(/Reading the console needs/g)).toHaveLength(1);
      expect(stdout.match(/-> As above\./g)).toHaveLength(2);
    } finally {
      await emulator.close();
    }
  });
});

describe('lists that come in pages', () => {
  it.each(['get-and-post', 'post'] as const)('are asked for in the way that the deployment has (%s)', async (load) => {
    const emulator = await startEmulator({ users: 60, switches: { thirdPartyAppsLoad: load } });
    try {
      const { stdout } = await runCli(['doctor', '--include', 'third_party_app'], { env: envOf(emulator) });

      expect(stdout).toMatch(/ok +third-party apps\s+5 can be read/);
      expect(stdout).toMatch(/ok +consents +\d+ can be read/);
    } finally {
      await emulator.close();
    }
  });
});
