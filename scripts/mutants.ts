// Plants faults in a copy of the source, one at a time, and asks the tests whether they notice.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutants } from './mutants/mutants.ts';
import { copyTree, plant } from './mutants/tree.ts';

const copied = [
  'src',
  'dist',
  'test',
  'scripts',
  'bin',
  'proto',
  'docs',
  'package.json',
  'tsconfig.json',
  'baton_capabilities.json',
  'config_schema.json',
];
/** A mutant that makes a test hang is killed as well, but not before this. */
const patienceMs = 120_000;

type Verdict = 'green' | 'red' | 'hung';

function runTests(tree: string, tests: readonly string[]): Verdict {
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const config = join('scripts', 'mutants', 'vitest.config.ts');
  const args = [vitest, 'run', '--root=.', `--config=${config}`, '--bail=1', '--reporter=dot', ...tests];
  const { status, error } = spawnSync(process.execPath, args, {
    cwd: tree,
    timeout: patienceMs,
    stdio: 'ignore',
  });
  if (error !== undefined) {
    return 'hung';
  }
  return status === 0 ? 'green' : 'red';
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
  const chosen = mutants.filter(({ name }) => name.includes(values.only));
  await using copy = await copyTree(copied);
  const tree = copy.path;
  let survivors = 0;
  for (const mutant of chosen) {
    await (
      await plant(tree, mutant)
    )(); // every anchor is looked up before any time is spent
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
    console.log(
      `${verdict === 'green' ? 'SURVIVED' : 'killed  '} ${seconds.padStart(5)} s  ` +
        `${mutant.name}${verdict === 'hung' ? ' (a test hung)' : ''}`,
    );
  }
  console.log(`${chosen.length - survivors} of ${chosen.length} killed`);
  return survivors === 0 ? 0 : 1;
}

process.exitCode = await main();
