import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));
const old = 'the old file';
const latencyMs = 40;

/** When a run is killed: so long after its n-th request has come in, which is answered after the latency. */
interface Moment {
  readonly request: number;
  readonly delayMs: number;
}

/** Twelve moments while it reads, and eight from its last answer on, while it writes, forces and renames its file. */
const requests = 16;
const moments: readonly Moment[] = [
  ...Array.from({ length: 12 }, (_, place) => ({ request: 1 + place, delayMs: 5 })),
  ...Array.from({ length: 8 }, (_, place) => ({ request: requests, delayMs: latencyMs + 16 * place ** 2 })),
];

/** Starts a real sync and kills it at a moment, without a chance to clean up. True when that cut it short. */
async function killedAt({ request, delayMs }: Moment, emulator: Emulator, out: string): Promise<boolean> {
  emulator.stats.reset();
  const child = spawn(process.execPath, [bin, 'sync', '--out', out], { env: { PATH: process.env['PATH'] ?? '', ...envOf(emulator) }, stdio: 'ignore' });
  emulator.state.onRequest(request, () => void setTimeout(() => child.kill('SIGKILL'), delayMs));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (_code, signal) => resolve(signal === 'SIGKILL'));
  });
}

/** The users of a whole sync file, by project; fails for half a file, and for a mix of two. */
async function usersIn(out: string): Promise<string> {
  const text = await readFile(out, 'utf8');
  const { resources, summary } = JSON.parse(text) as {
    readonly resources: readonly { readonly id: { readonly resourceType: string } }[];
    readonly summary: { readonly projectId: string; readonly contentHash: string };
  };
  const hash = createHash('sha256').update(text.slice(0, text.lastIndexOf(',"summary":'))).digest('hex');
  expect(summary.contentHash).toBe(`sha256:${hash}`);
  return `${summary.projectId}: ${resources.filter(({ id }) => id.resourceType === 'user').length}`;
}

describe('a sync that is killed', () => {
  it.concurrent.each([
    { name: 'even', lane: moments.filter((_, place) => place % 2 === 0) },
    { name: 'odd', lane: moments.filter((_, place) => place % 2 === 1) },
  ])('at any of the $name ones of twenty moments leaves the old file or a whole new one, and the next run sweeps what it left', async ({ lane }) => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder()).path;
    const emulator = await startEmulator({ latencyMs });
    stack.defer(() => emulator.close());
    const out = join(folder, 'sync.json');
    let killed = 0;
    let leftovers = 0;

    for (const moment of lane) {
      await writeFile(out, old);
      killed += Number(await killedAt(moment, emulator, out));

      const beside = (await readdir(folder)).filter((name) => name !== 'sync.json');
      expect(beside.length).toBeLessThanOrEqual(1); // the one before was swept
      leftovers += beside.length;
      if ((await readFile(out, 'utf8')) !== old) {
        expect(await usersIn(out)).toBe(`${emulator.projectId}: 1200`);
      }
    }
    emulator.stats.reset();
    const last = await runCli(['sync', '--out', out], { env: envOf(emulator) });

    expect(killed).toBeGreaterThanOrEqual(6);
    expect(leftovers).toBeGreaterThanOrEqual(6);
    expect(last.code).toBe(0);
    expect(emulator.stats.total).toBe(requests);
    expect(await readdir(folder)).toEqual(['sync.json']);
    expect(await usersIn(out)).toBe(`${emulator.projectId}: 1200`);
  }, 60_000);
});

describe('two syncs at once on one target', () => {
  it('end with the whole file of one of them, and nothing beside it', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder()).path;
    const one = await startEmulator();
    stack.defer(() => one.close());
    const other = await startEmulator({ users: 700, projectId: 'P2OtherProject00000000000000' });
    stack.defer(() => other.close());
    const out = join(folder, 'sync.json');

    for (let round = 0; round < 2; round += 1) {
      const runs = await Promise.all([one, other].map((emulator) => runCli(['sync', '--out', out], { env: envOf(emulator) })));

      expect(runs.map(({ code }) => code)).toEqual([0, 0]);
      expect([`${one.projectId}: 1200`, `${other.projectId}: 700`]).toContain(await usersIn(out));
      expect(await readdir(folder)).toEqual(['sync.json']);
    }
  }, 30_000);
});
