import { describe, expect, it } from 'vitest';
import {
  type Arena,
  type Arm,
  benchProject,
  benchUserId,
  benchUsers,
  type Body,
  type Case,
  forever,
  runCase,
  search,
  table,
  ways,
} from '../support/faults-bench.ts';

/** The nth answer of a search, counted from 1, and all after it. */
const totals =
  (change: (total: number, answer: number, body: Body) => number, nth = 1, times = forever): Arm =>
  ({ mutate }: Arena) => {
    let answer = 0;
    mutate(
      search,
      (body) => {
        answer += 1;
        return { ...body, total: change(body.total, answer, body) };
      },
      nth,
      times,
    );
  };

describe('row 11: a total that cannot be believed', () => {
  table([
    { name: 'grows once', expected: 'same', arm: totals((total) => total + 1, 3, 1) },
    { name: 'shrinks once', expected: 'same', arm: totals((total) => total - 1, 3, 1) },
    { name: 'is nought once, with rows', expected: 'same', arm: totals(() => 0, 3, 1) },
    {
      name: 'equals the length of the page, once',
      expected: 'same',
      arm: totals((_total, _answer, { users }) => users.length, 1, 1),
    },
    { name: 'grows with every answer', expected: 'inconsistent', arm: totals((total, answer) => total + answer) },
    {
      name: 'grows by a hundred with every answer',
      expected: 'inconsistent',
      arm: totals((total, answer) => total + answer * 100),
    },
    {
      name: 'shrinks with every answer',
      expected: ['inconsistent', 'same'],
      arm: totals((total, answer) => total - answer + 1),
    },
    { name: 'oscillates', expected: ['inconsistent', 'same'], arm: totals((total, answer) => total + (answer % 2)) },
    {
      name: 'is always the length of the page',
      expected: 'same',
      arm: totals((_total, _answer, { users }) => users.length),
    },
    { name: 'is always nought, with rows', expected: 'inconsistent', arm: totals(() => 0) },
    { name: 'is always one too many', expected: 'inconsistent', arm: totals((total) => total + 1) },
    {
      name: 'is always a page too few: rows beyond it',
      expected: ['inconsistent', 'same'],
      arm: totals((total) => Math.max(0, total - 100)),
    },
    {
      name: 'is always one too few',
      expected: ['inconsistent', 'same'],
      arm: totals((total) => Math.max(0, total - 1)),
    },
    { name: 'is 2^31 - 1', expected: 'inconsistent', arm: totals(() => 2 ** 31 - 1) },
  ]);
});

const remove =
  (...places: readonly number[]) =>
  ({ emulator }: Arena) =>
    places.forEach((place) => emulator.state.deleteUser(benchUserId(place)));
let added = 0;
const add =
  (createdTime?: number) =>
  ({ emulator }: Arena) => {
    added += 1;
    emulator.state.addUser({
      userId: `U2new${added}`,
      roleNames: ['Editor'],
      ...(createdTime !== undefined && { createdTime }),
    });
  };
const oldest = 1_640_000_000;
const middle = 1_650_000_000 + 40 * 3_600;
/** Touches a user so that the order changes: the one at `place` was created at another time. */
const move =
  (place: number, createdTime: number) =>
  ({ emulator }: Arena) =>
    void emulator.state.updateUser(benchUserId(place), { createdTime });
const at =
  (nth: number, ...changes: readonly ((arena: Arena) => unknown)[]): Arm =>
  (arena) =>
    arena.beforeSearch(nth, () => changes.forEach((change) => change(arena)));

