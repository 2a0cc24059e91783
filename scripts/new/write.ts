import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inserted, type Insertion } from './insert.ts';

/** The files of a skeleton, by their path in the project, and the lines that lists of other files get. */
export interface Skeleton {
  readonly files: Readonly<Record<string, string>>;
  readonly insertions: readonly Insertion[];
}

/**
 * Writes a skeleton into the project and formats it. All of it or nothing: throws before anything is written where a
 * file or line is there already, and takes back what it wrote where the formatter fails.
 */
export function writeSkeleton(root: string, { files, insertions }: Skeleton): void {
  const there = Object.keys(files).filter((path) => existsSync(join(root, path)));
  if (there.length > 0) {
    throw new Error(
      `${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} there already, and nothing is overwritten`,
    );
  }
  const before = new Map(insertions.map(({ path }) => [path, readFileSync(join(root, path), 'utf8')]));
  const changed = insertions.map(
    (insertion) => [insertion.path, inserted(before.get(insertion.path) ?? '', insertion)] as const,
  );
  const texts = [...Object.entries(files), ...changed];
  try {
    for (const [path, text] of texts) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    format(
      root,
      texts.map(([path]) => path),
    );
  } catch (thrown) {
    Object.keys(files).forEach((path) => rmSync(join(root, path), { force: true }));
    before.forEach((text, path) => writeFileSync(join(root, path), text));
    throw thrown;
  }
}

function format(root: string, paths: readonly string[]): void {
  const oxfmt = join(root, 'node_modules/oxfmt/bin/oxfmt');
  const { status, stderr } = spawnSync(process.execPath, [oxfmt, ...paths], { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`the formatter failed, and nothing was written: ${stderr}`);
  }
}

/** Runs a command that writes a skeleton, and says what it wrote and what is left to do, or why it wrote nothing. */
export function told(
  command: string,
  run: () => { readonly skeleton: Skeleton; readonly steps: readonly string[] },
): void {
  try {
    const { skeleton, steps } = run();
    for (const path of Object.keys(skeleton.files)) console.log(`new      ${path}`);
    for (const { path, list, element } of skeleton.insertions) console.log(`changed  ${path}: ${element} in ${list}`);
    console.log('\nLeft to do:');
    for (const [place, step] of steps.entries()) console.log(`${place + 1}. ${step}`);
  } catch (thrown) {
    console.error(`${command}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    process.exitCode = 1;
  }
}
