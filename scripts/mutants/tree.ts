import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAnchor, textWith } from './anchors.ts';
import type { Mutant } from './mutant.ts';
import { type ParsedFile, parsedFile, sourceFiles } from './syntax.ts';

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

/** The files that the fault changes, with the fault in them; throws where an anchor is not found exactly once. */
export function changedFiles(
  files: readonly ParsedFile[],
  { name, edits }: Pick<Mutant, 'name' | 'edits'>,
): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  for (const edit of edits) {
    const current = files.map((file) => {
      const text = changed.get(file.path);
      return text === undefined ? file : parsedFile(file.path, text);
    });
    try {
      const place = findAnchor(current, edit);
      const file = current.find(({ path }) => path === place.path);
      if (file !== undefined) {
        changed.set(file.path, textWith(file, place, edit));
      }
    } catch (thrown) {
      throw new Error(`mutant "${name}": ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
        cause: thrown,
      });
    }
  }
  return changed;
}

/** Puts the fault into the tree and gives back how to take it out again. */
export async function plant(tree: string, mutant: Pick<Mutant, 'name' | 'edits'>): Promise<() => Promise<void>> {
  const files = sourceFiles(tree);
  const changed = changedFiles(files, mutant);
  for (const [path, text] of changed) {
    await writeFile(join(tree, path), text);
  }
  return async () => {
    for (const { path, text } of files) {
      if (changed.has(path)) {
        await writeFile(join(tree, path), text);
      }
    }
  };
}