describe('row 12: users who come, go and move while they are listed', () => {
  const changes: readonly (readonly [string, readonly ((arena: Arena) => unknown)[]])[] = [
    ['one at the front is deleted', [remove(0)]],
    ['one in the middle is deleted', [remove(150)]],
    ['the last one is deleted', [remove(benchUsers - 1)]],
    ['120 at the front are deleted', [remove(...Array.from({ length: 120 }, (_, place) => place))]],
    ['one is added at the end', [add()]],
    ['one is added at the front', [add(oldest)]],
    ['one is deleted and one added at the end', [remove(10), add()]],
    ['one is deleted and one added at the front', [remove(160), add(oldest)]],
    ['seven are deleted all over', [remove(3, 99, 100, 199, 200, 299, 300)]],
    ['one moves from the back to the front', [move(320, oldest)]],
  ];
  table(
    changes.flatMap(([name, change]) =>
      [2, 4].map((nth): Case => ({
        name: `${name}, before search ${nth}`,
        expected: name.includes('moves') || name.includes('added at the front') ? ['same', 'inconsistent'] : 'same',
        arm: at(nth, ...change),
      })),
    ),
  );
  table([
    {
      name: 'everybody is deleted',
      expected: ['same', 'inconsistent'],
      arm: at(2, remove(...Array.from({ length: benchUsers }, (_, place) => place))),
    },
    {
      name: 'one is deleted before every search',
      expected: ['same', 'inconsistent'],
      arm: (arena) =>
        Array.from({ length: 8 }, (_, nth) => nth)
          .slice(1, 4)
          .forEach((nth) => arena.beforeSearch(nth + 1, () => remove(nth * 7)(arena))),
    },
  ]);

  // Known bug: `Ledger.enter` numbers the users of a page up to the repeated one, and then refuses the page. Those
  // users are below the high-water mark of the access index when they are read again: they are listed, but none of
  // their grants.
  const bugs: readonly Case[] = [
    {
      name: 'one moves from the front to the end',
      expected: ['same', 'inconsistent'],
      arm: at(4, move(20, 1_700_000_000)),
    },
    ...[1, 2, 3].map((seed): Case => ({
      name: `ties come in another order each time, seed ${seed}`,
      expected: ['same', 'inconsistent'],
      emulator: { switches: { tieOrder: 'shuffled' }, project: benchProject(), seed },
      arm: ({ fault }) => void fault(search, { kind: 'delay', ms: 1 }),
    })),
  ];
  for (const way of ways) {
    for (const bug of bugs) {
      it(`found here once: ${way}: ${bug.name}`, () => runCase(way, bug));
    }
    // Known limit: the design takes it for granted that nobody is created with a creation time of long ago.
    it.fails(`known limit: ${way}: one is deleted, and one added among the oldest pages, in the same gap`, () =>
      runCase(way, { name: '', expected: ['same', 'inconsistent'], arm: at(2, remove(5), add(middle)) }));
  }

  /** Replayable: the seed decides everything. */
  const numbers = (seed: number): (() => number) => {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  };
  table(
    Array.from({ length: 16 }, (_, seed): Case => ({
      name: `a random mix, seed ${seed}`,
      expected: ['same', 'inconsistent'],
      arm: (arena) => {
        const random = numbers(seed + 1);
        for (const nth of [2, 3, 4]) {
          const kind = Math.floor(random() * 4);
          const place = Math.floor(random() * benchUsers);
          const change = [
            remove(place),
            add(),
            add(oldest + place),
            (all: Arena) => [remove(place), add()].forEach((one) => one(all)),
          ][kind];
          arena.beforeSearch(nth, () => change?.(arena));
        }
      },
    })),
  );
});

type Row = Body['users'][number];

describe('row 13: users who come twice', () => {
  const spoil =
    (change: (users: readonly Row[], before: readonly Row[]) => readonly Row[], nth = 1, times = 1): Arm =>
    ({ mutate }) => {
      let before: readonly Row[] = [];
      mutate(
        search,
        (body) => {
          const users = change(body.users, before);
          before = body.users;
          return { ...body, users };
        },
        nth,
        times,
      );
    };
  const first = (users: readonly Row[]): Row => users[0] ?? {};
  table([
    {
      name: 'in one page, instead of another user',
      expected: 'same',
      arm: spoil((users) => [first(users), first(users), ...users.slice(2)], 3),
    },
    { name: 'in one page, besides all others', expected: 'same', arm: spoil((users) => [first(users), ...users], 3) },
    {
      name: 'in one page, with another content',
      expected: 'same',
      arm: spoil((users) => [{ ...first(users), name: 'Other', roleNames: ['Viewer'] }, ...users], 2),
    },
    {
      name: 'across pages, instead of another user',
      expected: 'same',
      arm: spoil((users, before) => (before.length === 0 ? users : [first(before), ...users.slice(1)]), 2, 2),
    },
    {
      name: 'across pages, with another content',
      expected: 'same',
      arm: spoil(
        (users, before) => (before.length === 0 ? users : [{ ...first(before), name: 'Other' }, ...users.slice(1)]),
        2,
        2,
      ),
    },
    {
      name: 'in every page, instead of another user',
      expected: 'inconsistent',
      arm: spoil((users) => (users.length < 2 ? users : [first(users), first(users), ...users.slice(2)]), 1, forever),
    },
    {
      name: 'in every page, besides all others',
      expected: ['inconsistent', 'same'],
      arm: spoil((users) => (users.length === 0 ? users : [first(users), ...users]), 1, forever),
    },
    {
      name: 'the first page for every page',
      expected: ['inconsistent', 'same'],
      arm: spoil((users, before) => (before.length === 0 ? users : before), 1, 4),
    },
  ]);
});

