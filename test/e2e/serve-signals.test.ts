import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { ResourcesService } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { envOf, quickClock } from '../support/cli.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));

interface Serving {
  readonly child: ChildProcess;
  readonly address: string;
  readonly log: () => string;
  readonly ended: Promise<number | null>;
}

/** The built program, serving; its deadlines may pass fifty times faster. */
async function serveBuilt(emulator: Emulator, nodeFlags: readonly string[] = []): Promise<Serving> {
  const child = spawn(process.execPath, [...nodeFlags, bin, 'serve', '--listen', '127.0.0.1:0'], {
    env: { PATH: process.env['PATH'] ?? '', ...envOf(emulator) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => resolve(code));
  });
  const address = await new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const found = /listening on (\S+)/.exec(text)?.[1];
      if (found !== undefined) {
        resolve(found);
      }
    });
  });
  return { child, address, ended, log: () => log };
}

const firstPage = (
  address: string,
): ReturnType<
  typeof grpcCall<
    typeof ResourcesService.method.listResources.input,
    typeof ResourcesService.method.listResources.output
  >
> => grpcCall(address, ResourcesService.method.listResources, { resourceTypeId: 'user', activeSyncId: 'x' });

describe('row 27: a signal to serve', () => {
  it('lets a call that is under way finish, and ends with 0', async () => {
    const emulator = await startEmulator({ users: 50, latencyMs: 300 });
    const { child, address, ended } = await serveBuilt(emulator);
    emulator.state.onRequest(1, () => void child.kill('SIGTERM'));

    const { list } = await firstPage(address);

    expect(list.length).toBeGreaterThanOrEqual(50);
    expect(await ended).toBe(0);
    await emulator.close();
  });

  it.each([
    ['does not wait for ever for a service that is stuck', 1, 0],
    ['means now, the second time', 2, 143],
  ])('%s', async (_name, signals, code) => {
    const emulator = await startEmulator({ users: 50 });
    emulator.faults.add({ times: Number.POSITIVE_INFINITY, fault: { kind: 'hang', at: 'before-headers' } });
    const isAskedTwice = signals === 2;
    const { child, address, ended, log } = await serveBuilt(emulator, isAskedTwice ? [] : quickClock);
    const call = failureOf(firstPage(address));
    await expect.poll(() => emulator.stats.inFlight, { interval: 5 }).toBeGreaterThan(0);

    child.kill('SIGTERM');
    if (isAskedTwice) {
      await expect.poll(log, { interval: 5 }).toContain('stopping');
      setTimeout(() => child.kill('SIGTERM'), 250); // sooner it would be the same request, delivered twice
    }

    expect([status.UNAVAILABLE, status.CANCELLED, status.DEADLINE_EXCEEDED]).toContain((await call).code);
    expect(await ended).toBe(code);
    await emulator.close();
  });
});
