import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breachesOf, misplacement, page, ranks } from '../scripts/lint/layers.ts';

const root = join(import.meta.dirname, '..');

/** What `npm run lint` says of these files below src/, in a project that has no others; without types. */
async function lint(files: Readonly<Record<string, string>>): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'baton-descope-lint-'));
  try {
    await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
    await cp(join(root, '.oxlintrc.json'), join(project, '.oxlintrc.json'));
    await cp(join(root, 'scripts/lint'), join(project, 'scripts/lint'), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(project, 'src', path)), { recursive: true });
      await writeFile(join(project, 'src', path), text);
    }
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
    return spawnSync(process.execPath, [oxlint, '--format=unix', 'src'], { cwd: project, encoding: 'utf8' }).stdout;
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

describe('the linter', () => {
  it('shows a breach of the layers at the line of its import, however it is written', async () => {
    const shown = await lint({
      'model/planted.ts': [
        "import { a } from '../connector.ts';",
        "import type { B } from '../connector.ts';",
        "export { c } from '../connector.ts';",
        "export * from '../connector.ts';",
        "export type * from '../connector.ts';",
        "export type D = import('../connector.ts').D;",
        "export const e = (): Promise<unknown> => import('../connector.ts');",
        "import '../connector.ts';",
        "import {\n  type F,\n  f,\n} from '../connector.ts';",
        "// import { a } from '../connector.ts';",
        'export const text = "import { a } from \'../connector.ts\'";',
        "import { g } from '../errors.ts';",
        'export const all: [B, F] = [a, f, g];',
      ].join('\n'),
    });
    const lines = Array.from(
      shown.matchAll(/src\/model\/planted\.ts:(\d+):.*rank 1 imports rank 6/g),
      ([, line]) => line,
    );

    expect(lines.map(Number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 12]);
  });

  it('shows a folder that nobody has placed', async () => {
    expect(await lint({ 'helpers/x.ts': 'export const x = 1;' })).toContain(
      'src/helpers/x.ts:1:1: helpers/x.ts: nobody has given helpers a rank',
    );
  });

  it('shows a circle of modules, also one of types alone', async () => {
    const shown = await lint({
      'model/a.ts': "import type { B } from './b.ts';\nexport interface A {\n  readonly b: B;\n}\n",
      'model/b.ts': "import type { A } from './a.ts';\nexport interface B {\n  readonly a: A;\n}\n",
    });

    expect(shown).toContain('src/model/a.ts:1:24: Dependency cycle detected');
  });

  it('refuses a type query, which it would not count for a circle', async () => {
    expect(await lint({ 'model/a.ts': "export type B = import('./b.ts').B;\n" })).toContain(
      'type annotations are forbidden',
    );
  });
});

