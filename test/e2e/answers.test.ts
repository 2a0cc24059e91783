import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Papa from 'papaparse';
import readXlsx from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { type AccessTruth, accessTruthOf } from '../support/access-truth.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { inTenant, permission, role, smallProject, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string): string => join(folder.path, name);
let truth: readonly AccessTruth[] = [];

const hostile = {
  user: '\u001B]0;owned\u0007Eve\u202E',
  tenant: 'a/b%\u009B2J',
  role: '=cmd|1\n2',
  permission: '`x`|<b>@all',
};

beforeAll(async () => {
  folder = await temporaryFolder();
  const emulator = await startEmulator({ users: 450 });
  const run = await runCli(['sync', '--out', at('sync.json'), '--json'], { env: envOf(emulator) });
  expect(run).toMatchObject({ code: 0 });
  const { state } = emulator;
  truth = accessTruthOf({
    users: [...state.users()].map(({ userId, roleNames, tenants }) => ({ userId, roleNames, userTenants: tenants })),
    tenants: state.tenants(),
    roles: state.roles(),
    permissions: state.permissions(),
  });
  await emulator.close();
  await writeSync(at('hostile.json'), {
    users: [user('U1', { name: hostile.user, loginIds: ['eve'], userTenants: [inTenant('t1', hostile.role)] })],
    tenants: [tenant('t1', { name: hostile.tenant })],
    roles: [role(hostile.role, { permissionNames: [hostile.permission] })],
    permissions: [permission(hostile.permission)],
  });
  await writeSync(at('nobody.json'), { users: [], tenants: [], roles: [], permissions: [] });
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** What a terminal would obey. */
const dangerous = /(?!\n)\p{Cc}|[\u202A-\u202E\u2066-\u2069]/u;

describe('who-can', () => {
  it('answers who holds it directly exactly as the records of the embedded project say, as JSON and as CSV', async () => {
    const expected = truth
      .filter(({ permissions }) => permissions.includes('invoices.approve'))
      .map(({ userId, kind, role: held, tenantId }) => [userId, kind, held, tenantId].join(' | '))
      .toSorted();
    expect(expected.length).toBeGreaterThan(20);

    const [json, csv] = await Promise.all(
      ['--json', '--csv'].map((form) =>
        runCli(['who-can', at('sync.json'), 'invoices.approve', '--direct-only', form]),
      ),
    );
    if (json === undefined || csv === undefined) {
      throw new Error('two runs were started');
    }

    const answer = JSON.parse(json.stdout);
    const rows = answer.rows.map((row: Readonly<Record<string, string>>) =>
      [row['userId'], row['kind'], row['role'], row['tenantId']].join(' | '),
    );
    expect(rows.toSorted()).toEqual(expected);
    expect(answer).toMatchObject({
      question: 'who-can',
      permission: 'invoices.approve',
      projectId: 'P2EmulatorProject00000000000',
      inheritance: { mode: 'auto' },
    });
    expect(answer.rows[0].path).toMatch(/^.+ -> .+ -> invoices\.approve$/);
    const { data, errors } = Papa.parse<Readonly<Record<string, string>>>(csv.stdout, {
      header: true,
      skipEmptyLines: true,
    });
    expect(errors).toEqual([]);
    expect(
      data.map((row) => [row['user_id'], row['held'], row['role'], row['tenant_id']].join(' | ')).toSorted(),
    ).toEqual(expected);
    expect([json.code, csv.code, json.stderr]).toEqual([0, 0, '']);
    expect(csv.stderr).toMatch(
      /^baton-descope: note: all users, tenants, roles and permissions were read\nbaton-descope: note: inherited access is told: \d+ memberships and roles flow down the tenants, \d+ of them uncertain\nbaton-descope: note: what the next login gives is not known: the sync did not read sso_configuration and idp_group \(--include\)\nbaton-descope: note: not known, since the sync did not read them: access keys \(--include access_key\)\n$/,
    );
  });

  it('tells nothing to a terminal that it would obey, whatever the names are', async () => {
    const runs = await Promise.all(
      [[], ['--csv'], ['--json']].map((flags) =>
        runCli(['who-can', at('hostile.json'), hostile.permission, '--tenant', hostile.tenant, ...flags]),
      ),
    );

    for (const { stdout, code } of runs) {
      expect(code).toBe(0);
      expect(stdout.replaceAll('\r\n', '\n')).not.toMatch(dangerous);
      expect(stdout).toContain('Eve');
    }
  });

  it('ends with 1 for a permission that is not there, 2 for two forms at once, 5 for a file that is cut off, 6 for none', async () => {
    await writeFile(at('cut.json'), (await readFile(at('sync.json'), 'utf8')).slice(0, 50_000));

    const runs = await Promise.all([
      runCli(['who-can', at('sync.json'), 'no\u001Bne']),
      runCli(['who-can', at('sync.json'), 'invoices.approve', '--json', '--csv']),
      runCli(['who-can', at('cut.json'), 'invoices.approve']),
      runCli(['who-can', at('none.json'), 'invoices.approve']),
    ]);

    expect(runs).toEqual([
      {
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(
          /^baton-descope: there is no permission, role or other thing to hold "no\\u001bne" in .*\nbaton-descope: not known, since the sync did not read them: .*\n$/,
        ),
      },
      { code: 2, stdout: '', stderr: expect.stringContaining('only one of the flags that choose the output format') },
      { code: 5, stdout: '', stderr: expect.stringContaining('not complete') },
      { code: 6, stdout: '', stderr: expect.stringContaining('there is no such file') },
    ]);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));
    const child = spawn(
      'sh',
      [
        '-c',
        `"${process.execPath}" "${bin}" who-can "${at('sync.json')}" invoices.approve --json | head -c 10; exit 0`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
    child.stdout.resume();
    await new Promise((resolve) => child.on('close', resolve));

    expect(stderr).toBe('');
  });
});

describe('access', () => {
  it('finds a user by email and tells what they hold, as the records say', async () => {
    const { code, stdout } = await runCli(['access', at('sync.json'), 'ada.lovelace@acme.example', '--json']);

    const { user: found, rows } = JSON.parse(stdout);
    const expected = truth
      .filter(({ userId }) => userId === found.id)
      .flatMap(({ kind, role: held, tenantId, permissions }) =>
        (permissions.length === 0 ? [''] : permissions).map((allowed) => [kind, held, tenantId, allowed].join(' | ')),
      );
    expect(
      rows
        .map((row: Readonly<Record<string, string>>) =>
          [row['kind'], row['role'], row['tenantId'], row['permission']].join(' | '),
        )
        .toSorted(),
    ).toEqual(expected.toSorted());
    expect(code).toBe(0);
  });

  it('tells it to people in a table', async () => {
    const { code, stdout } = await runCli(['access', at('sync.json'), 'Ada Lovelace']);

    expect(stdout).toBe(
      [
        'Ada Lovelace: ada.lovelace@acme.example, U2AdaLovelace000000000000000',
        '  -> member of Acme',
        '  -> Editor in Acme  -> customers.edit',
        '  -> Editor in Acme  -> customers.read',
        '  -> Editor in Acme  -> orders.read',
        'note: all users, tenants, roles and permissions were read',
        'note: inherited access is told: 73 memberships and roles flow down the tenants, 43 of them uncertain',
        'note: what the next login gives is not known: the sync did not read sso_configuration and idp_group (--include)',
        'note: not known, since the sync did not read them: access keys, applications, third-party apps (--include ' +
          'access_key,application,third_party_app)',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });
});

describe('diff', () => {
  beforeAll(async () => {
    const { users, ...lists } = smallProject();
    await writeSync(at('old.json'), { ...lists, users });
    await writeSync(at('new.c1z'), {
      ...lists,
      users: users.map((row) => (row.userId === 'dan' ? Object.assign({}, row, { roleNames: ['Editor'] }) : row)),
    });
  });

  it('ends with 0 and says so when nothing changed, with 1 when something did', async () => {
    const [same, changed] = await Promise.all([
      runCli(['diff', at('old.json'), at('old.json')]),
      runCli(['diff', at('old.json'), at('new.c1z')]),
    ]);

    expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing changed') });
    expect(changed).toMatchObject({
      code: 1,
      stderr: '',
      stdout: expect.stringContaining('Access in the whole project\n  +  dan  was given Editor (whole project)\n'),
    });
    expect(changed.stdout).toContain('Access: 1 gained, 0 lost in 1 place.');
  });

  it('is JSON, CSV and Markdown, too', async () => {
    const [json, csv, md] = await Promise.all([
      runCli(['diff', at('old.json'), at('new.c1z'), '--json']),
      runCli(['diff', at('old.json'), at('new.c1z'), '--csv']),
      runCli(['diff', at('nobody.json'), at('hostile.json'), '--md']),
    ]);

    expect(JSON.parse(json.stdout)).toMatchObject({
      isSame: false,
      counts: { gained: 1, lost: 0 },
      changes: [{ area: 'access', change: 'gained', userId: 'dan', heldId: 'Editor', tenantId: '' }],
    });
    expect(
      Papa.parse<Readonly<Record<string, string>>>(csv.stdout, { header: true, skipEmptyLines: true }).data,
    ).toEqual([
      expect.objectContaining({ change: 'gained', user_id: 'dan', words: 'dan was given Editor (whole project)' }),
    ]);
    expect(md.stdout).toContain('### Access in `a/b%\\u{9b}2J`');
    expect(md.stdout).toContain(
      '- **gained:** `\\u{1b}]0;owned\\u{7}Eve\\u{202e}` was given `=cmd|1\\u{a}2` in `a/b%\\u{9b}2J` (the user is new), `eve`',
    );
    expect(md.stdout).toContain('`` `x`|<b>@all ``');
    expect(md.stdout).not.toMatch(dangerous);
    expect([json.code, csv.code, md.code]).toEqual([1, 1, 1]);
  });
});

describe('export', () => {
  it('makes each kind of file of another, and comes back to the same bytes', async () => {
    await Promise.all(['a.ndjson', 'a.c1z'].map((name) => runCli(['export', at('sync.json'), '--out', at(name)])));
    await runCli(['export', at('a.ndjson'), '--out', at('back.json')]);
    const sheet = await runCli(['export', at('a.c1z'), '--out', at('review.xlsx'), '--since', at('sync.json')]);

    expect(await readFile(at('back.json'), 'utf8')).toBe(await readFile(at('sync.json'), 'utf8'));
    expect(sheet).toMatchObject({ code: 0, stdout: `Wrote ${at('review.xlsx')}\n` });
    expect((await readXlsx(at('review.xlsx')))[0]?.data).toHaveLength(truth.length + 1);
    expect((await runCli(['diff', at('sync.json'), at('a.c1z')])).code).toBe(0);
    expect((await stat(at('a.ndjson'))).mode & 0o777).toBe(0o600);
  });

  it('refuses what it cannot write, before it reads', async () => {
    expect(await runCli(['export', at('none.json'), '--out', at('x.pdf')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('.xlsx (for a review)'),
    });
    expect(await runCli(['export', at('sync.json'), '--out', at('x.csv'), '--since', at('sync.json')])).toMatchObject({
      code: 2,
    });
    expect(await readdir(folder.path)).not.toContain('x.csv');
  });
});

describe('sync into a kind that is derived', () => {
  it('writes the spreadsheet of the project and nothing beside it, and tells what could not be compared', async () => {
    await using emulator = Object.assign(await startEmulator({ users: 120 }), {
      [Symbol.asyncDispose]: () => emulator.close(),
    });
    const first = await runCli(['sync', '--out', at('out.xlsx')], { env: envOf(emulator) });
    const second = await runCli(['sync', '--out', at('out.xlsx')], { env: envOf(emulator) });

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.stdout).toContain('this sync was not compared with it');
    expect((await readXlsx(at('out.xlsx')))[0]?.data.length).toBeGreaterThan(100);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
