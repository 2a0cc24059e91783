import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from '../../src/api/api.ts';
import { addMutualTls } from '../../src/api/mutual-tls.ts';
import { silentLogger } from '../../src/log.ts';
import { createHealth } from '../../src/observe/health.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { type Pages, startPages } from '../../src/observe/pages.ts';
import { type TlsFiles, watchCertificates, type WatchedCertificates } from '../../src/server/tls.ts';
import { type Authority, createAuthority, type Issued, putTlsFiles } from '../support/certificates.ts';
import { temporaryFolder } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let ours: Authority;
let stranger: Authority;
let files: TlsFiles;
let certificates: WatchedCertificates;
let api: Api;
let pages: Pages;
let port = 0;
let refused: string[] = [];
let openingMs = 5_000;

beforeAll(async () => {
  [folder, ours, stranger] = await Promise.all([temporaryFolder(), createAuthority('ours'), createAuthority('other')]);
});
afterEach(async () => {
  await pages.close();
  await api.close();
  certificates.close();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

/** The pages as `serve` has them off loopback, with the API. */
async function start(): Promise<void> {
  files = await putTlsFiles(folder.path, await ours.issue('server'), ours.cert);
  certificates = watchCertificates(files, silentLogger);
  // which address it is bound to does not matter to the API: it was told that callers may be anywhere
  api = createApi({ store: 'none.db', isLoopback: false, logger: silentLogger });
  refused = [];
  const health = createHealth();
  health.setPhase('serving');
  pages = await startPages({
    host: '127.0.0.1',
    port: 0,
    health,
    metrics: createMetrics({ version: '1.2.3' }),
    more: api,
    door: (server) =>
      addMutualTls(server, {
        certificates,
        refusals: { tell: (cause, _address, reason) => void refused.push(`${cause}: ${reason}`) },
        openingMs,
      }),
  });
  port = Number(new URL(pages.url).port);
}

/** The status of an answer over TLS, or the code of the error. */
function asked(path: string, options: ConnectionOptions): Promise<number | string> {
  return new Promise((resolve) => {
    request({ host: 'localhost', port, path, ca: ours.cert, agent: false, ...options }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    })
      .once('error', (thrown: NodeJS.ErrnoException) => resolve(thrown.code ?? thrown.message))
      .end();
  });
}

const documentOf = async (options: ConnectionOptions): Promise<number | string> =>
  await asked('/openapi.json', options);

describe('the API on an address that is no loopback address', () => {
  it('answers a caller whose certificate comes from the CA, connection after connection and on one', async () => {
    await start();
    const caller = await ours.issue('auditor');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });

    const statuses = [
      await documentOf(caller),
      await asked('/v1/syncs', caller), // 503: the store is not there, as somebody is told who may ask
      await asked('/v1/nothing', { ...caller, agent } as ConnectionOptions),
      await asked('/openapi.json', { ...caller, agent } as ConnectionOptions),
    ];
    agent.destroy();

    expect({ statuses, refused }).toEqual({ statuses: [200, 503, 404, 200], refused: [] });
  });

  it.each<[string, RegExp, () => Promise<ConnectionOptions>]>([
    ['without a certificate', /gave no certificate/, async () => ({})],
    ['with a certificate of another CA', /not come from the CA/, async () => await stranger.issue('auditor')],
    ['with an expired one', /has expired/, async () => await ours.issue('auditor', { isExpired: true })],
    [
      'with TLS 1.1',
      /no TLS 1\.2/,
      async () => ({
        ...(await ours.issue('a')),
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'ALL@SECLEVEL=0',
      }),
    ],
  ])('refuses a caller %s in the handshake, and says why', async (_name, reason, options) => {
    await start();

    const answer = await asked('/health', await options());

    expect(answer).toEqual(expect.stringMatching(/^E/));
    expect(refused).toEqual([expect.stringMatching(new RegExp(`^tls: .*${reason.source}`)) as string]);
  });

  it('answers no question in plain HTTP, and the pages of health as ever', async () => {
    await start();

    const questions = await Promise.all(
      ['/openapi.json', '/v1/syncs', '/v1/who-can?held=x', '/v1/nothing'].map(async (path) => {
        const answer = await fetch(pages.url + path, { headers: { host: 'localhost' } });
        return [answer.status, ((await answer.json()) as { readonly code: string }).code];
      }),
    );
    const health = await Promise.all(
      ['/live', '/health', '/metrics'].map(async (path) => (await fetch(pages.url + path)).status),
    );

    expect(questions).toEqual(Array.from({ length: 4 }, () => [403, 'tls']));
    expect(health).toEqual([200, 200, 200]);
  });

  it('reads a plain request that comes byte by byte, and one after another', async () => {
    await start();
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (more: string) => (text += more));
    for (const byte of 'GET /live HTTP/1.1\r\nhost: x\r\n\r\nGET /live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n') {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    await once(socket, 'close');

    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });

  it('takes a new CA up without a restart, and then resumes no session of the old one', async () => {
    await start();
    const caller = await ours.issue('auditor');
    const session = await sessionOf(caller);
    expect(await isResumed(caller, session)).toBe(true);

    const next = await putTlsFiles(folder.path, await ours.issue('server'), stranger.cert, 'next');
    await Promise.all((['cert', 'key', 'clientCa'] as const).map((which) => rename(next[which], files[which])));

    await eventually(async () => expect(await documentOf(await stranger.issue('auditor'))).toBe(200));
    expect(await documentOf(caller)).toEqual(expect.stringMatching(/^E/));
    expect(await documentOf({ ...caller, session })).toEqual(expect.stringMatching(/^E/));
  });

  it('closes a connection that says nothing, one whose handshake stops, and all of them at its end', async () => {
    openingMs = 300;
    await start();
    const silent = connect(port, '127.0.0.1').resume();
    const half = connect(port, '127.0.0.1').resume();
    half.write('\u0016\u0003\u0001');
    await Promise.all([once(silent, 'close'), once(half, 'close')]);

    openingMs = 60_000;
    await pages.close();
    await start();
    const others = ['', '\u0016\u0003\u0001'].map((words) => {
      const socket = connect(port, '127.0.0.1').resume();
      socket.write(words);
      return socket;
    });
    await Promise.all(others.map(async (socket) => await once(socket, 'connect')));
    await new Promise((resolve) => setTimeout(resolve, 50));

    await Promise.all([pages.close(), ...others.map(async (socket) => await once(socket, 'close'))]);
    openingMs = 5_000;
  });

  it('outlives callers that go away at any point', async () => {
    await start();
    for (const words of ['', 'G', '\u0016', '\u0016\u0003\u0001\u0002\u0000', 'GET /live HTTP/1.1\r\n']) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(words);
      await new Promise((resolve) => setTimeout(resolve, 20)); // until they were taken in
      socket.resetAndDestroy();
    }

    expect(await documentOf(await ours.issue('auditor'))).toBe(200);
  });
});

/** What a caller may resume with, once it was let in. */
function sessionOf(caller: Issued): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: 'localhost', port, ca: ours.cert, ...caller });
    socket.once('error', reject).once('session', (session) => {
      socket.destroy();
      resolve(session);
    });
  });
}

function isResumed(caller: Issued, session: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: 'localhost', port, ca: ours.cert, ...caller, session });
    socket.once('error', reject).once('secureConnect', () => {
      resolve(socket.isSessionReused());
      socket.destroy();
    });
  });
}
