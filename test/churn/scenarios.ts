import type { Switches } from '../../src/emulator/emulator.ts';
import { chanceOf } from '../support/chance.ts';

/** Something that happens to the project. `at` is a place among the users alive, from 0 (the oldest) to 1. */
export type Change =
  | { readonly kind: 'delete'; readonly at: number }
  | { readonly kind: 'create' }
  | { readonly kind: 'reorder' };

/** One project, and all that will happen to it, whoever reads it. */
export interface Plan {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly switches: Partial<Switches>;
  /** Ages of the first users in seconds, and which of them are only invited. */
  readonly users: readonly { readonly age: number; readonly isInvited: boolean }[];
  /** Ages of users who have just been created: searches may not find them yet. */
  readonly recent: readonly number[];
  /** What happens just before the nth search is answered, counted from 1. */
  readonly changes: ReadonlyMap<number, readonly Change[]>;
}

export interface Scenario {
  readonly name: string;
  readonly switches: Partial<Switches>;
  /** One burst of changes: all of them fall into the same gap between two answers. */
  readonly burst: (chance: () => number) => readonly Change[];
  /** Over how many seconds the users were created: few seconds make many ties. */
  readonly spreads: readonly number[];
  readonly isLagging?: boolean;
  /** The share of users who are only invited. */
  readonly invited?: number;
}

const remove =
  (from: number, to: number) =>
  (chance: () => number): readonly Change[] => [{ kind: 'delete', at: from + chance() * (to - from) }];
const create = (): readonly Change[] => [{ kind: 'create' }];
const both = (chance: () => number): readonly Change[] => [...remove(0, 1)(chance), ...create()];
const mixed = (chance: () => number): readonly Change[] => {
  const kind = chance();
  return kind < 0.4 ? remove(0, 1)(chance) : kind < 0.6 ? create() : both(chance);
};
const mixedAndReordered = (chance: () => number): readonly Change[] =>
  chance() < 0.5 ? [{ kind: 'reorder' }] : mixed(chance);

const apart = [100_000];
const tied = [1, 20, 300, 3_000];
const any = [...apart, ...tied];

export const scenarios: readonly Scenario[] = [
  { name: 'created', switches: {}, burst: create, spreads: any, isLagging: true },
  { name: 'deleted anywhere', switches: {}, burst: remove(0, 1), spreads: any },
  { name: 'deleted at the front', switches: {}, burst: remove(0, 0.1), spreads: any },
  { name: 'deleted at the end', switches: {}, burst: remove(0.9, 1), spreads: any },
  { name: 'deleted and created in one gap', switches: {}, burst: both, spreads: any },
  { name: 'mixed, search lags 3 s', switches: { searchLagSeconds: 3 }, burst: mixed, spreads: any, isLagging: true },
  { name: 'mixed, ties unstable', switches: { tieOrder: 'shuffled' }, burst: mixed, spreads: tied },
  { name: 'mixed, no Date header', switches: { dateHeader: 'off' }, burst: mixed, spreads: any },
  { name: 'mixed, Date a day ahead', switches: { clockSkewSeconds: 86_400 }, burst: both, spreads: any },
  { name: 'mixed, Date a day behind', switches: { clockSkewSeconds: -86_400 }, burst: both, spreads: any },
  { name: 'time filter refused', switches: { createdTimeFilter: 'unknown-field' }, burst: mixed, spreads: any },
  {
    name: 'time filter refused, ties unstable',
    switches: { createdTimeFilter: 'unknown-field', tieOrder: 'shuffled' },
    burst: mixed,
    spreads: tied,
  },
  { name: 'time filter ignored', switches: { createdTimeFilter: 'ignored' }, burst: mixed, spreads: any },
  {
    name: 'time filter hides invited users',
    switches: { createdTimeFilter: 'hides-invited' },
    burst: mixed,
    spreads: any,
    invited: 0.005,
  },
  { name: 'sort refused', switches: { sort: 'unknown-field' }, burst: mixed, spreads: any },
  { name: 'sort refused, reordered', switches: { sort: 'unknown-field' }, burst: mixedAndReordered, spreads: any },
  {
    name: 'sort and time filter refused',
    switches: { sort: 'unknown-field', createdTimeFilter: 'unknown-field' },
    burst: mixed,
    spreads: any,
  },
  { name: 'sort ignored, reordered', switches: { sort: 'ignored' }, burst: mixedAndReordered, spreads: any },
  {
    name: 'sort ignored, time filter refused, reordered',
    switches: { sort: 'ignored', createdTimeFilter: 'unknown-field' },
    burst: mixedAndReordered,
    spreads: any,
  },
];

/** The plan of a seed; the seed also picks the scenario, in turn, so that a seed alone replays a run. */
export function planOf(seed: number, only?: string): Plan {
  const scenario = scenarios.find(({ name }) => name === only) ?? scenarios[seed % scenarios.length] ?? scenarios[0];
  if (scenario === undefined) {
    throw new Error('there are no scenarios');
  }
  const chance = chanceOf(seed * 2 + 1);
  const spread = scenario.spreads[Math.floor(chance() * scenario.spreads.length)] ?? 1;
  const count = 101 + Math.floor(chance() * 500);
  const users = Array.from({ length: count }, () => ({
    age: 40 + chance() * spread,
    isInvited: chance() < (scenario.invited ?? 0),
  }));
  const recent =
    scenario.isLagging === true ? Array.from({ length: Math.floor(chance() * 20) }, () => chance() * 40) : [];
  const pages = Math.ceil(count / 100);
  const changes = new Map<number, readonly Change[]>();
  const bursts = chance() < 0.6 ? 1 + Math.floor(chance() * 2) : 3 + Math.floor(chance() * 6);
  for (let burst = 0; burst < bursts; burst += 1) {
    const before = 2 + Math.floor(chance() * (pages + 2));
    changes.set(before, [...(changes.get(before) ?? []), ...scenario.burst(chance)]);
  }
  return { seed, scenario, switches: scenario.switches, users, recent, changes };
}
