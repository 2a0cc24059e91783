// The plan of a fleet by arithmetic: workers, requests, database and cost, from the measured figures of docs/performance.md, and
// a simulation of a day that says whether so many workers are enough. docs/fleet-plan.md shows what it prints.
// Usage: npm run plan:fleet [-- --core 25 --memory 3.5 --disk 0.12 --change 0.005]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { slotsOf } from '../src/fleet/slots.ts';

/** So many projects of a size, each synced so often. */
interface Kind {
  readonly projects: number;
  readonly users: number;
  readonly everyHours: number;
}

interface Prices {
  /** Of a core, a GB of memory and a GB of disk for a month, and the share of users that change in a day: yours. */
  readonly core: number;
  readonly memory: number;
  readonly disk: number;
  readonly change: number;
}

const usualPrices: Prices = { core: 25, memory: 3.5, disk: 0.12, change: 0.005 };
const fleets: readonly { readonly name: string; readonly kinds: readonly Kind[] }[] = [
  { name: '10 projects', kinds: [{ projects: 10, users: 5_000, everyHours: 1 }] },
  {
    name: '500 projects',
    kinds: [
      { projects: 450, users: 1_000, everyHours: 1 },
      { projects: 45, users: 20_000, everyHours: 1 },
      { projects: 5, users: 200_000, everyHours: 6 },
    ],
  },
  {
    name: '10,000 projects',
    kinds: [
      { projects: 9_000, users: 1_000, everyHours: 1 },
      { projects: 900, users: 40_000, everyHours: 1 },
      { projects: 90, users: 400_000, everyHours: 6 },
      { projects: 10, users: 1_900_000, everyHours: 24 },
    ],
  },
];
const daySeconds = 86_400;
const daysOfStore = 400;
const workersOfProcess = 8;

/** The table that the plan reckons with, by the names of its rows. */
export function readFigures(): (name: string) => number {
  const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'performance.md'), 'utf8');
  const [, section = ''] = page.split(/^## What the plan of a fleet reckons with$/m);
  const rows = new Map(
    [...section.matchAll(/^\| ([^|]+) \| ([\d.,]+) \|/gm)].map(([, name = '', value = '']) => [
      name.trim(),
      Number(value.replaceAll(',', '')),
    ]),
  );
  return (name) => {
    const value = rows.get(name);
    if (value === undefined) {
      throw new Error(`docs/performance.md has no figure "${name}"`);
    }
    return value;
  };
}

/** What a fleet needs, as rows of a table: how much it is, in words. */
function planOf(kinds: readonly Kind[], figure: (name: string) => number, prices: Prices): readonly Row[] {
  const sum = (of: (kind: Kind) => number): number => kinds.reduce((all, kind) => all + of(kind), 0);
  const pages = ({ users }: Kind): number => Math.ceil(users / figure('users a page'));
  const seconds = (kind: Kind): number =>
    figure('a sync of nearly nothing: seconds') + (pages(kind) * 60) / figure('pages a minute');
  const syncs = ({ projects, everyHours }: Kind): number => (projects * 24) / everyHours;
  const syncsOfDay = sum(syncs);
  const users = sum((kind) => kind.projects * kind.users);
  const busy = sum((kind) => syncs(kind) * seconds(kind)) / daySeconds;
  const workers = Math.ceil(busy * 1.5) + 1;
  const processes = Math.ceil(workers / workersOfProcess);
  const requests = sum((kind) => syncs(kind) * (pages(kind) + figure('requests besides pages')));
  const cpu =
    sum(
      (kind) =>
        syncs(kind) *
        (figure('a sync of nearly nothing: seconds of CPU') +
          (kind.users * figure('microseconds of CPU a user')) / 1e6),
    ) / daySeconds;
  const databaseCpu = (syncsOfDay * figure('engine: milliseconds a sync')) / 1_000 / daySeconds;
  // A large sync takes more than others while it goes on.
  const beyond = sum(
    (kind) =>
      ((syncs(kind) * seconds(kind)) / daySeconds) *
      Math.max(0, kind.users - 100_000) *
      figure('bytes of memory a user beyond 100,000'),
  );
  const memory =
    (workers * figure('megabytes of a sync') + processes * figure('megabytes of a process')) / 1_000 + beyond / 1e9;
  const engine = (syncsOfDay * figure('engine: bytes a sync of the last day')) / 1e6;
  const first = (users * figure('store: bytes a user, the first sync')) / 1e9;
  const unchanged = (syncsOfDay * figure('store: bytes more, a later sync that changes nothing')) / 1e9;
  const growth = (users * prices.change * figure('store: bytes a user, the first sync')) / 1e9 + unchanged;
  const store = first + growth * daysOfStore;
  const cost = (cpu + databaseCpu) * prices.core + memory * prices.memory + store * prices.disk;
  const late = simulatedDay(kinds, workers, seconds);
  const queries = processes + workers / 15 + (syncsOfDay * 6) / daySeconds;
  return [
    ['users', inShort(users)],
    ['syncs a day', inShort(syncsOfDay)],
    ['the longest sync', inWords(Math.max(...kinds.map(seconds)))],
    ['requests a day, and a second on average', `${inShort(requests)}, ${inShort(requests / daySeconds)}`],
    ['workers that are always busy', busy.toFixed(1)],
    ['**workers**: half as many again, and one', `**${workers}**`],
    [`processes of ${workersOfProcess} workers`, String(processes)],
    ['cores: of syncs, of the database for runs', `${cpu.toFixed(2)}, ${databaseCpu.toFixed(3)}`],
    ['memory of workers and processes', `${inShort(memory)} GB`],
    ['queries of the database a second, for runs', inShort(queries)],
    ['runs of the last day in the database', `${inShort(engine)} MB`],
    ['store: the first sync of all', `${inShort(first)} GB`],
    [`store: a day more, with ${prices.change * 100} % of users changed`, `${inShort(growth)} GB`],
    [`store: after ${daysOfStore} days`, `${inShort(store)} GB`],
    ['a month, at the prices below', inShort(cost)],
    ['simulated day: slots, passed over', `${inShort(late.slots)}, ${late.passedOver}`],
    [
      'simulated day: begun late by (half, 99 of 100, all)',
      late.seconds.map((one) => `${one.toFixed(0)} s`).join(', '),
    ],
  ];
}

