import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Check, gravestKind } from '../../src/doctor/check.ts';
import { type DoctorOptions, examine } from '../../src/doctor/doctor.ts';
import { checkBaseUrl, checkProjectId, checkRoute } from '../../src/doctor/setup-checks.ts';
import { checkTls } from '../../src/doctor/tls-checks.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { Fault } from '../../src/emulator/faults.ts';
import { Secret } from '../../src/secret.ts';
import { createAuthority } from '../support/certificates.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

const canary = 'K2canaryKeyThatMustNeverBeSeen0123456789';
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ managementKey: canary, users: 250, switches: { auditRateLimit: 'off' } });
});

afterAll(async () => {
  await emulator.close();
});

interface Visit {
  readonly checks: readonly Check[];
  readonly requests: number;
  readonly of: (name: string) => Check;
}

async function visit(options: Partial<DoctorOptions> = {}): Promise<Visit> {
  const key = new Secret(canary);
  const findings = examine({
    problems: [],
    configFile: undefined,
    projectId: emulator.projectId,
    baseUrl: emulator.baseUrl,
    key: { reveal: () => key, source: 'DESCOPE_MANAGEMENT_KEY' },
    rateLimit: 'auto',
    maxParallelFetches: 6,
    provisioning: false,
    tls: {},
    out: undefined,
    ...options,
  });
  const checks: Check[] = [];
  for (;;) {
    const next = await findings.next();
    if (next.done === true) {
      return {
        checks,
        requests: next.value.requests,
        of: (name) => checks.find((check) => check.name === name) ?? expect.fail(`no check of ${name}`),
      };
    }
    checks.push(next.value);
  }
}

/** The same while requests to an endpoint fail. */
async function visitWith(
  endpoint: string | undefined,
  fault: Fault,
  options: Partial<DoctorOptions> = {},
): Promise<Visit> {
  const rule = emulator.faults.add({
    match: endpoint === undefined ? {} : { endpoint },
    times: Number.POSITIVE_INFINITY,
    fault,
  });
  try {
    return await visit(options);
  } finally {
    rule.remove();
  }
}

const levels = ({ checks }: Visit, level: Check['level']): readonly string[] =>
  checks.filter((check) => check.level === level).map(({ name }) => name);

describe('a setup that is in order', () => {
  it('has no failure and no warning, and costs five requests that change nothing', async () => {
    const before = emulator.stats.total;
    const seen = await visit();

    expect(levels(seen, 'fail')).toEqual([]);
    expect(levels(seen, 'warn')).toEqual([]);
    expect(levels(seen, 'ok')).toEqual(
      expect.arrayContaining(['key', 'users', 'tenants', 'roles', 'permissions', 'test users', 'full sync', 'clock']),
    );
    expect(seen.of('users').text).toContain('250');
    expect(seen.requests).toBe(5);
    expect(emulator.stats.total - before).toBe(5);
  });

  it('is told how long a full sync will take at the pace that is set', async () => {
    const hurried = await visit({ rateLimit: { count: 3, periodMs: 60_000 } });
    const enlarge: Fault = { kind: 'mutate', change: (body) => ({ ...(body as object), total: 2_000_000 }) };
    const long = await visitWith('POST /v2/mgmt/user/search', enlarge, { rateLimit: { count: 160, periodMs: 60_000 } });

    expect(hurried.of('full sync').text).toContain('about 60 s');
    expect(long.of('full sync')).toMatchObject({
      level: 'warn',
      text: expect.stringContaining('about 125 min') as string,
    });
  });
});

