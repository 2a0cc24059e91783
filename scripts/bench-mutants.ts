// Plants regressions of speed and memory in a copy of the source, one at a time, and asks the benchmark's gate whether it shuts.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Mutant } from './mutants/mutants.ts';
import { copyTree, plant } from './mutants/tree.ts';

const copied = ['src', 'test', 'scripts', 'bin', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

const regressions: readonly Pick<Mutant, 'name' | 'edits'>[] = [
  {
    name: 'no read-ahead',
    edits: [{ file: 'src/descope/users/page-window.ts', from: 'const maxAhead = 18;', to: 'const maxAhead = 1;' }],
  },
  {
    name: 'parsed users kept',
    edits: [
      {
        file: 'src/resources/access-index.ts',
        from: '  #isIndexed = new Uint8Array(1024);',
        to: '  #isIndexed = new Uint8Array(1024);\n  readonly kept: unknown[] = [];',
      },
      {
        file: 'src/resources/access-index.ts',
        from: '      const ordinal = ordinals[place] ?? 0;',
        to: '      const ordinal = ordinals[place] ?? 0;\n      this.kept.push(user);',
      },
    ],
  },
  {
    name: 'the disk not waited for',
    edits: [
      {
        file: 'src/output/hashed-text.ts',
        from: '      await this.#file.writeBytes(bytes);',
        to: '      const copy = Buffer.from(bytes);\n      this.#last = this.#last.then(() => this.#file.writeBytes(copy));',
      },
      {
        file: 'src/output/hashed-text.ts',
        from: '  readonly #file: AtomicFile;\n',
        to: '  readonly #file: AtomicFile;\n  #last: Promise<void> = Promise.resolve();\n',
      },
      {
        file: 'src/output/hashed-text.ts',
        from: "    return this.#hash.digest('hex');",
        to: "    await this.#last;\n    return this.#hash.digest('hex');",
      },
    ],
  },
  {
    name: 'the annotation left out that spares a call for each user',
    edits: [
      {
        file: 'src/model/resource-types.ts',
        from: 'marker(SkipEntitlementsAndGrantsSchema)',
        to: 'marker(SkipEntitlementsSchema)',
      },
    ],
  },
];

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