describe('the layer rule', () => {
  it('names the page that explains it, which has all ranks in its table', async () => {
    const [path, anchor] = page.split('#');
    const text = await readFile(join(root, path ?? ''), 'utf8');
    const anchors = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
    const table = Object.fromEntries(
      Array.from(text.matchAll(/^\| (\d+) \| (.*) \|$/gm), ([, rank, modules = '']) =>
        Array.from(modules.matchAll(/`([^`]+?)\/?`/g), ([, name]) => [name, Number(rank)]),
      ).flat(),
    );

    expect(anchors).toContain(anchor);
    expect(table).toEqual(ranks);
  });

  it.each([
    ['resources/user.ts', '../model/ids.ts'],
    ['resources/user.ts', './syncer.ts'],
    ['resources/user.ts', '../descope/users/user.ts'],
    ['model/ids.ts', '../errors.ts'],
    ['model/ids.ts', '../gen/x_pb.ts'],
    ['output/sync-file.ts', '../gen/x_pb.ts'],
    ['server/server.ts', '../gen/x_pb.ts'],
    ['sync/run.ts', '../connector.ts'],
    ['answers/index.ts', '../model/ids.ts'],
    ['connector.ts', './resources/user.ts'],
    ['doctor/doctor.ts', '../descope/client.ts'],
    ['emulator/deep/api.ts', '../project.ts'],
    ['emulator/api.ts', '../loopback.ts'],
    ['version.ts', '../package.json'],
    ['cli/main.ts', '../descope/client.ts'],
    ['report-page/data/decode.ts', '../../answers/report-bytes.ts'],
    ['report-page/data/access.ts', '../../answers/access-rules.ts'],
    ['report-page/data/analysis.ts', '../../answers/power.ts'],
    ['model/ids.ts', 'node:path'],
    ['model/ids.ts', '@bufbuild/protobuf'],
    ['answers/power.ts', './report-format.ts'],
  ])('lets %s import %s', (path, specifier) => {
    expect(breachesOf({ path, specifier })).toEqual([]);
  });

  it.each([
    ['model/ids.ts', '../connector.ts', 'rank 1 imports rank 6'],
    ['model/ids.ts', '../descope/users/user.ts', 'rank 1 imports rank 1'],
    ['resources/user.ts', '../provisioning/grant.ts', 'rank 3 imports rank 3'],
    ['server/server.ts', '../sync/walk.ts', 'rank 7 imports rank 7'],
    ['answers/open.ts', '../output/last-sync.ts', 'rank 7 imports rank 7'],
    ['answers/open.ts', '../descope/client.ts', 'answers may not open descope'],
    ['errors.ts', './log.ts', 'rank 0 imports rank 0'],
    ['connector.ts', './doctor/doctor.ts', 'rank 6 imports rank 6'],
    ['connector.ts', './descope/client.ts', 'connector.ts may not open descope'],
    ['sync/walk.ts', '../gen/c1/connector/v2/grant_pb.ts', 'sync may not open gen'],
    ['sync/run.ts', '../descope/client.ts', 'sync may not open descope'],
    ['resources/user.ts', '../gen/x_pb.ts', 'resources may not open gen'],
    ['cli/main.ts', '../gen/x_pb.ts', 'cli may not open gen'],
    ['emulator/api.ts', '../model/ids.ts', 'the emulator knows nothing of ours'],
    ['emulator/api.ts', '../connector.ts', 'the emulator knows nothing of ours'],
    ['report-page/main.ts', '../answers/open.ts', 'the page knows its data and the rules, and nothing else'],
    ['cli/report.ts', '../report-page/main.ts', 'rank 10 imports rank 10'],
    ['answers/report.ts', '../report-page/main.ts', 'rank 7 imports rank 10'],
    ['cli/main.ts', '../utils/text.ts', 'nobody has given utils a rank'],
    ['cli/main.ts', '../../test/support/x.ts', 'nobody has given .. a rank'],
    ['cli/main.ts', '../../package.json', 'nobody has given .. a rank'],
    ['cli/main.ts', '../constructor/x.ts', 'nobody has given constructor a rank'],
    ['answers/power.ts', 'node:path', 'must do without Node and packages'],
    ['answers/power.ts', './rows.ts', 'must do without Node and packages'],
  ])('stops %s from importing %s', (path, specifier, why) => {
    expect(breachesOf({ path, specifier })).toEqual(expect.arrayContaining([expect.stringContaining(why)]));
  });

  it('lets a file that the page shares import a type, of which the bundle has nothing', () => {
    expect(breachesOf({ path: 'answers/power.ts', specifier: './rows.ts', isTypeOnly: true })).toEqual([]);
  });

  it('says what is wrong, where that is explained, and what to do', () => {
    expect(breachesOf({ path: 'model/ids.ts', specifier: '../connector.ts' })).toEqual([
      'model/ids.ts imports connector.ts: rank 1 imports rank 6; a module imports only from a lower rank or its own folder ' +
        '(docs/architecture.md#the-one-rule-and-the-doors). Move what both need to a lower rank, or hand it in as an argument.',
    ]);
  });

  it('stops a top-level folder or file that nobody has placed', () => {
    expect(misplacement('helpers/x.ts')).toContain('helpers/x.ts: nobody has given helpers a rank');
    expect(misplacement('helper.ts')).toContain('helper.ts: nobody has given helper.ts a rank');
    expect(misplacement('model/ids.ts')).toBeUndefined();
  });
});
