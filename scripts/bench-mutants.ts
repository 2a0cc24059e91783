// Plants regressions of speed and memory in a copy of the source, one at a time, and asks the benchmark's gate whether
// it shuts.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { regressions } from './mutants/regressions.ts';
import { copyTree, plant } from './mutants/tree.ts';

const copied = ['src', 'test', 'scripts', 'bin', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

await using copy = await copyTree(copied);
let survivors = 0;
for (const regression of regressions) {
  const heal = await plant(copy.path, regression);
  const node = (args: readonly string[]): number | null =>
    spawnSync(process.execPath, args, { cwd: copy.path, stdio: ['ignore', 'inherit', 'inherit'] }).status;
  const isBuilt = node([join('scripts', 'build.ts')]) === 0;
  const isShut = isBuilt && node([join('scripts', 'bench-gate.ts')]) !== 0;
  await heal();
  survivors += Number(!isShut);
  console.log(`${isShut ? 'the gate shut for' : 'SURVIVED:'} ${regression.name}`);
}
console.log(`${regressions.length - survivors} of ${regressions.length} noticed`);
process.exitCode = survivors === 0 ? 0 : 1;
