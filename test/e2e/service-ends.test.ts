import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, type RunningCli, startCli, temporaryFolder } from '../support/cli.ts';
import { type PlatformDouble, type PlatformOptions, startPlatform, taskId } from '../support/platform.ts';
import { company, entitlement, userPrincipal } from '../support/provisioning-server.ts';

/** The built program in service mode, as a process of its own. */
interface Bench extends AsyncDisposable {
  readonly platform: PlatformDouble;
  readonly emulator: Emulator;
  readonly env: Readonly<Record<string, string>>;
  readonly temp: string;
  start(args?: readonly string[], env?: Readonly<Record<string, string>>): RunningCli;
}

async function openBench(options: PlatformOptions = {}, users?: number): Promise<Bench> {
  await using stack = new AsyncDisposableStack();
  const seed = users === undefined ? { project: company() } : { users };
  const emulator = stack.adopt(await startEmulator(seed), (open) => open.close());
  const platform = stack.use(await startPlatform({ nextPollMs: 200, ...options }));
  const folder = stack.use(await temporaryFolder());
  const temp = stack.use(await temporaryFolder());
  const caFile = join(folder.path, 'ca.pem');
  await writeFile(caFile, platform.ca);
  const env = {
    ...envOf(emulator),
    ...platform.env,
    BATON_C1_CA_FILE: caFile,
    BATON_C1Z_TEMP_DIR: temp.path,
    BATON_HEALTH_CHECK_PORT: 'off',
  };
  const kept = stack.move();
  return {
    platform,
    emulator,
    env,
    temp: temp.path,
    start: (args = [], more = {}) => kept.use(startCli(args, { ...env, ...more })),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const sync = (name: string) => ({ id: taskId(name), taskType: { case: 'syncFull' as const, value: {} } });
const grant = (name: string) => ({
  id: taskId(name),
  taskType: {
    case: 'grant' as const,
    value: { entitlement: entitlement('role_binding', 'acme/Editor'), principal: userPrincipal('U2Ada') },
  },
});

describe('service mode ends', () => {
  it.each([
    [status.UNAUTHENTICATED, 3],
    [status.PERMISSION_DENIED, 3],
    [status.NOT_FOUND, 2],
    [status.INVALID_ARGUMENT, 2],
    [status.UNIMPLEMENTED, 2],
    [status.FAILED_PRECONDITION, 2],
  ])('where a hello is refused with code %i: exit code %i, and one line', async (code, exit) => {
    await using bench = await openBench();
    bench.platform.onCall = () => ({ code, details: 'no' });
    const ended = await runCli(['service'], { env: bench.env });

    expect(ended).toMatchObject({ code: exit, stdout: '' });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stderr).toContain(status[code]);
  });

  it('with 6, before it says hello, where the folder for its files cannot be worked in', async () => {
    await using bench = await openBench();
    const file = join(bench.temp, 'a file');
    await writeFile(file, '');

    const ended = await runCli(['service'], { env: { ...bench.env, BATON_C1Z_TEMP_DIR: file } });

    expect(ended).toMatchObject({ code: 6, stdout: '' });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stderr).toContain('--c1z-temp-dir');
    expect(bench.platform.asked).toEqual([]);
  });

  it('with 0 when it is asked to in the middle of a sync, which it gives back', async () => {
    await using bench = await openBench({}, 2_000);
    bench.emulator.faults.add({ match: {}, times: 1_000, fault: { kind: 'delay', ms: 300 } as never });
    const cli = bench.start();
    const id = bench.platform.give(sync('given back'));
    await cli.until(/task begun/);
    const { code } = await cli.stop();

    expect(code).toBe(0);
    expect(await bench.platform.finished(id)).toMatchObject({
      status: { code: status.CANCELLED },
      finalState: { case: 'error', value: { nonRetryable: false } },
    });
    expect(bench.platform.uploads).toEqual([]);
    expect(await readdir(bench.temp)).toEqual([]);
  });

  it('with 0 when it is asked to while the platform is away', async () => {
    await using bench = await openBench();
    await bench.platform.setDown(true);
    const cli = bench.start();
    await cli.until(/cannot be reached/);

    expect(await cli.stop('SIGINT')).toMatchObject({ code: 0 });
  });
});

