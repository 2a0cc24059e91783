import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseProxy } from '../../src/descope/http/proxy.ts';
import { createTransport } from '../../src/descope/http/transport.ts';
import { tenantList } from '../../src/descope/tenants.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { Secret } from '../../src/secret.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';
import { type CliRun, envOf, quickWaits, runCli, temporaryFolder } from '../support/cli.ts';
import { type ConnectProxy, type ProxyBehaviour, startConnectProxy } from '../support/connect-proxy.ts';
import { benchProject } from '../support/faults-bench.ts';
import { tlsFront } from '../support/tls-front.ts';
import { eventually } from '../support/eventually.ts';

const host = 'api.descope.example';
const password = 'p:ss@word';
let company: Authority;

beforeAll(async () => {
  company = await createAuthority('Example Inc. Proxy CA');
});

interface Setting {
  readonly proxy?: Omit<ProxyBehaviour, 'to'>;
  /** What of the environment the case sets; `{proxy}` stands for the proxy's address with a user name and password. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly isCaNamed?: boolean;
}

interface Tried {
  readonly run: CliRun;
  readonly proxy: ConnectProxy;
  readonly emulator: Emulator;
  readonly file: string;
}

/**
 * Runs the built program against a project that can be reached through a proxy only, under a name that no DNS knows.
 */
async function tried(
  { proxy: behaviour = {}, env = { HTTPS_PROXY: '{proxy}' }, args, isCaNamed = true }: Setting,
  look: (tried: Tried) => Promise<void> | void,
): Promise<void> {
  await using folder = await temporaryFolder();
  await using front = await tlsFront(await company.issue('api', { host }));
  const emulator = await startEmulator({ project: benchProject() });
  try {
    front.forwardTo(emulator.baseUrl);
    await using proxy = await startConnectProxy({ ...behaviour, to: { port: Number(new URL(front.baseUrl).port) } });
    const address = `http://user:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}`;
    const ca = join(folder.path, 'ca.pem');
    const out = join(folder.path, 'sync.json');
    await writeFile(ca, `Example Inc.\n${company.cert}`);
    await writeFile(out, 'the old file');
    const run = await runCli([...(args ?? ['sync', '--out', out]), ...(isCaNamed ? ['--ca-file', ca] : [])], {
      env: {
        ...envOf(emulator),
        DESCOPE_BASE_URL: `https://${host}`,
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace('{proxy}', address)])),
      },
      cwd: folder.path,
      nodeFlags: quickWaits,
    });
    await look({ run, proxy, emulator, file: await readFile(out, 'utf8') });
  } finally {
    await emulator.close();
  }
}

describe('an egress proxy', () => {
  it.each([['HTTPS_PROXY'], ['https_proxy']])(
    'that %s names is gone through, with its user name and password, which nobody is shown',
    async (variable) => {
      await tried({ env: { [variable]: '{proxy}', BATON_LOG_LEVEL: 'debug' } }, ({ run, proxy, emulator, file }) => {
        expect(run).toMatchObject({ code: 0 });
        expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set([`${host}:443`]));
        expect(proxy.asked[0]?.authorization).toBe(`Basic ${Buffer.from(`user:${password}`).toString('base64')}`);
        expect(proxy.asked.length).toBeLessThanOrEqual(6);
        expect(emulator.stats.total).toBeGreaterThan(3);
        expect(JSON.parse(file)).toMatchObject({ summary: { complete: true } });
        for (const secret of [
          password,
          encodeURIComponent(password),
          Buffer.from(`user:${password}`).toString('base64'),
        ]) {
          expect(run.stdout + run.stderr + file).not.toContain(secret);
        }
      });
    },
  );

  it('is left alone for a host in NO_PROXY, and for an address on this machine', async () => {
    await tried({ env: { HTTPS_PROXY: '{proxy}', NO_PROXY: `intranet,${host}` } }, ({ run, proxy }) => {
      expect(run.code).toBe(4);
      expect(run.stderr).toContain('its host name is unknown');
      expect(proxy.asked).toEqual([]);
    });
    const emulator = await startEmulator({ users: 5 });
    await using folder = await temporaryFolder();
    await using proxy = await startConnectProxy({});
    const address = `http://127.0.0.1:${proxy.port}`;
    const run = await runCli(['sync', '--out', join(folder.path, 'sync.json')], {
      env: { ...envOf(emulator), HTTP_PROXY: address, HTTPS_PROXY: address },
    });
    await emulator.close();
    expect({ code: run.code, asked: proxy.asked }).toEqual({ code: 0, asked: [] });
  });

  it.each<readonly [string, ProxyBehaviour, number, RegExp, number]>([
    [
      'that wants a password',
      { refuse: 407 },
      4,
      /the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) asks for a user name and password \(407\); give them in HTTPS_PROXY/,
      6,
    ],
    [
      'that refuses the host',
      { refuse: 403 },
      4,
      /the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) refused to connect to Descope \(403\)/,
      6,
    ],
    [
      'that cannot reach Descope',
      { refuse: 502 },
      4,
      /the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) could not open a tunnel \(502\)/,
      40,
    ],
    [
      'that cuts its connections',
      { cut: 'before-answer' },
      4,
      /the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) did not open a tunnel/,
      40,
    ],
    ['that cuts its tunnels', { cut: 'in-tunnel' }, 4, /the connection was cut before TLS was established/, 40],
  ])(
    '%s is told apart, asked a bounded number of times, and costs no file',
    async (_, behaviour, code, cause, most) => {
      await tried({ proxy: behaviour }, ({ run, proxy, file, emulator }) => {
        expect({ code: run.code, file, requests: emulator.stats.total }).toEqual({
          code,
          file: 'the old file',
          requests: 0,
        });
        expect(run.stderr).toMatch(cause);
        expect(run.stderr).not.toContain(password);
        expect(proxy.asked.length).toBeGreaterThan(0);
        expect(proxy.asked.length).toBeLessThanOrEqual(most);
      });
    },
  );

  it.each([
    [
      'where nothing listens',
      'http://user:secret@127.0.0.1:1',
      4,
      'the proxy 127.0.0.1:1 (HTTPS_PROXY) cannot be reached: nothing listens there (ECONNREFUSED); check HTTPS_PROXY',
    ],
    [
      'of an unknown name',
      'http://user:secret@proxy.invalid:3128',
      4,
      'the proxy proxy.invalid:3128 (HTTPS_PROXY) cannot be reached: its host name is unknown (ENOTFOUND); check HTTPS_PROXY',
    ],
    [
      'of another protocol',
      'socks5://user:secret@127.0.0.1:1080',
      2,
      'HTTPS_PROXY names a proxy that speaks socks5: only http:// and https:// proxies can be used',
    ],
  ])('%s is named, without its password', async (_, address, code, cause) => {
    await tried({ env: { HTTPS_PROXY: address } }, ({ run, file }) => {
      expect({ code: run.code, file }).toEqual({ code, file: 'the old file' });
      expect(run.stderr).toContain(cause);
      expect(run.stderr).not.toContain('secret');
    });
  });

  it('that says nothing is given up at the deadline of a connection, and its connection closed', async () => {
    await using proxy = await startConnectProxy({ isSilent: true });
    const route = { proxy: chooseProxy(`https://${host}`, { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }) };
    const send = createTransport({
      baseUrl: `https://${host}`,
      projectId: 'P',
      managementKey: () => new Secret('K'),
      deadlines: { connectMs: 100, headersMs: 5_000, bodyIdleMs: 5_000, attemptMs: 5_000 },
      route,
    });

    await expect(send(tenantList.endpoint, {})).rejects.toThrow(
      /the proxy .* did not connect to Descope in time; check HTTPS_PROXY/,
    );
    await eventually(() => expect(proxy.open()).toBe(0));
  });

  it('is what doctor says the way is', async () => {
    await tried({ args: ['doctor'] }, ({ run }) => {
      expect(run.stdout).toMatch(
        /ok {4}network path +through the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\); 1 more\s+CA\s+certificate from --ca-file/,
      );
      expect(run.stdout).not.toContain(encodeURIComponent(password));
    });
  });
});

