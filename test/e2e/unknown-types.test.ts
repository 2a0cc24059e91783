import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';
import type { Rows } from '../support/descope-model.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { type Added, writeNewerSync } from '../support/unknown-files.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string): string => join(folder.path, name);

const project: Rows = {
  users: [user('U1', { name: 'Ada', userTenants: [inTenant('acme', 'Editor')] })],
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
const newer: Added = {
  resources: { 'access_key:K123': 'CI \u001Bkey', 'widget:W1': 'Gauge' },
  grants: [
    ['role_binding:acme/Editor', 'assigned', 'access_key:K123'],
    ['widget:W1', 'use', 'user:U1'],
  ],
};
const note = /note: 1 grant of things that the answers do not cover \(widget: 1\)/;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeNewerSync(at('new.c1z'), project, newer);
  await writeNewerSync(at('old.ndjson'), project, { resources: newer.resources ?? {} });
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

describe('a file that holds an access key', () => {
  it('is answered from: who-can lists the key, as text, JSON and CSV, and each form tells the count', async () => {
    const [text, json, csv] = await Promise.all(
      [[], ['--json'], ['--csv']].map((form) => runCli(['who-can', at('new.c1z'), 'write', ...form])),
    );

    expect(text?.stdout).toMatch(/CI \\u\{1b\}key \(access key\) +-> Editor in Acme/);
    expect(text?.stdout).toContain('1 user and 1 access key, in 2 ways.');
    expect(text?.stdout).toMatch(note);
    const { unknown, rows } = JSON.parse(json?.stdout ?? '');
    expect(unknown).toEqual({ resources: { widget: 1 }, grantsTo: {}, grantsOf: { widget: 1 } });
    expect(rows[1]).toMatchObject({ principal: { type: 'access_key', id: 'K123' }, kind: 'binding', role: 'Editor' });
    expect(csv?.stdout).toMatch(/\r\n,access_key K123 \(CI [^,]*key\),/);
    expect(csv?.stderr).toMatch(note);
    expect(`${text?.stdout}${json?.stdout}${csv?.stdout}`).not.toContain('\u001B');
  });

  it('is told of by access, list, diff and report, and by exports for people', async () => {
    const runs = {
      access: await runCli(['access', at('new.c1z'), 'Ada']),
      list: await runCli(['list', 'users', at('new.c1z'), '--csv']),
      diff: await runCli(['diff', at('old.ndjson'), at('new.c1z')]),
      report: await runCli(['report', at('new.c1z'), '--since', at('old.ndjson'), '--out', at('report.html')]),
      tables: await runCli(['export', at('new.c1z'), '--out', at('tables.csv')]),
      sheet: await runCli(['export', at('new.c1z'), '--out', at('review.xlsx')]),
    };

    expect(Object.entries(runs).filter(([, { stdout, stderr }]) => !note.test(stdout + stderr))).toEqual([]);
    expect(Object.values(runs).map(({ code }) => code)).toEqual([0, 0, 1, 0, 0, 0]);
    expect(runs.diff.stdout).toMatch(/\+ +access_key K123 .* +was given Editor in Acme/);
    expect(JSON.parse(await readFile(at('tables.csv/about.json'), 'utf8')).notShown).toContain(
      '1 grant of things that the answers do not cover (widget: 1).',
    );
  });

  it('is not copied into text where an annotation is of a type that only a newer version has, and is into a .c1z', async () => {
    await writeNewerSync(at('trait.c1z'), project, { ...newer, trait: 'c1.connector.v2.NewTrait' });
    const line =
      '{"resource":{"id":{"resourceType":"access_key","resource":"K"},"annotations":[{"@type":"x/c1.NewTrait"}]}}';
    const [head = '', ...rows] = (await readFile(at('old.ndjson'), 'utf8')).trimEnd().split('\n');
    const body = [head, ...rows.slice(0, -1), line, ''].join('\n');
    const hash = createHash('sha256').update(body).digest('hex');
    await writeFile(at('trait.ndjson'), `${body}${(rows.at(-1) ?? '').replace(/sha256:\w+/, `sha256:${hash}`)}\n`);

    const runs = [
      await runCli(['export', at('trait.c1z'), '--out', at('trait.json')]),
      await runCli(['export', at('trait.ndjson'), '--out', at('trait.json')]),
      await runCli(['export', at('trait.c1z'), '--out', at('trait-copy.c1z')]),
      await runCli(['who-can', at('trait.c1z'), 'write']),
      await runCli(['who-can', at('trait.ndjson'), 'write']),
    ];

    expect(runs.map(({ code }) => code)).toEqual([2, 2, 0, 0, 0]);
    expect(runs[0]?.stderr).toContain(
      'it holds an annotation, c1.connector.v2.NewTrait, that this version does not know',
    );
    expect(runs[1]?.stderr).toContain('it holds an annotation, c1.NewTrait, that this version does not know');
  });

  it('is exported with pseudonyms: the key keeps its type and what it holds, and loses its id and its name', async () => {
    await runCli(['export', at('new.c1z'), '--anonymise', '--out', at('anonymous.json')]);
    const { stdout } = await runCli(['list', 'permissions', at('anonymous.json'), '--csv']);
    const name = stdout.trim().split('\r\n')[1] ?? '';
    const answer = await runCli(['who-can', at('anonymous.json'), name, '--json']);

    const { rows, unknown } = JSON.parse(answer.stdout);
    expect(unknown.grantsOf).toEqual({ widget: 1 });
    expect(rows.map((row: { readonly principal?: { readonly type: string } }) => row.principal?.type)).toEqual([
      'user',
      'access_key',
    ]);
    expect(answer.stdout).not.toMatch(/K123|CI/);
  });

  it('is copied whole into other kinds of files', async () => {
    await runCli(['export', at('new.c1z'), '--out', at('copy.json')]);
    const copied = await runCli(['diff', at('new.c1z'), at('copy.json')]);

    expect([copied.code, copied.stdout]).toEqual([0, expect.stringContaining('Nothing changed')]);
  });
});
