// Reads projects whose users come and go meanwhile, and counts who is lost: by us, by a plain offset loop, by the
// SDK's.
import { parseArgs } from 'node:util';
import { scenarios } from '../test/churn/scenarios.ts';
import { isOverHttp, runSeed, Tally } from '../test/churn/tally.ts';

const columns = [
  'scenario',
  'runs',
  'complete',
  'repaired',
  'failed',
  'unproven',
  'lost, unproven',
  'lost by us',
  'lost by plain loop',
  'lost by SDK loop',
];

function row(name: string, tally: Tally): string {
  const counts = [
    tally.runs,
    tally.complete,
    tally.repaired,
    tally.failed,
    tally.unproven,
    tally.lostUnproven,
    tally.lostByUs,
    tally.lostPlainly,
    tally.lostBySdk,
  ];
  return `| ${[name, ...counts].join(' | ')} |`;
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new Error(`--${name} takes a whole number, not ${text}`);
  }
  return value;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      scenario: { type: 'string' },
    },
  });
  const runs = whole(values.runs, 'runs');
  const firstSeed = whole(values.seed, 'seed');
  const startedAt = performance.now();
  const tallies = new Map(scenarios.map(({ name }) => [name, new Tally()]));
  const all = new Tally();
  let overHttp = 0;
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const run = await runSeed(seed, values.scenario);
    overHttp += Number(isOverHttp(seed));
    all.add(run);
    tallies.get(run.plan.scenario.name)?.add(run);
    if (all.failing.at(-1) === seed) {
      console.error(
        `LOST: seed ${seed}, ${run.plan.scenario.name}, mode ${run.ours.mode}, ${run.ours.passes} passes: ${run.ours.lost.join(' ')}`,
      );
    }
  }

  console.log(`| ${columns.join(' | ')} |\n|---|${'--:|'.repeat(columns.length - 1)}`);
  for (const [name, tally] of [...tallies].filter(([, { runs: count }]) => count > 0)) {
    console.log(row(name, tally));
  }
  console.log(row('**all**', all));
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, seeds ${firstSeed} to ${firstSeed + runs - 1}, ` +
      `${seconds.toFixed(0)} s; ${overHttp} runs over HTTP, the others in process. Sampled, not proved.`,
  );
  if (all.failing.length > 0) {
    console.log(`failing seeds (each again with --runs 1 --seed <seed>): ${all.failing.join(' ')}`);
  }
  return all.failing.length === 0 ? 0 : 1;
}

process.exitCode = await main();