describe('row 14: pages of the wrong length', () => {
  const page =
    (change: (users: readonly Row[]) => readonly Row[], nth: number, times = 1): Arm =>
    ({ mutate }) =>
      void mutate(search, (body) => ({ ...body, users: change(body.users) }), nth, times);
  const stranger = { userId: 'U2stranger', loginIds: ['stranger'], createdTime: 1_650_000_000 };
  table([
    { name: 'one short in the middle', expected: 'same', arm: page((users) => users.slice(0, 99), 2) },
    { name: 'one short at the front', expected: 'same', arm: page((users) => users.slice(1), 1) },
    { name: 'one short at the end', expected: 'same', arm: page((users) => users.slice(1), 4) },
    {
      name: 'the service never gives more than 50',
      expected: 'same',
      arm: page((users) => users.slice(0, 50), 1, forever),
    },
    {
      name: 'the service never gives more than 50 (its own switch)',
      expected: 'same',
      emulator: { project: benchProject(), switches: { maxLimit: 50 } },
      arm: ({ fault }) => void fault(search, { kind: 'delay', ms: 1 }),
    },
    {
      name: 'the service never gives more than 50, and counts a page only',
      expected: 'same',
      emulator: { project: benchProject(), switches: { maxLimit: 50, total: 'page-length' } },
      arm: ({ fault }) => void fault(search, { kind: 'delay', ms: 1 }),
    },
    {
      name: 'the same, and knows no bounds of time',
      expected: ['inconsistent', 'shape'],
      emulator: { project: benchProject(), switches: { total: 'page-length', createdTimeFilter: 'unknown-field' } },
      arm: ({ fault }) => void fault(search, { kind: 'delay', ms: 1 }),
    },
    {
      name: 'the service refuses more than 50',
      expected: 'shape',
      emulator: { project: benchProject(), switches: { maxLimit: 50, overMaxLimit: 'reject' } },
      arm: ({ evidence, emulator }) => evidence(() => emulator.stats.count(search)),
    },
    {
      name: 'the service never gives more than 3',
      expected: ['same', 'inconsistent'],
      arm: page((users) => users.slice(0, 3), 1, forever),
    },
    {
      name: 'one of every page is left out',
      expected: 'inconsistent',
      arm: page((users) => users.toSpliced(Math.floor(users.length / 2), 1), 1, forever),
    },
    { name: 'empty in the middle, once', expected: 'same', arm: page(() => [], 3) },
    { name: 'empty at the front, once', expected: 'same', arm: page(() => [], 1) },
    { name: 'empty in the middle, from then on', expected: 'inconsistent', arm: page(() => [], 3, forever) },
    { name: 'empty always', expected: 'inconsistent', arm: page(() => [], 1, forever) },
    { name: 'longer than the limit, once', expected: 'same', arm: page((users) => [...users, stranger], 3) },
    {
      name: 'longer than the limit, always',
      expected: 'inconsistent',
      arm: page((users) => [...users, { ...stranger, userId: `U2stranger${users.length}` }], 1, forever),
    },
  ]);
});

describe('row 19: clocks', () => {
  const skewed = (clockSkewSeconds: number): Case => ({
    name: `the service's clock is ${clockSkewSeconds} s off`,
    expected: 'same',
    emulator: { project: benchProject(), switches: { clockSkewSeconds } },
    arm: ({ fault, emulator }) =>
      void fault(
        search,
        {
          kind: 'status',
          status: 429,
          headers: { 'retry-after': new Date(Date.now() + (clockSkewSeconds + 10) * 1_000).toUTCString() },
        },
        emulator.stats.total + 2,
      ),
    check: ({ slept }) => expect(Math.max(...slept)).toBeLessThanOrEqual(11_000),
  });
  let nowMs = Date.now();
  table([
    skewed(86_400),
    skewed(-86_400),
    {
      name: 'no clock at all',
      expected: 'same',
      emulator: { project: benchProject(), switches: { dateHeader: 'off' } },
      arm: ({ fault }) =>
        void fault(search, { kind: 'status', status: 429, headers: { 'retry-after': new Date().toUTCString() } }),
    },
    {
      name: "the service's clock goes back a day while we read",
      expected: 'same',
      emulator: { project: benchProject(), now: () => nowMs },
      arm: (arena) =>
        arena.beforeSearch(2, () => {
          nowMs -= 86_400_000;
        }),
    },
  ]);
});
