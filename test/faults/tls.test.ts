import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { type Authority, createAuthority, createSelfSigned } from '../support/certificates.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { attempt, benchProject, type Expected, judge, ways } from '../support/faults-bench.ts';
import { bareFront, type Front, tlsFront } from '../support/tls-front.ts';

let ours: Authority;
let stranger: Authority;
const usual = getCACertificates('default');

beforeAll(async () => {
  [ours, stranger] = await Promise.all([createAuthority('ours'), createAuthority('stranger')]);
  setDefaultCACertificates([...usual, ours.cert]);
});
afterAll(() => setDefaultCACertificates(usual));

/** As long as a busy machine may need: what is counted and told here is not how long it takes. */
const deadlines = { connectMs: 20_000, headersMs: 20_000, bodyIdleMs: 20_000, attemptMs: 60_000 };

interface TlsCase {
  readonly name: string;
  readonly front: () => Promise<Front>;
  readonly expected: Expected;
  readonly cause?: RegExp;
  /** Connections: a certificate that is not good does not get better by asking again. */
  readonly most?: number;
  /** Where no connection is to be made. */
  readonly connectMs?: number;
}

const cases: readonly TlsCase[] = [
  { name: 'a good certificate', front: async () => tlsFront(await ours.issue('api')), expected: 'same' },
  {
    name: 'an expired certificate',
    front: async () => tlsFront(await ours.issue('api', { isExpired: true })),
    expected: 'unavailable',
    cause: /TLS.*has expired \(CERT_HAS_EXPIRED\)/,
    most: 6,
  },
  {
    name: 'a certificate of another host',
    front: async () => tlsFront(await ours.issue('api', { host: 'api.example.com' })),
    expected: 'unavailable',
    cause: /TLS.*for another host \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
    most: 6,
  },
  {
    name: 'a certificate of an unknown CA',
    front: async () => tlsFront(await stranger.issue('api')),
    expected: 'unavailable',
    cause: /TLS.*a CA that is not known here \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
    most: 6,
  },
  {
    name: 'an unknown CA that shows itself',
    front: async () => {
      const { cert, key } = await stranger.issue('api');
      return tlsFront({ cert: `${cert}\n${stranger.cert}`, key });
    },
    expected: 'unavailable',
    cause: /TLS.*not known here \(SELF_SIGNED_CERT_IN_CHAIN\)/,
    most: 6,
  },
  {
    name: 'a self-signed certificate',
    front: async () => tlsFront(await createSelfSigned()),
    expected: 'unavailable',
    cause: /TLS.*not known here \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    most: 6,
  },
  {
    name: 'the certificate of a CA, used as a server',
    front: async () => tlsFront(stranger),
    expected: 'unavailable',
    cause: /TLS.*not accepted \(INVALID_PURPOSE\)/,
    most: 6,
  },
  ...(['TLSv1', 'TLSv1.1'] as const).map((version): TlsCase => ({
    name: `${version} and nothing newer`,
    front: async () =>
      tlsFront({
        ...(await ours.issue('api')),
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT@SECLEVEL=0',
      }),
    expected: 'unavailable',
    cause: /TLS.*no TLS version from 1\.2 on \(/,
    most: 6,
  })),
  {
    name: 'plain HTTP on the port',
    front: () =>
      bareFront((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')),
      ),
    expected: 'unavailable',
    cause: /TLS.*does not speak TLS at all/,
    most: 6,
  },
  {
    name: 'a handshake that is cut',
    front: () =>
      bareFront((socket) =>
        socket.once('data', () => socket.end(Buffer.from([0x16, 0x03, 0x03, 0x00, 0x7a, 0x02, 0x00]))),
      ),
    expected: 'unavailable',
    cause: /cut before TLS was established/,
  },
  {
    name: 'a handshake that is reset',
    front: () => bareFront((socket) => socket.once('data', () => socket.resetAndDestroy())),
    expected: 'unavailable',
    cause: /ECONNRESET/,
  },
  {
    name: 'a handshake that never ends',
    front: () => bareFront(() => undefined),
    expected: 'timeout',
    cause: /no connection in time/,
    connectMs: 300,
  },
  {
    name: 'an answer that is cut',
    front: async () => tlsFront(await ours.issue('api'), { cutAfterBytes: 20_000 }),
    expected: 'unavailable',
    cause: /failed: .*(cut|broke)/,
  },
];

describe('row 33: TLS to Descope', () => {
  describe.each(ways)('%s', (way) => {
    it.each(cases)('$name', async ({ front: start, expected, cause, most = 100, connectMs = deadlines.connectMs }) => {
      await using front = await start();

      const outcome = await attempt(way, {
        client: { baseUrl: front.baseUrl, deadlines: { ...deadlines, connectMs } },
        arm: ({ emulator, evidence }) => {
          front.forwardTo(emulator.baseUrl);
          evidence(front.connections);
        },
      });

      judge(outcome, expected, cause);
      expect(front.connections()).toBeLessThanOrEqual(most);
    });
  });

  it.each([
    ['a good certificate, of a CA in NODE_EXTRA_CA_CERTS', {}, { NODE_EXTRA_CA_CERTS: 'ca.pem' }, 0, undefined],
    ['a good certificate, of a CA that nobody named', {}, {}, 4, 'not known here'],
    [
      'an expired certificate',
      { isExpired: true },
      { NODE_EXTRA_CA_CERTS: 'ca.pem' },
      4,
      'has expired (CERT_HAS_EXPIRED)',
    ],
    [
      'a certificate of another host',
      { host: 'api.example.com' },
      { NODE_EXTRA_CA_CERTS: 'ca.pem' },
      4,
      'for another host',
    ],
    [
      'checks switched off in the environment',
      { isExpired: true },
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      2,
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is refused',
    ],
  ] as const)('the built program: %s', async (_name, issued, env, code, cause) => {
    await using folder = await temporaryFolder();
    await using front = await tlsFront(await ours.issue('api', issued));
    const emulator = await startEmulator({ project: benchProject() });
    front.forwardTo(emulator.baseUrl);
    const out = join(folder.path, 'sync.json');
    await writeFile(join(folder.path, 'ca.pem'), ours.cert);
    await writeFile(out, 'the old file');

    const run = await runCli(['sync', '--out', out], {
      env: { ...envOf(emulator), ...env, DESCOPE_BASE_URL: front.baseUrl },
      cwd: folder.path,
    });
    await emulator.close();

    expect(run.code).toBe(code);
    if (cause !== undefined) {
      expect(run.stderr.split('\n').filter((line) => line.startsWith('baton-descope:'))).toEqual([
        expect.stringContaining(cause),
      ]);
      expect(await readFile(out, 'utf8')).toBe('the old file');
      expect(emulator.stats.total).toBe(0);
    }
    expect((await readdir(folder.path)).toSorted()).toEqual(['ca.pem', 'sync.json']);
  });
});
