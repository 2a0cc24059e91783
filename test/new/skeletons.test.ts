import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyTree } from '../../scripts/mutants/tree.ts';

const root = join(import.meta.dirname, '../..');

/** Runs a program of the packages in the copy; what it printed, and its exit code in front. */
function run(tree: string, program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(tree, program), ...args], {
    cwd: tree,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return `exit ${status}\n${stdout}${stderr}`;
}

/** The paths that the copy has besides, and those whose text is another. */
function changesIn(tree: string): { readonly added: readonly string[]; readonly changed: readonly string[] } {
  const paths = ['src', 'test']
    .flatMap((folder) => readdirSync(join(tree, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(tree, join(parentPath, name)));
  const before = new Map(paths.map((path) => [path, textOf(join(root, path))]));
  return {
    added: paths.filter((path) => before.get(path) === undefined).toSorted(),
    changed: paths
      .filter((path) => before.get(path) !== undefined && before.get(path) !== textOf(join(tree, path)))
      .toSorted(),
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

describe('the skeletons of a type and of an action', () => {
  let tree: Awaited<ReturnType<typeof copyTree>>;
  beforeAll(async () => {
    tree = await copyTree([
      'src',
      'test',
      'scripts',
      'package.json',
      'tsconfig.json',
      '.oxlintrc.json',
      '.oxfmtrc.json',
    ]);
  });
  afterAll(() => tree[Symbol.asyncDispose]());

  it('are new files, and one line each in at most five that are there', () => {
    const type = run(tree.path, 'scripts/new-type.ts', 'sample_item', '--post', '--key', 'items', '--provisioned');
    const action = run(tree.path, 'scripts/new-action.ts', 'wave_at_user');

    expect(type).toMatch(/^exit 0\n/);
    expect(action).toMatch(/^exit 0\n/);
    const { added, changed } = changesIn(tree.path);
    expect(added).toEqual([
      'src/actions/wave-at-user.ts',
      'src/descope/sample-items.ts',
      'src/emulator/sample-items.ts',
      'src/provisioning/sample-item.ts',
      'src/resources/sample-item.ts',
      'test/actions/wave-at-user.test.ts',
      'test/descope/sample-items.test.ts',
      'test/provisioning/sample-item.test.ts',
      'test/resources/sample-item.test.ts',
    ]);
    expect(changed).toEqual([
      'src/actions/actions.ts',
      'src/descope/endpoints.ts',
      'src/emulator/families.ts',
      'src/provisioning/types.ts',
      'src/registry.ts',
    ]);
  });

  it('compile, and are laid out and written as the linter wants it', () => {
    const folders = ['src', 'test', 'scripts'];

    expect(run(tree.path, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json')).toBe('exit 0\n');
    expect(run(tree.path, 'node_modules/oxfmt/bin/oxfmt', '--check', ...folders)).toMatch(/^exit 0\n/);
    expect(run(tree.path, 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', ...folders)).toMatch(
      /^exit 0\n/,
    );
  });

  it('have tests that fail, and say what is to be written', () => {
    const files = ['test/descope/sample', 'test/resources/sample', 'test/provisioning/sample', 'test/actions/wave'];

    const told = run(tree.path, 'node_modules/vitest/vitest.mjs', 'run', '--testTimeout=30000', ...files);

    expect(told).toMatch(/^exit 1\n/);
    expect(told).toMatch(/Tests +5 failed \| 4 passed \(9\)/);
    const wanted = Array.from(told.matchAll(/AssertionError: (write .+?)(?:,|: expected)/g), ([, text]) => text);
    expect(new Set(wanted)).toEqual(
      new Set([
        'write a sample of sample items into src/emulator/sample-items.ts',
        'write the fields that are used into src/descope/sample-items.ts',
        'write what is granted',
        'write what wave_at_user does into src/actions/wave-at-user.ts',
        'write words',
      ]),
    );
  });
});
