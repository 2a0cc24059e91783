import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inserted } from '../../scripts/new/insert.ts';
import { namesOf, pluralOf } from '../../scripts/new/names.ts';
import { copyTree } from '../../scripts/mutants/tree.ts';

function run(tree: string, script: string, ...args: readonly string[]): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, [join(tree, 'scripts', script), ...args], { cwd: tree, encoding: 'utf8' });
}

/** Every file below src and test, with its text. */
function filesOf(tree: string): Readonly<Record<string, string>> {
  const paths = ['src', 'test'].flatMap((folder) =>
    readdirSync(join(tree, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'utf8')]));
}

const parts = ['src', 'test/support', 'scripts', 'package.json'];

describe('npm run new:type', () => {
  let shared: Awaited<ReturnType<typeof copyTree>>;
  beforeAll(async () => {
    shared = await copyTree(parts);
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  it.each([
    ['no name', []],
    ['two names', ['widget', 'gadget']],
    ['a name in another case', ['idpGroup']],
    ['a plural that is the name', ['news', '--plural', 'news']],
    ['a path that is none of the API', ['widget', '--list', 'widgets']],
    ['the word for all types', ['all']],
    ['a type that is there', ['access_key']],
    ['a type of whose files one is there', ['user_key', '--plural', 'tenants']],
  ])('refuses %s, and writes nothing', (_case, args) => {
    const before = filesOf(shared.path);

    const { status, stderr } = run(shared.path, 'new-type.ts', ...args);

    expect(status).toBe(1);
    expect(stderr).toMatch(/^new:type: .+\n$/);
    expect(filesOf(shared.path)).toEqual(before);
  });

  it('refuses a type whose line is there although its files are not, and writes nothing', async () => {
    await using tree = await copyTree(parts);
    const path = join(tree.path, 'src/emulator/families.ts');
    await writeFile(path, (await readFile(path, 'utf8')).replace(/,?\s*\] as const/, ', widgets] as const'));
    const before = filesOf(tree.path);

    const { status, stderr } = run(tree.path, 'new-type.ts', 'widget');

    expect(status).toBe(1);
    expect(stderr).toBe('new:type: src/emulator/families.ts names widgets already\n');
    expect(filesOf(tree.path)).toEqual(before);
  });
});

describe('npm run new:action', () => {
  it.each([
    ['no name', []],
    ['a name in another case', ['disableUser']],
    ['the name of a file that is there', ['arguments']],
  ])('refuses %s, and writes nothing', async (_case, args) => {
    await using tree = await copyTree(parts);
    const before = filesOf(tree.path);

    const { status, stderr } = run(tree.path, 'new-action.ts', ...args);

    expect(status).toBe(1);
    expect(stderr).toMatch(/^new:action: .+\n$/);
    expect(filesOf(tree.path)).toEqual(before);
  });
});

describe('a line that is inserted', () => {
  const insertion = { path: 'src/list.ts', list: 'all', element: 'b', from: './folder/b.ts' };

  it.each([
    ['behind the others of its list, its import in order', './folder/c.ts', "b } from './folder/b.ts';\nimport { x"],
    ['its import behind the last of its folder', './folder/a.ts', "x } from './folder/a.ts';\nimport { b }"],
  ])('stands %s', (_case, other, order) => {
    const text = `import { x } from '${other}';\nimport y from './y.ts';\nexport const all = [x, y] as const;\n`;

    expect(inserted(text, insertion)).toContain('[x, y, b]');
    expect(inserted(text, insertion)).toContain(order);
  });

  it('may be the first of its list', () => {
    expect(inserted("import { x } from './folder/a.ts';\nconst all: X[] = [];\n", insertion)).toContain('= [b]');
  });

  it('names the file and the list where that list is gone', () => {
    expect(() => inserted('const others = [];', insertion)).toThrow('src/list.ts has no list called all any more');
  });
});

describe('a name', () => {
  it('has a form for each place', () => {
    expect(namesOf('idp_group')).toMatchObject({
      camel: 'idpGroup',
      pascal: 'IdpGroup',
      file: 'idp-group',
      words: 'idp group',
      one: 'an idp group',
      title: 'Idp group',
    });
    expect(namesOf('user_key').one).toBe('a user key');
  });

  it.each([
    ['access_key', 'access_keys'],
    ['identity', 'identities'],
    ['alias', 'aliases'],
    ['key', 'keys'],
  ])('%s becomes %s where there are several', (one, many) => {
    expect(pluralOf(one)).toBe(many);
  });
});