describe('a key', () => {
  it('that Descope does not know fails, and nothing more is asked', async () => {
    const key = new Secret('K2wrong');
    const seen = await visit({ key: { reveal: () => key, source: 'x' } });

    expect(seen.of('key')).toMatchObject({
      level: 'fail',
      kind: 'unauthenticated',
      remedy: expect.stringContaining('expired') as string,
    });
    expect(seen.requests).toBe(1);
  });

  it('that is refused everywhere is told from one that lacks a single right', async () => {
    const nowhere = await visitWith(undefined, { kind: 'status', status: 403 });
    const almost = await visitWith('GET /v1/mgmt/role/all', { kind: 'status', status: 403 });

    expect(nowhere.of('key')).toMatchObject({
      level: 'fail',
      kind: 'forbidden',
      remedy: expect.stringContaining('permitted IPs') as string,
    });
    expect(almost.of('key').level).toBe('ok');
    expect(almost.of('roles')).toMatchObject({
      level: 'fail',
      kind: 'forbidden',
      remedy: expect.stringContaining('right to read roles') as string,
    });
    expect(levels(almost, 'fail')).toEqual(['roles']);
    expect((await visitWith('POST /v2/mgmt/user/search', { kind: 'status', status: 403 })).of('key').level).toBe('ok');
  });

  it('is nowhere in what is told', async () => {
    const seen = [
      await visit(),
      await visitWith(undefined, { kind: 'status', status: 401 }),
      await visitWith(undefined, { kind: 'reset', at: 'before-headers' }),
    ];

    expect(JSON.stringify(seen)).not.toContain('canary');
  });
});

describe('write rights', () => {
  it('are not asked for while provisioning is off', async () => {
    const before = emulator.stats.total;

    expect((await visit()).of('write rights').level).toBe('skip');
    expect(emulator.stats.total - before).toBe(5);
  });

  it('are asked for with one removal of nothing from nobody', async () => {
    const bodies: unknown[] = [];
    const users = [...emulator.state.users()].map((user) => JSON.stringify(user));
    emulator.state.onRequest(
      ({ endpoint, body }) => {
        if (endpoint.includes('/update/')) bodies.push([endpoint, body]);
        return false;
      },
      () => undefined,
    );

    const seen = await visit({ provisioning: true });

    expect(seen.of('write rights').level).toBe('ok');
    expect(seen.requests).toBe(9);
    expect(bodies).toEqual([
      [
        'POST /v1/mgmt/user/update/role/remove',
        {
          loginId: expect.stringMatching(/^baton-descope-doctor-[0-9a-f-]{36}$/) as string,
          roleNames: [expect.stringMatching(/^baton-descope-doctor-/)],
        },
      ],
    ]);
    expect([...emulator.state.users()].map((user) => JSON.stringify(user))).toEqual(users);
  });

  const included = ['access_key', 'application', 'third_party_app'];
  const lines = (seen: Awaited<ReturnType<typeof visit>>): readonly Check[] =>
    seen.checks.filter(({ name }) => name === 'write rights');

  it('are asked for each included type that can be changed, and nothing is changed', async () => {
    const before = JSON.stringify([...emulator.state.accessKeys(), ...emulator.state.consents()]);
    const sent: string[] = [];
    emulator.state.onRequest(
      ({ endpoint, body }) => {
        if (/update|delete|logout|expire/.test(endpoint)) {
          sent.push(endpoint);
          const ids = Object.values(body as object).flat();
          expect(ids.filter((id) => !String(id).startsWith('baton-descope-doctor-'))).toEqual([]);
        }
        return false;
      },
      () => undefined,
    );

    const seen = await visit({ provisioning: true, include: included });

    expect(lines(seen).map(({ level }) => level)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'skip']);
    expect(lines(seen).at(-1)?.text).toContain('create and invite users');
    expect(sent).toEqual([
      'POST /v1/mgmt/user/update/role/remove',
      'POST /v1/mgmt/user/logout',
      'POST /v1/mgmt/user/password/expire',
      'POST /v1/mgmt/accesskey/update',
      'POST /v1/mgmt/user/update/ssoapp/remove',
      'POST /v1/mgmt/thirdparty/consents/delete',
      'POST /v1/mgmt/thirdparty/consents/delete/tenant',
    ]);
    expect(JSON.stringify([...emulator.state.accessKeys(), ...emulator.state.consents()])).toBe(before);
  });

  it.each([
    ['POST /v1/mgmt/user/logout', 'users'],
    ['POST /v1/mgmt/user/password/expire', 'users'],
    ['POST /v1/mgmt/accesskey/update', 'access keys'],
    ['POST /v1/mgmt/user/update/ssoapp/remove', 'users'],
    ['POST /v1/mgmt/thirdparty/consents/delete', 'third-party apps'],
  ])('are missing when %s alone is forbidden, and the remedy names the right', async (endpoint, subject) => {
    const seen = await visitWith(endpoint, { kind: 'status', status: 403 }, { provisioning: true, include: included });

    expect(lines(seen).filter(({ level }) => level === 'fail')).toMatchObject([
      { kind: 'forbidden', remedy: expect.stringContaining(`may also update ${subject}`) as string },
    ]);
  });

  it('are not said to be there where the call may be missing', async () => {
    const seen = await visitWith(
      'POST /v1/mgmt/thirdparty/consents/delete',
      { kind: 'status', status: 404 },
      { provisioning: true, include: included },
    );

    expect(lines(seen).find(({ level }) => level === 'skip')?.text).toContain('not known for consents of users');
  });

  it('are missing when that is forbidden', async () => {
    const seen = await visitWith(
      'POST /v1/mgmt/user/update/role/remove',
      { kind: 'status', status: 403 },
      { provisioning: true },
    );

    expect(seen.of('write rights')).toMatchObject({ level: 'fail', kind: 'forbidden' });
  });
});

