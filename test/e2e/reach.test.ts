import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';
import { canLend, onTerminal } from '../support/terminal.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string): string => join(folder.path, name);
const run = (...words: readonly string[]): Promise<CliRun> => runCli(words, { cwd: folder.path });

beforeAll(async () => {
  folder = await temporaryFolder();
  const emulator = await startEmulator({ users: 200 });
  const args = ['sync', '--out', at('sync.json'), '--history', at('access.db'), '--include', 'all'];
  const env = { ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey };
  expect(await runCli(args, { env })).toMatchObject({ code: 0 });
  await emulator.close();
  expect(await run('export', 'sync.json', '--out', 'sync.c1z')).toMatchObject({ code: 0 });
  expect(await run('export', 'sync.json', '--out', 'sync.ndjson')).toMatchObject({ code: 0 });
  await writeByHand(at('hand.json'), companies());
  const { resources, grants } = companies();
  const isSignOn = (type: string | undefined): boolean => ['idp_group', 'sso_configuration'].includes(type ?? '');
  await writeByHand(at('bare.json'), {
    resources: resources.filter(
      ({ message }) => !isSignOn(message.id?.resourceType) && message.id?.resourceType !== 'access_key',
    ),
    grants: grants.filter(
      ({ message }) =>
        !isSignOn(message.entitlement?.resource?.id?.resourceType) &&
        !isSignOn(message.principal?.id?.resourceType) &&
        message.principal?.id?.resourceType !== 'access_key',
    ),
  });
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

describe('path', () => {
  it('tells the same of each kind of file, and of a store', async () => {
    const asked = ["Ada's scripts", 'orders.read', '--format', 'json'];
    const runs = await Promise.all(
      ['sync.json', 'sync.c1z', 'sync.ndjson', 'access.db'].map((file) => run('path', file, ...asked)),
    );
    const rows = runs.map(({ code, stdout }) => {
      expect(code).toBe(0);
      return (JSON.parse(stdout) as { readonly rows: readonly object[] }).rows;
    });

    expect(rows[0]).toMatchObject([
      {
        when: 'now',
        certainty: 'certain',
        tenantId: 'acme',
        links: [{ by: 'acts_as' }, { by: 'holds' }, { by: 'allows' }],
      },
    ]);
    expect(new Set(rows.map((some) => JSON.stringify(some))).size).toBe(1);
  });

  it('of nobody’s way says so with exit 0, and what the sync did not read', async () => {
    const { code, stdout } = await run('path', 'bare.json', 'Dora', 'approve');

    expect(code).toBe(0);
    expect(stdout).toContain('No way leads from Dora to approve, by what this file tells.\n');
    expect(stdout).toContain('note: what the next login gives is not known: the sync did not read sso_configuration');
    expect(stdout).toContain('note: not known, since the sync did not read them: access keys, applications');
  });

  it.each([
    [['path', 'hand.json', 'Nobody', 'write'], 1, 'there is no user, key, group or other thing "Nobody"'],
    [['path', 'hand.json', 'Ada', 'fly'], 1, 'there is no permission, role or other thing to hold "fly"'],
    [['path', 'hand.json', 'Ada'], 2, 'path needs a user or key and a permission'],
    [['path', 'hand.json', 'Ada', 'write', 'Acme'], 2, 'put a name with blanks into quotes'],
    [['path', 'hand.json', 'Ada', 'write', '--at', '2026-01-01'], 2, '--at is for a store'],
    [['path', 'hand.json', 'Ada', 'write', '--format', 'csv'], 2, "--format cannot be 'csv'"],
  ])('%j ends with %i', async (words, code, line) => {
    const { stderr, ...ended } = await run(...words);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(stderr).toContain(line);
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter((each) => /^ +at /.test(each)),
    ).toEqual([]);
  });

  it('takes the newest file where none is named', async () => {
    const { code, stdout, stderr } = await run('path', 'Ada', 'write');
    expect([code, stdout]).toEqual([expect.any(Number), expect.any(String)]);
    expect(stderr).toContain('the newest sync in this folder');
  });

  it.skipIf(!canLend)('fits a screen of 80 columns', async () => {
    const { code, screen } = await onTerminal(['path', at('sync.json'), 'Initech', 'Auditor'], { columns: 80 });
    const deep = await onTerminal(['path', at('hand.json'), 'Bob', 'approve'], { columns: 60 });
    const lines = [screen, deep.screen].map((text) => stripVTControlCharacters(text).split('\r\n'));

    expect([code, deep.code]).toEqual([0, 0]);
    expect(lines[0]?.filter((line) => line.length > 80)).toEqual([]);
    expect(lines[1]?.filter((line) => line.length > 60)).toEqual([]);
    expect(lines[1]?.join('\n')).toMatch(/passes down to Approver of acme in/);
  });
});

describe('blast-radius', () => {
  it('tells the same of each kind of file, and of a store', async () => {
    const runs = await Promise.all(
      ['sync.json', 'sync.c1z', 'sync.ndjson', 'access.db'].map((file) =>
        run('blast-radius', file, 'Tenant Admin', '--tenant', 'Acme', '--rows', 'all', '--format', 'json'),
      ),
    );
    const answers = runs.map(({ code, stdout }) => {
      expect(code).toBe(0);
      const { rows, all } = JSON.parse(stdout) as {
        readonly rows: readonly { readonly kind: string }[];
        readonly all: { readonly users: number };
      };
      return { rows, all };
    });

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.all.users).toBeGreaterThan(3);
    expect(answers[0]?.rows.filter(({ kind }) => kind === 'users').length).toBe(answers[0]?.all.users);
  });

  it.each([
    [['blast-radius', 'hand.json', 'Nobody'], 1, 'there is no user, key, group, role or other thing "Nobody"'],
    [['blast-radius', 'hand.json'], 2, 'blast-radius needs a subject besides the file'],
    [['blast-radius', 'hand.json', 'Ada', '--tenant', 'Acme'], 2, '--tenant is for roles: user Ada falls everywhere'],
    [['blast-radius', 'hand.json', 'Ada', '--rows', 'people'], 2, "--rows cannot be 'people'"],
  ])('%j ends with %i', async (words, code, line) => {
    const { stderr, ...ended } = await run(...words);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(stderr).toContain(line);
  });

  it.skipIf(!canLend)('fits a screen of 80 columns', async () => {
    const words = ['blast-radius', at('sync.json'), 'tenant:initech', '--rows', 'all'];
    const { code, screen } = await onTerminal(words, { columns: 80 });
    const lines = stripVTControlCharacters(screen).split('\r\n');

    expect(code).toBe(0);
    expect(lines.filter((line) => stringWidth(line) > 80)).toEqual([]);
    expect(lines.length).toBeGreaterThan(50);
  });
});

