import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutants.ts';

const root = join(import.meta.dirname, '../..');

/** A copy of the project, in which faults can be planted; its packages are the project's own. */
export async function copyTree(names: readonly string[]): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'baton-descope-mutants-'));
  for (const name of names) {
    await cp(join(root, name), join(path, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(path, 'node_modules'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Puts the fault into the tree and gives back how to take it out again. */
export async function plant(
  tree: string,
  { name, edits }: Pick<Mutant, 'name' | 'edits'>,
): Promise<() => Promise<void>> {
  const originals = new Map<string, string>();
  for (const { file, from, to } of edits) {
    const path = join(tree, file);
    const text = await readFile(path, 'utf8');
    if (text.split(from).length !== 2) {
      throw new Error(
        `mutant "${name}": its text must stand in ${file} exactly once, and stands there ${text.split(from).length - 1} times`,
      );
    }
    if (!originals.has(path)) {
      originals.set(path, text);
    }
    await writeFile(
      path,
      text.replace(from, () => to),
    );
  }
  return async () => {
    for (const [path, text] of originals) {
      await writeFile(path, text);
    }
  };
}
