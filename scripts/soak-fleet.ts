// What a fleet must hold, a row of the table for each promise: real processes killed, clocks set wrong, a database taken
// away, and large fleets in simulated time. `npm test` and the cases have a short share of each.
// Usage: npm run soak:fleet [-- --only kills,clocks,crowd,budget,away,throughput,large,questions --kills 50 --seed 7 --short]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { away } from './soak-fleet/away.ts';
import { budget } from './soak-fleet/budget.ts';
import { clocks } from './soak-fleet/clocks.ts';
import { crowd } from './soak-fleet/crowd.ts';
import { kills } from './soak-fleet/kills.ts';
import { large } from './soak-fleet/large.ts';
import { questions } from './soak-fleet/questions.ts';
import type { Amount, Part, Row } from './soak-fleet/row.ts';
import { throughput } from './soak-fleet/throughput.ts';

const parts: Readonly<Record<string, Part>> = { kills, clocks, crowd, budget, away, throughput, large, questions };
const whole = { kills: 50, days: 3, hours: 24, away: 300, projects: 500, many: 10_000 };
const short = { kills: 3, days: 2, hours: 2, away: 70, projects: 60, many: 500 };

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(parts).join(',') },
    short: { type: 'boolean', default: false },
    kills: { type: 'string' },
    days: { type: 'string' },
    hours: { type: 'string' },
    away: { type: 'string' },
    projects: { type: 'string' },
    many: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const usual = values.short ? short : whole;
const number = (name: keyof typeof whole): number => Number(values[name] ?? usual[name]);
const amount: Amount = {
  kills: number('kills'),
  days: number('days'),
  hours: number('hours'),
  awaySeconds: number('away'),
  projects: number('projects'),
  manyProjects: number('many'),
  seed: Number(values.seed),
};

const rows: Row[] = [];
for (const name of values.only.split(',')) {
  const part = parts[name];
  if (part === undefined) {
    throw new Error(`there is no ${name}: ${Object.keys(parts).join(', ')}`);
  }
  process.stderr.write(`${name} ...\n`);
  try {
    rows.push(...(await part(amount)));
  } catch (thrown) {
    rows.push({ what: name, must: 'end', seen: String(thrown).slice(0, 400), isHeld: false });
  }
}
const lines = rows.map(
  ({ what, must, seen, isHeld }) => `| ${what} | ${must} | ${seen} | ${isHeld ? 'holds' : 'FAILS'} |`,
);
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`;
const head = [`seed ${values.seed}, ${machine}`, '', '| what | must | seen | |', '|---|---|---|---|'];
process.stdout.write(`${[...head, ...lines].join('\n')}\n`);
process.exitCode = rows.every(({ isHeld }) => isHeld) ? 0 : 1;