describe('service mode', () => {
  it('refuses changes unless they are switched on, and writes each attempt down', async () => {
    await using bench = await openBench();
    const off = bench.start();
    const refused = await bench.platform.finished(bench.platform.give(grant('off')));
    await off.stop();
    const on = bench.start(['-p', '--audit-log', join(bench.temp, 'audit.ndjson')]);
    const done = await bench.platform.finished(bench.platform.give(grant('on')));
    await on.stop();

    expect(refused).toMatchObject({
      status: { code: status.FAILED_PRECONDITION, message: expect.stringContaining('--provisioning') as string },
      finalState: { value: { nonRetryable: true } },
    });
    expect(done).toMatchObject({ finalState: { case: 'success' } });
    expect(await readFile(join(bench.temp, 'audit.ndjson'), 'utf8')).toContain('"outcome":"granted"');
  });

  it('takes the secret from a file, and never from the command line', async () => {
    await using bench = await openBench();
    const { BATON_CLIENT_SECRET: secret = '', BATON_CLIENT_ID: id = '', ...env } = bench.env;
    const file = join(bench.temp, 'secret');
    await writeFile(file, `${secret}\n`, { mode: 0o600 });
    await using cli = startCli(['service', '--client-id', id, '--client-secret-file', file], env);
    await cli.until(/taken our hello/);
    await cli.stop();
    const onLine = await runCli(['--client-id', id, '--client-secret', secret], { env });

    expect(onLine).toMatchObject({ code: 2, stdout: '' });
    expect(onLine.stderr).toContain('must not be given on the command line');
    expect(onLine.stderr).not.toContain(secret);
  });

  it.each([
    ['BATON_CLIENT_ID', ['service']],
    ['BATON_CLIENT_SECRET', []],
  ] as const)('names %s where it is missing', async (name, args) => {
    await using bench = await openBench();
    const ended = await runCli([...args], { env: { ...bench.env, [name]: '' } });

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(name);
    expect(bench.platform.asked).toEqual([]);
  });

  it('is healthy, ready and counted on its pages, and shows no secret anywhere', async () => {
    await using bench = await openBench();
    const cli = bench.start([], {
      BATON_HEALTH_CHECK_PORT: '0',
      BATON_LOG_LEVEL: 'debug',
      BATON_LOG_FORMAT: 'json',
    });
    await bench.platform.finished(bench.platform.give(sync('counted')));
    const [, url = ''] = await cli.until(/(http:\/\/127\.0\.0\.1:\d+)/);
    const [metrics, health, ready] = await Promise.all(
      ['metrics', 'health', 'ready'].map(async (path) => await fetch(`${url}/${path}`)),
    );
    const text = (await metrics?.text()) ?? '';
    const { stdout, stderr } = await cli.stop();

    expect(text).toMatch(/^baton_descope_tasks_total\{kind="syncFull",result="success"\} 1$/m);
    expect(text).toMatch(/^baton_descope_platform_up 1$/m);
    expect(text).toMatch(/^baton_descope_last_successful_upload_seconds \d{10}$/m);
    expect(await health?.json()).toMatchObject({ status: 'ok', details: { platform: { status: 'ok' } } });
    expect(ready?.status).toBe(200);
    const tokens = bench.platform.asked.map(({ authorization }) => authorization.split(' ')[1] ?? '').filter(Boolean);
    for (const secret of [bench.platform.clientSecret, bench.emulator.managementKey, ...tokens]) {
      expect([stdout, stderr, text].some((seen) => seen.includes(secret))).toBe(false);
    }
  });
});
