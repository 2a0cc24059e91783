import { cp, mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, runCli, temporaryFolder } from '../support/cli.ts';
import type { Rows } from '../support/descope-model.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: readonly string[]): string => join(folder.path, ...names);

function project(name: string): Rows {
  return {
    users: [
      user('U1', { name, loginIds: ['ada@x.test', 'Åsa@x.test'], userTenants: [inTenant('acme', 'Editor')] }),
      user('U2', { name: '=Bob' }),
    ],
    tenants: [tenant('acme', { name: 'Acme' })],
    roles: [role('Editor', { permissionNames: ['write'] }), role('Own', { tenantId: 'acme' })],
    permissions: [permission('write'), permission('read')],
  };
}

/** Two syncs that end in the same millisecond would be of one age. */
const later = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 20));

/** Runs in the folder `here`, where the newest sync is `now.json` though `old.ndjson` was written last. */
const run = (
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<CliRun> => runCli(args, { cwd: at('here'), ...options });

beforeAll(async () => {
  folder = await temporaryFolder();
  await Promise.all(['here', 'syncs', 'empty', 'elsewhere'].map((name) => mkdir(at(name))));
  await writeSync(at('elsewhere', 'old.json'), project('Old'));
  await writeSync(at('elsewhere', 'old.c1z'), project('Old'));
  await later();
  await writeSync(at('here', 'now.json'), project('Now'));
  await runCli(['export', at('elsewhere', 'old.json'), '--out', at('here', 'old.ndjson')]);
  await cp(at('elsewhere', 'old.json'), at('here', '.hidden.json'));
  await writeFile(at('here', 'package.json'), '{"name":"x"}');
  await writeFile(at('here', 'foreign.c1z'), 'no');
  await utimes(at('here', 'old.ndjson'), new Date(), new Date(Date.now() + 60_000));
  await later();
  await writeSync(at('syncs', 'latest.json'), project('Latest'));
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

describe('a question without FILE', () => {
  it('takes the newest sync of the folder, and says which on stderr', async () => {
    const { code, stdout, stderr } = await run(['who-can', 'WRITE', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      permission: 'write',
      file: at('here', 'now.json'),
      rows: [{ user: 'Now' }],
    });
    expect(stderr).toMatch(
      /^baton-descope: reading now\.json, the newest sync in this folder \(.*\d{4}-\d\d-\d\dT[\d:]+Z\)\n$/,
    );
  });

  it.each([
    [['access', 'ADA@x.test'], 'Now'],
    [['list', 'users', '--match', 'now'], 'Now'],
    [['access', 'ada@x.test', 'old.ndjson'], 'Old'],
    [['access', 'old.ndjson', 'ada@x.test'], 'Old'],
    [['access', '../elsewhere', 'ada@x.test'], 'Old'],
    [['list', 'users', '../elsewhere/old.c1z'], 'Old'],
    [['list', 'users', '../syncs'], 'Latest'],
  ])('and %j', async (args, name) => {
    const { code, stdout } = await run(args);

    expect(code).toBe(0);
    expect(stdout).toContain(name);
  });

  it.each([{ BATON_DESCOPE_OUT: 'syncs' }, { BATON_CONFIG: 'out.yaml' }])(
    'looks into the folder of scheduled syncs, too: %j',
    async (env) => {
      await writeFile(at('out.yaml'), 'out: syncs\n');
      const absolute = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, at(value)]));

      const runs = await Promise.all(
        ['empty', 'here'].map((cwd) => run(['access', 'ada@x.test'], { cwd: at(cwd), env: absolute })),
      );

      expect(runs.map(({ stdout }) => stdout.split(':')[0])).toEqual(['Latest', 'Latest']);
      expect(runs[0]?.stderr).toContain(`${at('syncs', 'latest.json')}, the newest sync in ${at('syncs')} (`);
    },
  );

  it('makes reports and exports, and never takes the file that it writes or compares with', async () => {
    await cp(at('here'), at('work'), { recursive: true, preserveTimestamps: true });
    const runs = [
      await run(['report', '--since', 'now.json', '--out', 'report.html'], { cwd: at('work') }),
      await run(['export', '--out', 'now.json'], { cwd: at('work') }),
      await run(['export', '--out', 'tables.csv'], { cwd: at('work') }),
    ];

    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(runs.map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining('reading old.ndjson'),
      expect.stringContaining('reading old.ndjson'),
      expect.stringContaining('reading now.json'),
    ]);
  });

  it('says what to do where there is none', async () => {
    expect(await run(['access', 'ada'], { cwd: at('empty') })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`there is no sync in ${at('empty')}: give the file to read, or make one with`),
    });
  });

  it('tells that the newest is damaged rather than answering from an older one', async () => {
    await cp(at('here'), at('damaged'), { recursive: true });
    await writeFile(at('damaged', 'cut.json'), '{"format":"baton-descope.sync","version":1,"resourceTypes":[\n');
    await utimes(at('damaged', 'cut.json'), new Date(), new Date(Date.now() + 120_000));

    expect(await run(['access', 'ada@x.test'], { cwd: at('damaged') })).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('cut.json'),
    });
  });
});