describe('a CA of the company', () => {
  it('that nobody named is called by its name, with what to do', async () => {
    await using folder = await temporaryFolder();
    await using front = await tlsFront(await company.issue('api'));
    const env = {
      DESCOPE_PROJECT_ID: 'P2abcdefghijklmnopqrstuvwxyz1',
      DESCOPE_MANAGEMENT_KEY: 'K2secret',
      DESCOPE_BASE_URL: front.baseUrl,
    };
    const told =
      'issued by "Example Inc. Proxy CA"; if that CA is to be trusted (a proxy of your company?), name its certificate ' +
      'with --ca-file or NODE_EXTRA_CA_CERTS';

    const sync = await runCli(['sync', '--out', 'sync.json'], { env, cwd: folder.path });
    const doctor = await runCli(['doctor'], { env, cwd: folder.path });

    expect(sync).toMatchObject({ code: 4, stderr: expect.stringContaining(told) as string });
    expect(doctor.code).toBe(4);
    expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /issued by "Example Inc. Proxy CA".*-> Something answers at .*, but is not trusted\..*--ca-file/,
    );
  });

  it('that a proxy has put before Descope is told with what to do', async () => {
    await tried({ isCaNamed: false }, ({ run, file }) => {
      expect({ code: run.code, file }).toEqual({ code: 4, file: 'the old file' });
      expect(run.stderr).toContain(
        'its certificate comes from a CA that is not known here (UNABLE_TO_VERIFY_LEAF_SIGNATURE), issued by "Example ' +
          'Inc. Proxy CA"; if that CA is to be trusted',
      );
    });
  });

  it.each([
    ['that is not there', 'missing.pem', undefined, /--ca-file missing\.pem cannot be read \(ENOENT\)/],
    ['that is no PEM', 'ca.der', 'binary', /--ca-file ca\.der holds no certificate in PEM form/],
    ['whose second certificate is damaged', 'bad.pem', 'damaged', /--ca-file bad\.pem: certificate 2 of 2 is damaged/],
  ])('in a file %s is refused before anything is sent', async (_, name, content, cause) => {
    await using folder = await temporaryFolder();
    if (content !== undefined) {
      await writeFile(
        join(folder.path, name),
        content === 'binary'
          ? Buffer.from([0x30, 0x82, 0, 1])
          : `${company.cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      );
    }
    const run = await runCli(['sync', '--out', 'sync.json', '--ca-file', name], {
      env: { DESCOPE_PROJECT_ID: 'P2abcdefghijklmnopqrstuvwxyz1', DESCOPE_MANAGEMENT_KEY: 'K2secret' },
      cwd: folder.path,
    });

    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(cause);
  });
});
