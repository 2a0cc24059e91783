// Plants faults in a copy of the source, one at a time, and asks the tests whether they notice.
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from './mutants/mutants.ts';

const root = join(import.meta.dirname, '..');
const copied = ['src', 'test', 'scripts', 'bin', 'proto', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'baton_capabilities.json', 'config_schema.json'];
/** A mutant that makes a test hang is killed as well, but not before this. */
const patienceMs = 120_000;

type Verdict = 'green' | 'red' | 'hung';

function runTests(tree: string, tests: readonly string[]): Verdict {
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const { status, error } = spawnSync(process.execPath, [vitest, 'run', '--bail=1', '--reporter=dot', ...tests], { cwd: tree, timeout: patienceMs, stdio: 'ignore' });
  if (error !== undefined) {
    return 'hung';
  }
  return status === 0 ? 'green' : 'red';
}

/** Puts the fault into the tree and gives back how to take it out again. */
async function plant(tree: string, { name, edits }: Mutant): Promise<() => Promise<void>> {
  const originals = new Map<string, string>();
  for (const { file, from, to } of edits) {
    const path = join(tree, file);
    const text = await readFile(path, 'utf8');
    if (text.split(from).length !== 2) {
      throw new Error(`mutant "${name}": its text must stand in ${file} exactly once, and stands there ${text.split(from).length - 1} times`);
    }
    if (!originals.has(path)) {
      originals.set(path, text);
    }
    await writeFile(path, text.replace(from, () => to));
  }
  return async () => {
    for (const [path, text] of originals) {
      await writeFile(path, text);
    }
  };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
  const chosen = mutants.filter(({ name }) => name.includes(values.only));
  const tree = await mkdtemp(join(tmpdir(), 'baton-descope-mutants-'));
  let survivors = 0;
  try {
    for (const name of copied) {
      await cp(join(root, name), join(tree, name), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
    for (const mutant of chosen) {
      await (await plant(tree, mutant))(); // every text is looked up before any time is spent
    }
    if (runTests(tree, [...new Set(chosen.flatMap(({ tests }) => tests))]) !== 'green') {
      console.error('the tests fail without any fault planted: nothing can be said');
      return 1;
    }
    for (const mutant of chosen) {
      const startedAt = performance.now();
      const heal = await plant(tree, mutant);
      const verdict = runTests(tree, mutant.tests);
      await heal();
      survivors += Number(verdict === 'green');
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      console.log(`${verdict === 'green' ? 'SURVIVED' : 'killed  '} ${seconds.padStart(5)} s  ${mutant.name}${verdict === 'hung' ? ' (a test hung)' : ''}`);
    }
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
  console.log(`${chosen.length - survivors} of ${chosen.length} killed`);
  return survivors === 0 ? 0 : 1;
}

process.exitCode = await main();