describe('the audit log', () => {
  const search = 'POST /v1/mgmt/audit/search';

  it('is asked for one record with provisioning, and not without', async () => {
    const before = emulator.stats.count(search);

    expect((await visit()).checks.map(({ name }) => name)).not.toContain('audit log');
    expect((await visit({ provisioning: true })).of('audit log')).toMatchObject({
      level: 'ok',
      text: expect.stringMatching(/^can be read, \d+ logins in 30 days$/) as string,
    });

    expect(emulator.stats.count(search)).toBe(before + 1);
    expect(emulator.stats.recent.findLast(({ endpoint }) => endpoint === search)?.body).toMatchObject({ size: 1 });
  });

  it.each([
    [{ provisioning: true }, 'warn'],
    [{ lastLogin: 'audit' }, 'fail'],
  ] as const)('that the key may not read is told with %j: %s', async (options, level) => {
    const seen = await visitWith(search, { kind: 'status', status: 403 }, options);

    expect(seen.of('audit log')).toMatchObject({ level });
  });

  it('costs a sync what it has of logins, and the history of all users one request for each hundred', async () => {
    const ofLog = await visitWith(
      search,
      { kind: 'mutate', change: (body) => ({ ...(body as object), total: 25_001 }) },
      { lastLogin: 'audit' },
    );
    const ofHistory = await visitWith(
      'POST /v2/mgmt/user/search',
      { kind: 'mutate', change: (body) => ({ ...(body as object), total: 16_001 }) },
      { lastLogin: 'history' },
    );

    expect(ofLog.of('last logins').text).toMatch(/^cost a sync 26 requests more, 10 a minute at most: about [23]/);
    expect(ofHistory.of('last logins').text).toMatch(/^cost a sync 161 requests more, 100 a minute at most: /);
  });
});

