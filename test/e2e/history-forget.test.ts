import { spawnSync } from 'node:child_process';
import { copyFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPeople } from '../../src/history/upkeep.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { quickStart, runCli, type CliRun, temporaryFolder } from '../support/cli.ts';
import { importDay, writeDay } from '../support/history.ts';
import { runCommandKilled } from '../support/kills.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));
const lists = {
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
const zora = user('U2zora', {
  name: 'Zora Quillfeather',
  loginIds: ['zora@acme.example'],
  userTenants: [inTenant('acme', 'Editor')],
});
const others = Array.from({ length: 60 }, (_, n) => user(`u${n}`, { name: `Person ${n}` }));
const traces = ['Quillfeather', 'zora@acme.example'];

let folder = '';
let prepared = '';
let store = '';
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  folder = stack.use(await temporaryFolder()).path;
  prepared = stack.use(await temporaryFolder()).path;
  store = join(folder, 'access.db');
  for (const [day, users] of [[zora, ...others], others].entries()) {
    const file = join(prepared, `${day}.json`);
    await writeDay(file, day, { ...lists, users });
    await importDay(join(prepared, 'old.db'), file);
  }
});
afterAll(async () => await stack.disposeAsync());
beforeEach(async () => {
  await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name), { recursive: true })));
  await copyFile(join(prepared, 'old.db'), store);
});

const run = async (...args: readonly string[]): Promise<CliRun> => await runCli(args, { cwd: folder });
const forget = ['history', 'forget', 'access.db'] as const;

async function isForgotten(): Promise<boolean | undefined> {
  return (await findPeople(store, 'U2zora'))[0]?.isForgotten;
}

/** What of her is in any file of the folder. */
async function tracesLeft(): Promise<readonly string[]> {
  const files = await Promise.all((await readdir(folder)).map(async (name) => await readFile(join(folder, name))));
  return traces.filter((text) => files.some((bytes) => bytes.includes(text)));
}

describe('history forget', () => {
  it('says what is forgotten, changes nothing unless it is confirmed, and then leaves no trace', async () => {
    const dry = await run(...forget, 'zora@acme.example', '--dry-run');
    const refused = await run(...forget, 'zora@acme.example');
    expect(await isForgotten()).toBe(false);
    const done = await run(...forget, 'zora@acme.example', '--yes', '--audit-log', 'audit.jsonl');

    expect(dry.code).toBe(0);
    expect(dry.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /^Of user U2zora, seen from 2026-01-05T06:00:00\.000Z to 2026-01-05T06:00:00\.000Z in 1 version, the names, logins, addresses, telephone numbers and attributes become "forgotten-[0-9a-f]{12}"/,
    );
    expect(refused).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('Of user U2zora, seen from'),
      stderr: expect.stringMatching(/nobody is at a terminal to confirm it:\s+nothing was changed; add --yes/),
    });
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('Forgot user U2zora') });
    expect(done.stdout + done.stderr).not.toMatch(/Quillfeather|zora@/);
    expect(await tracesLeft()).toEqual([]);
    const lines = (await readFile(join(folder, 'audit.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject(
      ['intended', 'forgotten'].map((outcome) => ({
        operation: 'forget',
        resource: 'user:U2zora',
        store,
        outcome,
        writes: 0,
      })),
    );
    expect((await run('history', 'verify', 'access.db')).stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /^2 syncs: the rows of each are those that went in, and the file is whole\. .*: user:U2zora of \S+ forgotten in 1 row; the hashes of 1 sync were made anew\./,
    );
    expect((await run('history', 'list', 'access.db')).stdout).toContain('user:U2zora');
    expect((await run('access', 'access.db', 'U2zora', '--at', '2026-01-05')).stdout).toMatch(/forgotten-[0-9a-f]{12}/);
    expect(await run(...forget, 'U2zora', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('user:U2zora is forgotten in access.db already'),
    });
  });

  it('warns of somebody whom the next sync brings back', async () => {
    const { code, stdout, stderr } = await run(...forget, 'u7', '--yes', '--json');

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/warning: user u7 is in the newest sync .*the next one brings the name back/),
    });
    expect(JSON.parse(stdout)).toMatchObject({ resource: 'user:u7', isThere: true, replaced: { own: 1, syncs: 2 } });
  });

  it.each([
    { args: ['Nobody', '--yes'], code: 1, text: 'was ever called "Nobody": give the id' },
    { args: ['', '--yes'], code: 2, text: 'the user must be 1 to' },
    { args: ['U2zora', '--yes', '--project', 'P2None'], code: 1, text: 'was ever called "U2zora"' },
    { args: ['U2zora', '--yes', '--audit-log', 'missing/audit.jsonl'], code: 6, text: 'audit.jsonl' },
  ])('refuses $args, and changes nothing', async ({ args, code, text }) => {
    const before = await readFile(store);

    expect(await run(...forget, ...args)).toMatchObject({ code, stderr: expect.stringContaining(text) });

    expect((await readFile(store)).equals(before)).toBe(true);
  });

  /** Runs it where no file can grow beyond so many bytes. */
  function runWithin(bytes: number): {
    readonly status: number | null;
    readonly stderr: string;
    readonly stdout: string;
  } {
    return spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        `ulimit -f ${Math.floor(bytes / 1024)}; "$@"`,
        'bash',
        process.execPath,
        ...quickStart,
        bin,
      ].concat(['history', 'forget', store, 'U2zora', '--yes']),
      { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } },
    );
  }

  it('stays as it was where the disk is full', async () => {
    const { status, stderr } = runWithin(20 * 1024);

    expect({ status, stderr }).toEqual({ status: 6, stderr: expect.stringMatching(/cannot write [^\n]*access\.db: /) });
    expect(await isForgotten()).toBe(false);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
  });

  it('says that the file may still hold the old values, where it could not be written anew', async () => {
    const { status, stdout, stderr } = runWithin((await stat(store)).size);

    expect({ status, stderr }).toEqual({
      status: 6,
      stderr: expect.stringMatching(
        /forgotten in all rows, but unused parts of the store may still hold [^]*history vacuum/,
      ),
    });
    expect(stdout).toContain('Forgot user U2zora');
    expect(await isForgotten()).toBe(true);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
    expect((await run('history', 'vacuum', 'access.db')).code).toBe(0);
    expect(await tracesLeft()).toEqual([]);
  });

  it('is whole when it is killed anywhere, and the next run goes on', async () => {
    const args = ['history', 'forget', store, 'U2zora', '--yes'];
    const log = join(prepared, 'operations');
    expect(await runCommandKilled(args, { KILL_LOG: log })).toBe(false);
    const operations = (await readFile(log, 'utf8')).trimEnd().split('\n');
    const done = operations.indexOf('database commit 1');
    expect(done).toBeGreaterThan(0);
    expect(operations).toContain('database vacuum 1');

    for (const [place, operation] of operations.entries()) {
      for (const isDuring of /commit|vacuum/.test(operation) ? [false, true] : [false]) {
        await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name))));
        await copyFile(join(prepared, 'old.db'), store);

        const isKilled = await runCommandKilled(args, { KILL_AT: operation, ...(isDuring && { KILL_DURING: '1' }) });

        expect({ operation, isDuring, isKilled, isForgotten: await isForgotten() }).toEqual({
          operation,
          isDuring,
          isKilled: true,
          isForgotten: place > done || (place === done && isDuring),
        });
        expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
        if (await isForgotten()) {
          expect((await run('history', 'vacuum', 'access.db')).code).toBe(0);
          expect(await tracesLeft()).toEqual([]);
        }
      }
    }
  });
});
