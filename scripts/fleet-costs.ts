// Measures what docs/fleet-plan.md reckons with and no benchmark has: what a sync costs the database of a fleet, and the least
// that a sync costs at all. Prints the rows of its table in docs/performance.md. Usage: node scripts/fleet-costs.ts (after a build)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../src/emulator/emulator.ts';
import { openPostgresEngine } from '../src/fleet/postgres-engine.ts';
import { envOf, runCli } from '../test/support/cli.ts';
import { startPostgres } from '../test/support/postgres.ts';

const jobs = 3_000;
const users = 20_000;
const settling = 6;
const later = 12;
const folder = mkdtempSync(join(tmpdir(), 'baton-costs-'));
await using server = await startPostgres();
const sizeOf = async (url: string): Promise<number> =>
  Number((await server.ask(url, 'select pg_database_size(current_database()) as n'))[0]?.['n']);
const tell = (figure: string, value: number): void =>
  void process.stdout.write(`| ${figure} | ${value.toLocaleString('en', { maximumSignificantDigits: 3 })} |\n`);

async function ofTheEngine(): Promise<void> {
  const url = await server.database();
  await using engine = await openPostgresEngine(url, { groups: new Map() });
  const before = await sizeOf(url);
  const startMs = performance.now();
  for (let place = 0; place < jobs; place += 1) {
    const project = `P2Plan${String(place % 500).padStart(22, '0')}`;
    await engine.put({ project, slotMs: 1_700_000_000_000 + place * 1_000, tries: 4, group: undefined });
    const lease = await engine.take('plan:1');
    if (lease === undefined) {
      throw new Error('what was put can be taken');
    }
    const made = { startedMs: 1, finishedMs: 2, users: 1_000, grants: 5_000, requests: 14 };
    await engine.publish(lease, made, () => undefined);
  }
  tell('engine: milliseconds a sync', (performance.now() - startMs) / jobs);
  tell('engine: bytes a sync of the last day', ((await sizeOf(url)) - before) / jobs);
}

/** How large a store becomes by so many syncs of a project that does not change: its size after each, less that before. */
async function sizesOf(users: number, syncs: number): Promise<readonly number[]> {
  const emulator = await startEmulator({ users, seed: 7 });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => emulator.close());
  const url = await server.database();
  const before = await sizeOf(url);
  const sizes: number[] = [];
  for (let sync = 0; sync < syncs; sync += 1) {
    const words = ['sync', '--out', join(folder, `${users}.json`), '--history', url, '--rate-limit', 'off'];
    const { code, stderr } = await runCli(words, { env: envOf(emulator) });
    if (code !== 0) {
      throw new Error(`a sync ended with ${code}: ${stderr}`);
    }
    await server.admin(url, 'vacuum'); // which a server does by itself, later
    sizes.push((await sizeOf(url)) - before);
  }
  return sizes;
}

async function ofTheStore(): Promise<void> {
  const [first = 0] = await sizesOf(users, 1);
  tell('store: bytes a user, the first sync', first / users);
  // The first few make room in the catalogue, which later ones use again.
  const sizes = await sizesOf(200, settling + later);
  const grown = (sizes.at(-1) ?? 0) - (sizes[settling - 1] ?? 0);
  tell('store: bytes more, a later sync that changes nothing', grown / later);
}

async function ofTheLeast(): Promise<void> {
  const emulator = await startEmulator({ users: 5, seed: 7 });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => emulator.close());
  const [wall, cpu]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 9; turn += 1) {
    const command = `TIMEFORMAT='%R %U %S'; time "$0" bin/baton-descope.js sync --out "$1" >/dev/null 2>&1`;
    const child = spawn('bash', ['-c', command, process.execPath, join(folder, 'least.json')], {
      env: { ...process.env, ...envOf(emulator) },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await once(child, 'close');
    const [real = 0, user = 0, system = 0] = said.trim().split(' ').map(Number);
    wall.push(real);
    cpu.push(user + system);
  }
  tell('a sync of nearly nothing: seconds', Math.min(...wall));
  tell('a sync of nearly nothing: seconds of CPU', Math.min(...cpu));
}

try {
  await ofTheEngine();
  await ofTheStore();
  await ofTheLeast();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