describe('Descope', () => {
  it.each([
    [
      'a used-up rate limit',
      { kind: 'status', status: 429, headers: { 'retry-after': '30' } },
      'rate-limited',
      'opens again in 30 s',
    ],
    ['an outage', { kind: 'status', status: 503 }, 'unavailable', 'answered 503'],
    ['a broken connection', { kind: 'reset', at: 'before-headers' }, 'unavailable', 'failed'],
    ['no answer at all', { kind: 'hang', at: 'before-headers' }, 'timeout', 'no answer within 0.3 s'],
  ] as const)('%s: one failure, one request, and no waiting', async (_name, fault, kind, text) => {
    const seen = await visitWith(undefined, fault, { deadlineMs: 300 });

    expect(seen.of('Descope')).toMatchObject({ level: 'fail', kind, text: expect.stringContaining(text) as string });
    expect(seen.requests).toBe(1);
  });

  it.each([
    ['a redirect', { kind: 'redirect', status: 302, location: 'https://login.example.com/' }, 'redirect'],
    ['a login page', { kind: 'body', body: 'html' }, 'Management API'],
    ['an answer without the list', { kind: 'body', body: 'object' }, 'Management API'],
  ] as const)('%s: fails as an answer that is none', async (_name, fault, remedy) => {
    const seen = await visitWith('GET /v1/mgmt/tenant/all', fault);

    expect(seen.of('tenants')).toMatchObject({
      level: 'fail',
      kind: 'upstream-contract',
      remedy: expect.stringContaining(remedy) as string,
    });
    expect(levels(seen, 'fail')).toEqual(['tenants']);
  });

  it('that is slow, or whose clock is another, gets a warning', async () => {
    let nowMs = 0;
    const slow = await visit({ now: () => (nowMs += 1_500) });
    const skewed = await visit({ wallClock: () => Date.now() + 300_000 });

    expect(slow.of('Descope').level).toBe('warn');
    expect(skewed.of('clock')).toMatchObject({
      level: 'warn',
      text: expect.stringMatching(/(299|300|301) s ahead/) as string,
    });
  });

  it('that has no users gets a warning', async () => {
    const empty = await startEmulator({ managementKey: canary, users: 0 });
    const seen = await visit({ baseUrl: empty.baseUrl });
    await empty.close();

    expect(seen.of('users')).toMatchObject({
      level: 'warn',
      remedy: expect.stringContaining('right project') as string,
    });
  });

  it('is not asked while the settings are wrong', async () => {
    const seen = await visit({ problems: ['--rate-limit must be ...'], projectId: undefined });

    expect(seen.requests).toBe(0);
    expect(levels(seen, 'fail')).toEqual(['settings']);
  });
});

describe('the project id and the base URL', () => {
  const regional = 'Peuc1aaaaaaaaaaaaaaaaaaaaaaaaaaa';
  it.each([
    [regional, 'ok', 'euc1'],
    ['P2aaaaaaaaaaaaaaaaaaaaaaaaaa', 'ok', 'no region'],
    ['P2abc', 'warn', '5 characters'],
    ['T2aaaaaaaaaaaaaaaaaaaaaaaaaa', 'warn', 'begin with "P"'],
  ])('%s: %s', (projectId, level, text) => {
    expect(checkProjectId(projectId)).toMatchObject({ level, text: expect.stringContaining(text) as string });
  });

  it.each([
    [undefined, 'ok', 'https://api.euc1.descope.com'],
    ['https://api.euc1.descope.com', 'ok', 'as the project id has it'],
    ['https://api.use1.descope.com', 'warn', 'names https://api.euc1.descope.com'],
    ['https://api.descope.com', 'warn', 'names https://api.euc1.descope.com'],
    ['https://auth.example.com', 'ok', 'of your own'],
    ['http://127.0.0.1:1', 'ok', 'this machine'],
  ])('%s: %s', (baseUrl, level, text) => {
    expect(checkBaseUrl(regional, baseUrl)).toMatchObject({ level, text: expect.stringContaining(text) as string });
  });
});

describe('the network path', () => {
  const descope = 'https://api.descope.com';

  it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])(
    'tells %s as set and not used, without its address, which may hold a password',
    (variable) => {
      const check = checkRoute(descope, {}, { [variable]: 'http://user:secret@proxy.example:3128' });

      expect(check).toMatchObject({
        level: 'warn',
        text: expect.stringContaining(variable) as string,
        remedy: expect.stringContaining('HTTPS_PROXY') as string,
      });
      expect(JSON.stringify(check)).not.toContain('secret');
    },
  );

  it('is straight where no proxy is named, or NO_PROXY lists the host', () => {
    expect(checkRoute(descope, {}, {})).toMatchObject({ level: 'ok', text: 'straight to api.descope.com' });
    expect(
      checkRoute(
        descope,
        {},
        { HTTP_PROXY: 'http://proxy.example:1', HTTPS_PROXY: 'http://proxy.example:1', NO_PROXY: '*' },
      ),
    ).toMatchObject({ level: 'ok' });
  });

  it('is looked at on the way', async () => {
    const seen = await visit({});

    expect(seen.of('network path')).toMatchObject({
      level: 'ok',
      text: expect.stringMatching(/^straight to 127\.0\.0\.1:/) as string,
    });
  });
});

