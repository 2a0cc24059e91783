// The benchmark. `npm run bench`: a quick profile; `--full`: everything, written to docs/performance; `--only NAME`:
// some of it.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chartsOf } from './bench/charts.ts';
import { runScenarios } from './bench/run.ts';
import { full, quick } from './bench/scenarios.ts';
import { askedTable, tableOf, verdictTable } from './bench/table.ts';
import { verdictsOf } from './bench/verdicts.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
  },
});
const folder =
  values.out ?? (values.full && values.only === '' ? join(import.meta.dirname, '../docs/performance') : undefined);
const machine =
  `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} ` +
  `GiB, ${process.platform} ${release().split('-')[0]}, Node ${process.versions.node}`;

const chosen = (values.full ? full : quick).filter(({ name }) => name.includes(values.only));
const startedAt = performance.now();
const results = await runScenarios(chosen, (text) => console.error(text));
const verdicts = verdictsOf(results);
console.log(
  [
    machine,
    '',
    tableOf(results),
    askedTable(results),
    '',
    verdictTable(verdicts),
    '',
    `${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  ].join('\n'),
);

if (folder !== undefined) {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'bench.json'),
    `${JSON.stringify({ at: new Date().toISOString(), machine, results, verdicts }, undefined, 1)}\n`,
  );
  const tables = [verdictTable(verdicts), tableOf(results)].join('\n\n') + `\n${askedTable(results)}`;
  await writeFile(
    join(folder, 'results.md'),
    `# Measured\n\n${new Date().toISOString().slice(0, 10)}, ${machine}. Contender and fixture each on a core of its own.\n\n${tables}\n`,
  );
  for (const [name, svg] of Object.entries(chartsOf(results))) {
    await writeFile(join(folder, name), svg);
  }
}