type Row = readonly [what: string, much: string];

/** A day of slots as `fleet run` has them, first come, first served: how late each begins with so many workers. */
function simulatedDay(
  kinds: readonly Kind[],
  workers: number,
  secondsOf: (kind: Kind) => number,
): { readonly slots: number; readonly passedOver: number; readonly seconds: readonly number[] } {
  const startMs = Date.parse('2026-11-30T00:00:00Z');
  const endMs = startMs + daySeconds * 1_000;
  const due = kinds.flatMap((kind, place) =>
    Array.from({ length: kind.projects }, (_none, number) => `P2plan${place}x${number}`).flatMap((id) => {
      const slots = slotsOf({ id, schedule: { every: kind.everyHours * 3_600_000 } });
      const all: { readonly id: string; readonly ms: number; readonly lastsMs: number }[] = [];
      for (let ms = slots?.next(startMs) ?? endMs; ms < endMs; ms = slots?.next(ms) ?? endMs) {
        all.push({ id, ms, lastsMs: secondsOf(kind) * 1_000 });
      }
      return all;
    }),
  );
  const free = Array.from({ length: workers }, () => startMs);
  const endOf = new Map<string, number>();
  const late: number[] = [];
  let passedOver = 0;
  for (const { id, ms, lastsMs } of due.toSorted((one, other) => one.ms - other.ms)) {
    if ((endOf.get(id) ?? 0) > ms) {
      passedOver += 1;
      continue;
    }
    const next = free.reduce((best, at, place) => (at < (free[best] ?? at) ? place : best), 0);
    const begins = Math.max(ms, free[next] ?? ms);
    free[next] = begins + lastsMs;
    endOf.set(id, begins + lastsMs);
    late.push((begins - ms) / 1_000);
  }
  const sorted = late.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { slots: due.length, passedOver, seconds: [at(0.5), at(0.99), at(1)] };
}

/** "1.2M", "13,400", "0.31": three digits. */
function inShort(value: number): string {
  return value >= 1e6
    ? `${(value / 1e6).toLocaleString('en', { maximumSignificantDigits: 3 })}M`
    : value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function inWords(seconds: number): string {
  return seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(0)} min`;
}

/** The tables of docs/fleet-plan.md. */
export function fleetPlan(prices: Prices = usualPrices): string {
  const figure = readFigures();
  const kinds = fleets.flatMap(({ name, kinds: all }) =>
    all.map(({ projects, users, everyHours }) => [
      name,
      inShort(projects),
      users.toLocaleString('en'),
      `${everyHours} h`,
    ]),
  );
  const plans = fleets.map(({ kinds: all }) => planOf(all, figure, prices));
  const rows = (plans[0] ?? []).map(([what], place) => [what].concat(plans.map((plan) => plan[place]?.[1] ?? '')));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['fleet', 'projects', 'users of each', 'synced each']),
    '|---|--:|--:|--:|',
    ...kinds.map(line),
    '',
    line(['', ...fleets.map(({ name }) => name)]),
    '|---|--:|--:|--:|',
    ...rows.map(line),
    '',
  ].join('\n');
}

/** The page with the tables that hold now. */
export function withPlan(page: string): string {
  return page.replace(/(?<=<!-- plan:begin -->\n)[^]*(?=<!-- plan:end -->)/, `\n${fleetPlan()}\n`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      core: { type: 'string' },
      memory: { type: 'string' },
      disk: { type: 'string' },
      change: { type: 'string' },
    },
  });
  const given = Object.entries(values).map(([name, text]) => {
    const value = Number(text);
    if (!(value >= 0)) {
      throw new Error(`--${name} must be a number`);
    }
    return [name, value] as const;
  });
  process.stdout.write(fleetPlan({ ...usualPrices, ...Object.fromEntries(given) }));
}