describe('export --format opengraph', () => {
  it('makes the same graph of each kind of file, and of a store, as a file and as a stream', async () => {
    const graphs = await Promise.all(
      ['sync.json', 'sync.c1z', 'sync.ndjson', 'access.db'].map(async (file, place) => {
        const out = `graph-${place}.json`;
        expect(await run('export', file, '--format', 'opengraph', '--out', out)).toMatchObject({ code: 0 });
        return await readFile(at(out), 'utf8');
      }),
    );
    const streamed = await run('export', 'sync.json', '--format', 'opengraph', '--out', '-');
    const linesOf = (text: string): string[] =>
      text
        .split('\n')
        .map((line) => line.replace(/,$/, ''))
        .toSorted();

    expect(streamed).toMatchObject({ code: 0, stdout: graphs[0] });
    const { graph } = JSON.parse(graphs[0] ?? '') as {
      readonly graph: { readonly nodes: readonly object[]; readonly edges: readonly object[] };
    };
    expect(graph.nodes.length).toBeGreaterThan(200);
    expect(graph.edges.length).toBeGreaterThan(400);
    for (const other of graphs.slice(1)) {
      expect(linesOf(other)).toEqual(linesOf(graphs[0] ?? ''));
    }
  });

  it.each([
    [['--out', 'hand.json'], 6, 'hand.json holds something that is no OpenGraph of ours'],
    [['--out', 'graph.xlsx'], 2, '--format opengraph is JSON'],
  ])('refuses %j, and leaves what is there', async (words, code, line) => {
    const before = await readFile(at('hand.json'), 'utf8');
    const ended = await run('export', 'hand.json', '--format', 'opengraph', ...words);

    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(line);
    expect(await readFile(at('hand.json'), 'utf8')).toBe(before);
  });

  it('keeps the graph of another project, unless it is told that it may go', async () => {
    const words = ['--format', 'opengraph', '--out', 'owned-graph.json'];
    expect(await run('export', 'sync.json', ...words)).toMatchObject({ code: 0 });
    const before = await readFile(at('owned-graph.json'), 'utf8');
    const text = await readFile(at('sync.json'), 'utf8');
    const [told = '', own = ''] = /"projectId": ?"([^"]+)"/.exec(text) ?? [];
    await writeFile(at('else.json'), text.replace(told, '"projectId":"P2Else"'));
    const held = await run('export', 'else.json', ...words);

    expect(held.code).toBe(7);
    expect(held.stderr.replaceAll(/\s+/g, ' ')).toContain(`it is of another project, "${own}"`);
    expect(await readFile(at('owned-graph.json'), 'utf8')).toBe(before);
    expect(await run('export', 'sync.json', ...words)).toMatchObject({ code: 0 });
    expect(await run('export', 'else.json', ...words, '--replace-other-project')).toMatchObject({ code: 0 });
  });

  it('writes over a graph of its own, and tells pseudonyms where it is asked to', async () => {
    const words = ['export', 'hand.json', '--format', 'opengraph', '--out', 'hand-graph.json'];
    expect(await run(...words)).toMatchObject({ code: 0 });
    expect(await run(...words, '--anonymise', '--replace-other-project')).toMatchObject({ code: 0 });
    const text = await readFile(at('hand-graph.json'), 'utf8');

    expect(text).not.toContain('Berlin');
    expect(text).toContain('"kind":"Descope_PassesDownTo"');
  });
});