describe('words that are not understood', () => {
  it.each([
    [['who-can'], 'who-can needs a permission'],
    [['who-can', 'now.json'], 'who-can needs a permission besides the file now.json'],
    [['access', 'ada', 'lovelace'], 'put a name with blanks into quotes: "ada lovelace"'],
    [['access', 'now.json', 'ada', 'lovelace'], 'Put it into quotes: "ada lovelace"'],
    [['list'], 'list needs one of users, tenants, roles, permissions'],
    [
      ['list', 'groups'],
      "list cannot take 'groups': did you mean idp_groups? It must be one of users, tenants, roles,",
    ],
    [['list', 'sync.json', 'users'], 'the file comes after it'],
  ])('are told with the remedy: %j', async (args, told) => {
    expect(await run(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(told) });
  });
});

describe('list', () => {
  it('tells ids first, and how many of all there are', async () => {
    const texts = await Promise.all(
      [
        ['users'],
        ['tenants'],
        ['roles'],
        ['permissions'],
        ['roles', '--match', 'ACME'],
        ['users', '--match', 'åsa@'],
      ].map(async (args) => (await run(['list', ...args])).stdout),
    );

    expect(texts).toEqual([
      '  U2  =Bob\n  U1  Now   ada@x.test\n2 users.\n',
      '  acme  Acme\n1 tenant.\n',
      '  Editor    Editor (whole project)\n  acme/Own  Own (Acme)\n2 roles.\n',
      '  read\n  write\n2 permissions.\n',
      '  acme/Own  Own (Acme)\n1 of 2 roles with "ACME".\n',
      '  U1  Now  ada@x.test\n1 of 2 users with "åsa@".\n',
    ]);
  });

  it('is CSV and JSON, too', async () => {
    const [csv, json, none] = await Promise.all(
      [['--csv'], ['--json'], ['--json', '--match', 'nobody']].map((flags) => run(['list', 'users', ...flags])),
    );

    expect(Papa.parse(csv?.stdout ?? '', { header: true, skipEmptyLines: true }).data).toEqual([
      expect.objectContaining({ user_id: 'U2', name: "'=Bob", test: 'false' }),
      expect.objectContaining({ user_id: 'U1', name: 'Now', login: 'ada@x.test', status: 'enabled' }),
    ]);
    expect(JSON.parse(json?.stdout ?? '')).toMatchObject({
      question: 'list',
      kind: 'users',
      total: 2,
      rows: [{ userId: 'U2', isTest: false }, { userId: 'U1' }],
    });
    expect([none?.code, JSON.parse(none?.stdout ?? '').rows]).toEqual([0, []]);
  });
});
