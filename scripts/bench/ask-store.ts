/**
 * Asks a store what people ask, and prints the CPU milliseconds that each question takes, as JSON: medians, each with a
 * connection of its own. Takes the store.
 */
import { accessOf } from '../../src/answers/access-of.ts';
import type { FileIndex } from '../../src/answers/file-index.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { timelineOf } from '../../src/history/timeline.ts';

/** CPU milliseconds by question and time. */
export type AskedMs = Readonly<Record<string, number>>;

const [store = ''] = process.argv.slice(2);
const tries = 9;
const login = 'person.7@company-7.example';
const permission = 'invoices.approve';

/** Reads so many rows, and no more. */
function first(rows: Iterable<unknown>, most: number): number {
  let read = 0;
  for (const _ of rows) {
    read += 1;
    if (read === most) {
      break;
    }
  }
  return read;
}

const questions: Readonly<Record<string, (index: FileIndex) => unknown>> = {
  open: () => undefined,
  access: (index) => first(accessOf(index, login).paths(), Number.POSITIVE_INFINITY),
  'who-can': (index) => {
    const answer = whoCan(index, permission);
    return [first(answer.paths(), 100), answer.counts(), answer.otherCounts()];
  },
  timeline: (index) => first(timelineOf(index, login).events(), Number.POSITIVE_INFINITY),
};

await using history = await openHistory(store);
const syncs = await history.syncs();
const times = { now: syncs.at(-1), first: syncs[0], middle: syncs[Math.floor(syncs.length / 2)] };
const told: Record<string, number> = {};
for (const [when, sync] of Object.entries(times)) {
  if (sync === undefined) {
    throw new Error(`${store} holds no sync`);
  }
  for (const [name, ask] of Object.entries(questions)) {
    const taken: number[] = [];
    for (let run = 0; run < tries; run += 1) {
      const before = process.cpuUsage();
      await using index = await history.index(sync);
      ask(index);
      const { user, system } = process.cpuUsage(before);
      taken.push((user + system) / 1000);
    }
    told[`${name}, ${when}`] = taken.toSorted((one, other) => one - other)[Math.floor(tries / 2)] ?? Number.NaN;
  }
}
console.log(JSON.stringify(told));
