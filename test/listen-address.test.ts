import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../src/emulator/emulator.ts';
import { parseListenAddress, parseListenHost } from '../src/listen-address.ts';
import { envOf, runCli, startCli } from './support/cli.ts';

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((found) => found !== undefined && isIPv6(found.address));

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['::', '[::]'],
    ['[::]', '[::]'],
    ['[::1]', '[::1]'],
    ['fd00::12', '[fd00::12]'],
    ['localhost', 'localhost'],
    ['pod-1.example', 'pod-1.example'],
  ])('may be %s', (text, written) => {
    expect(parseListenHost(text)).toMatchObject({ written });
  });

  it.each([
    ['', 'is empty'],
    ['  ', 'is empty'],
    ['[]', 'is empty'],
    ['[fe80::1%eth0]', 'zone'],
    ['fe80::1%2', 'zone'],
    ['127.0.0.1:8081', 'without a port'],
    ['localhost:8081', 'without a port'],
    ['http://127.0.0.1', 'without "http://"'],
    ['[1.2.3.4]', 'no IPv6 address'],
    [':::', 'no IPv6 address'],
    ['0', 'is not an address'],
    ['127.1', 'is not an address'],
    ['0x7f000001', 'is not an address'],
    ['256.0.0.1', 'is not an address'],
    ['*', 'is not an address'],
    ['a b', 'is not an address'],
  ])('is refused: %j', (text, flaw) => {
    expect(parseListenHost(text)).toMatchObject({ flaw: expect.stringContaining(flaw) as string });
  });

  it.each([
    ['127.0.0.1:9090', '127.0.0.1', 9090],
    ['[::]:9090', '::', 9090],
    ['[::1]:0', '::1', 0],
    ['localhost:65535', 'localhost', 65_535],
  ])('with a port may be %s', (text, host, port) => {
    expect(parseListenAddress(text)).toMatchObject({ host, port });
  });

  it.each([
    ['', 'is empty'],
    [':9090', 'names no host'],
    ['[]:9090', 'names no host'],
    ['9090', 'a host and a port'],
    ['http://127.0.0.1:9090', 'without "http://"'],
    ['grpc://localhost', 'without "http://"'],
    ['127.0.0.1', 'a host and a port'],
    ['::1', 'brackets'],
    ['::1:9090', 'brackets'],
    ['[::1]', 'a host and a port'],
    ['[fe80::1%eth0]:9090', 'zone'],
    ['127.0.0.1:65536', 'a port from 0 to 65535'],
    ['127.0.0.1:-1', 'a port from 0 to 65535'],
    ['127.0.0.1:9090x', 'a port from 0 to 65535'],
    ['127.0.0.1:', 'a port from 0 to 65535'],
    ['*:9090', 'is not an address'],
    ['0:9090', 'is not an address'],
  ])('with a port is refused: %j', (text, flaw) => {
    expect(parseListenAddress(text)).toMatchObject({ flaw: expect.stringContaining(flaw) as string });
  });
});

describe('serve', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ users: 10 });
  });
  afterAll(async () => {
    await emulator.close();
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['--listen=', ['--listen='], {}],
    ['BATON_DESCOPE_LISTEN=', [], { BATON_DESCOPE_LISTEN: '' }],
    ['--health-check-bind-address=', ['--health-check-bind-address='], {}],
    ['BATON_HEALTH_CHECK_BIND_ADDRESS=', [], { BATON_HEALTH_CHECK_BIND_ADDRESS: '' }],
    ['a blank', [], { BATON_HEALTH_CHECK_BIND_ADDRESS: ' ' }],
    ['--listen :9090', ['--listen', ':9090'], {}],
    ['--audit-log=', ['--audit-log='], {}],
    ['--base-url=', ['--base-url='], {}],
    ['[::]:0 without TLS', ['--listen', '[::]:0'], {}],
    ['0.0.0.0:0 without TLS', ['--listen', '0.0.0.0:0'], {}],
  ])('refuses with exit 2 before it listens: %s', async (_name, args, env) => {
    const run = await runCli(
      [
        'serve',
        '--health-check-port',
        '0',
        ...(args.some((flag) => flag.startsWith('--listen')) || 'BATON_DESCOPE_LISTEN' in env
          ? []
          : ['--listen', '127.0.0.1:0']),
        ...args,
      ],
      { env: { ...envOf(emulator), ...env } },
    );

    expect(run.code).toBe(2);
    expect(run.stdout).toBe('');
  });

  it('takes its address from the environment, too', async () => {
    await using serve = startCli(['serve', '--health-check-port', 'off'], {
      ...envOf(emulator),
      BATON_DESCOPE_LISTEN: '127.0.0.1:0',
    });

    expect((await serve.until(/listening on (\S+)/))[1]).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it.skipIf(!hasIpv6)('listens on IPv6 alone, with and without brackets, and health-check asks there', async () => {
    for (const host of ['[::1]', '::1', '::']) {
      await using serve = startCli(
        ['serve', '--listen', '[::1]:0', '--health-check-port', '0', '--health-check-bind-address', host],
        envOf(emulator),
      );
      const port = (await serve.until(/health and metrics on http:\/\/\[[:\d]+\]:(\d+)/))[1] ?? '';
      const check = await runCli([
        'health-check',
        '--endpoint',
        'live',
        '--health-check-port',
        port,
        '--health-check-bind-address',
        host,
      ]);

      expect(serve.stdout()).toMatch(/listening on \[::1\]:\d+/);
      expect(check.code).toBe(0);
    }
  });
});