describe('TLS files', () => {
  it('are good when key, certificate and CA fit and last', async () => {
    await using folder = await temporaryFolder();
    const authority = await createAuthority('doctor');
    const [leaf, other, expired] = [
      await authority.issue('a'),
      await authority.issue('b'),
      await authority.issue('c', { isExpired: true }),
    ];
    const path = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder.path, name), text, { mode: 0o600 });
      return join(folder.path, name);
    };
    const files = {
      cert: await path('cert', leaf.cert),
      key: await path('key', leaf.key),
      clientCa: await path('ca', authority.cert),
    };
    const now = Date.now();
    const found = (more: object, nowMs = now): readonly string[] =>
      checkTls({ ...files, ...more }, nowMs).map(({ level, name }) => `${name} ${level}`);

    expect(found({})).toEqual(['TLS cert ok', 'TLS key ok', 'TLS client CA ok']);
    expect(found({ key: await path('other', other.key) })).toContain('TLS key fail');
    expect(found({ cert: await path('expired', expired.cert) })).toContain('TLS cert fail');
    expect(found({}, now + 350 * 24 * 3_600_000)).toEqual(['TLS cert warn', 'TLS key ok', 'TLS client CA warn']);
    expect(found({ clientCa: files.cert })).toContain('TLS client CA fail');
    expect(found({ cert: files.key })).toContain('TLS cert fail');
    expect(found({ key: '/no/such' })).toContain('TLS key fail');
    await chmod(files.cert, 0o666);
    expect(found({})).toContain('TLS cert fail');
    expect(checkTls({ cert: files.cert }, now)).toEqual([
      expect.objectContaining({ level: 'fail', text: '--tls-key and --tls-client-ca missing' }),
    ]);
    await chmod(files.key, 0o644);
    expect(found({})).toContain('TLS key warn');
  });
});

describe('the output', () => {
  it('is tried, and nothing is left there', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'out'));
    const good = await visit({ out: join(folder.path, 'out', 'sync.json') });
    const asFolder = await visit({ out: join(folder.path, 'out') });
    const missing = await visit({ out: join(folder.path, 'none', 'sync.json') });

    expect([good.of('output').level, asFolder.of('output').level]).toEqual(['ok', 'ok']);
    expect(missing.of('output')).toMatchObject({ level: 'fail', kind: 'local-io' });
    expect(await readdir(join(folder.path, 'out'))).toEqual([]);
  });
});

describe('the gravest failure', () => {
  it.each([
    [['local-io', 'config', 'unavailable', 'forbidden'], 'forbidden'],
    [['local-io', 'upstream-contract', 'rate-limited'], 'rate-limited'],
    [['local-io', 'config'], 'config'],
    [[], undefined],
  ] as const)('of %j is %s', (kinds, gravest) => {
    expect(gravestKind(kinds.map((kind) => ({ name: '', level: 'fail', text: '', kind })))).toBe(gravest);
  });
});

describe('baton-descope doctor', () => {
  it('prints a line for each check in 80 columns without colours, and ends with 0', async () => {
    const { code, stdout, stderr } = await runCli(['doctor'], { env: envOf(emulator) });

    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ok {4}key {14}accepted$/m);
    expect(stdout).toContain('Ready: 0 failed, 0 to look at; 5 requests sent, nothing changed.');
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\u001B');
  });

  it('ends with the exit code of the gravest failure; --json tells all in one line', async () => {
    const rule = emulator.faults.add({
      match: { endpoint: 'GET /v1/mgmt/role/all' },
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 403 },
    });
    const { code, stdout } = await runCli(['doctor', '--json', '--out', '/no/such/folder/x.json'], {
      env: envOf(emulator),
    });
    rule.remove();

    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, failed: 2, requests: 5 });
    expect(stdout).not.toContain('canary');
  });
});
