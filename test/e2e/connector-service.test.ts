import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { credentials, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { ConnectorService, ConnectorServiceValidateRequestSchema } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import { definitionOf } from '../../src/server/wire.ts';
import { createParent, type TestParent } from '../support/child-parent.ts';
import { envOf, quickEnv, runCli } from '../support/cli.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));

let emulator: Emulator;
let child: ChildProcess | undefined;

beforeEach(async () => {
  emulator = await startEmulator({ users: 5 });
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await emulator.close();
});

interface Started {
  readonly port: number;
  readonly parent: TestParent;
  readonly stderr: () => string;
  readonly ended: Promise<number | null>;
  readonly endInput: () => void;
}

/** Starts our executable as a parent does: a listening socket as descriptor 3, the flags, the command behind them. */
async function startChild(flags: readonly string[] = [], portOff = 0): Promise<Started> {
  const listener: Server = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const parent = await createParent(port + portOff);
  const handle: unknown = Reflect.get(listener, '_handle');
  const fd = typeof handle === 'object' && handle !== null && 'fd' in handle ? Number(handle.fd) : -1;
  const started = spawn(process.execPath, [bin, ...flags, '_connector-service'], {
    env: { ...quickEnv, ...envOf(emulator), BATON_CONNECTOR_SERVICE_LISTENER_FD: '3' },
    stdio: ['pipe', 'pipe', 'pipe', fd],
  });
  child = started;
  listener.close(); // the child has its own hold of it
  let stderr = '';
  started.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  started.stdin?.write(`${parent.line}\n`);
  return {
    port,
    parent,
    stderr: () => stderr,
    ended: once(started, 'close').then(([code]) => code as number | null),
    endInput: () => started.stdin?.end(),
  };
}

function validate({ port, parent: { authority, client } }: Started): Promise<unknown> {
  const Client = makeGenericClientConstructor(definitionOf(ConnectorService), 'ConnectorService');
  const made = new Client(
    `127.0.0.1:${port}`,
    credentials.createSsl(Buffer.from(authority.cert), Buffer.from(client.key), Buffer.from(client.cert)),
  );
  return new Promise((resolve, reject) => {
    const call: unknown = made['validate'];
    if (typeof call !== 'function') {
      throw new Error('no such method');
    }
    call.call(
      made,
      create(ConnectorServiceValidateRequestSchema),
      { waitForReady: true },
      (error: ServiceError | null, answer: unknown) => {
        made.close();
        if (error === null) {
          resolve(answer);
        } else {
          reject(error);
        }
      },
    );
  });
}

describe('a connector that a parent started', () => {
  it('answers over the socket that it was handed, and ends with 0 when its input does', async () => {
    const started = await startChild(['--log-level', 'info']);

    const answer = await validate(started);
    started.endInput();

    expect(answer).toMatchObject({ sdkVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect(await started.ended).toBe(0);
    expect(started.stderr()).toContain('listening');
  });

  it('speaks TLS 1.2 or newer and HTTP/2, and to nobody without a certificate of the CA', async () => {
    const started = await startChild();
    await validate(started);
    const { port, parent } = started;
    const reach = (more: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = connectTls({
          port,
          host: '127.0.0.1',
          ca: parent.authority.cert,
          ALPNProtocols: ['h2'],
          ...more,
        });
        socket.once('secureConnect', () => socket.once('data', () => resolve(String(socket.alpnProtocol))));
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
        socket.once('close', () => resolve('closed'));
      });
    const known = { cert: parent.client.cert, key: parent.client.key };
    const stranger = await createParent(port);

    expect(await reach(known)).toBe('h2');
    expect(await reach({ ...known, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).toBe('h2');
    expect(await reach({ ...known, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).toMatch(/^ERR_SSL/);
    expect(await reach({})).not.toBe('h2');
    expect(await reach({ cert: stranger.client.cert, key: stranger.client.key })).not.toBe('h2');
  });

  it('ends by itself with 2 where the configuration names another port', async () => {
    const started = await startChild([], 1);

    expect(await started.ended).toBe(2);
    expect(started.stderr()).toContain('the configuration names port');
  });
});

/** Tells at the end of a process how large its nursery has become after much that lived for a while. */
const nurseryProbe = `data:text/javascript,${encodeURIComponent(`
  import v8 from 'node:v8';
  process.on('exit', () => {
    const kept = [];
    for (let i = 0; i < 3_000_000; i += 1) { kept.push({ i }); if (kept.length > 400_000) kept.length = 0; }
    const space = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    process.stderr.write('nursery ' + Math.round(space.space_size / 2 ** 20) + ' MB');
  });
`)}`;

it('keeps the heap of a child small, which cannot be started anew with flags for that', async () => {
  const nurseryOf = async (env: Readonly<Record<string, string>>): Promise<number> => {
    const { stderr } = await runCli(['--version'], { env, nodeFlags: ['--import', nurseryProbe], isPlain: true });
    return Number(/nursery (\d+) MB/.exec(stderr)?.[1]);
  };

  const [asChild, alone] = await Promise.all([nurseryOf({ BATON_CONNECTOR_SERVICE_LISTENER_FD: '3' }), nurseryOf({})]);

  expect(asChild).toBeLessThan(8);
  expect(alone).toBeGreaterThan(16);
});
