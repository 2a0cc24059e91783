import type { Fault, Switches } from '../../src/emulator/emulator.ts';
import { truncations, wrongBodies } from '../../src/emulator/faults.ts';
import { chanceOf } from './chance.ts';
import { isWorldOf, recorded, type SeenSearch } from './alike.ts';
import {
  type Arena,
  type Arm,
  attempt,
  benchProject,
  benchUserId,
  benchUsers,
  type Body,
  forever,
  judge,
  lists,
  search,
  verdictOf,
  type Way,
} from './faults-bench.ts';
import { hostileFront, tampers } from './hostile-front.ts';

/** Many of the runs wait for one of them. */
const quickDeadlines = { connectMs: 2_000, headersMs: 700, bodyIdleMs: 700, attemptMs: 1_000 };

type Chance = () => number;
interface Evil {
  readonly name: string;
  readonly arm: (arena: Arena) => void;
}

function oneOf<T>(chance: Chance, list: readonly T[]): T {
  return list[Math.floor(chance() * list.length)] as T; // a number below the length: there is one
}

const statuses = [400, 401, 403, 404, 408, 409, 418, 429, 429, 429, 500, 502, 503, 504, 520, 530];
const waits = [undefined, '1', '7', '0', '-3', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT', '3600'];

function plainFault(chance: Chance): Fault {
  const kind = Math.floor(chance() * 7);
  switch (kind) {
    case 0:
    case 1: {
      const wait = oneOf(chance, waits);
      return {
        kind: 'status',
        status: oneOf(chance, statuses),
        ...(wait !== undefined && { headers: { 'retry-after': wait } }),
        ...(chance() < 0.3 && { body: '<html>{"users":[],"total":0}</html>' }),
      };
    }
    case 2:
      return { kind: 'reset', at: oneOf(chance, ['before-headers', 'mid-body']) };
    case 3:
      return { kind: 'truncate', how: oneOf(chance, truncations) };
    case 4:
      return { kind: 'body', body: oneOf(chance, wrongBodies) };
    case 5:
      return {
        kind: 'redirect',
        status: oneOf(chance, [301, 302, 303, 307, 308]),
        location: oneOf(chance, ['/', 'http://127.0.0.1:9/']),
      };
    default:
      return { kind: 'delay', ms: Math.floor(chance() * 8) };
  }
}

type Row = Body['users'][number];
const first = (rows: readonly Row[]): Row => rows[0] ?? {};

/**
 * Answers that contradict themselves or each other. None of them is what an honest service says of a project that has
 * changed.
 */
const lies: Readonly<Record<string, (chance: Chance) => (body: Body, before: Body) => unknown>> = {
  'a total that is off': (chance) => {
    const by = 1 + Math.floor(chance() * 120) * (chance() < 0.5 ? -1 : 1);
    return (body) => ({ ...body, total: Math.max(0, body.total + by) });
  },
  'a total of the page': () => (body) => ({ ...body, total: body.users.length }),
  'a user left out': (chance) => {
    const at = chance();
    return (body) => ({ ...body, users: body.users.toSpliced(Math.floor(at * body.users.length), 1) });
  },
  'a user twice, for another': () => (body) => ({
    ...body,
    users: body.users.length < 2 ? body.users : [first(body.users), first(body.users), ...body.users.slice(2)],
  }),
  'a user twice, besides': () => (body) => ({
    ...body,
    users: body.users.length === 0 ? [] : [first(body.users), ...body.users],
  }),
  'the page before': () => (body, before) => (before.users.length === 0 ? body : before), // an empty project, told in earnest, is believed
  'the order turned round': () => (body) => ({ ...body, users: body.users.toReversed() }),
  'half a page': () => (body) => ({ ...body, users: body.users.slice(0, Math.floor(body.users.length / 2)) }),
  'an empty page': () => (body) => ({ ...body, users: [] }),
  'no creation times': () => (body) => ({
    ...body,
    users: body.users.map((row) => ({ ...row, createdTime: undefined })),
  }),
  'a user without an id': () => (body) => ({
    ...body,
    users: body.users.map((row, at) => (at === 3 ? { ...row, userId: null } : row)),
  }),
  'null roles': () => (body) => ({
    ...body,
    users: body.users.map((row, at) => (at === 5 ? { ...row, roleNames: 'Editor' } : row)),
  }),
  'an error beside the data': () => (body) => Object.assign({}, body, { errorCode: 'E011001' }),
};

let strangers = 0;
const changes: Readonly<Record<string, (chance: Chance) => (arena: Arena) => unknown>> = {
  'a deletion': (chance) => {
    const at = Math.floor(chance() * benchUsers);
    return ({ emulator }) => emulator.state.deleteUser(benchUserId(at));
  },
  'five deletions': (chance) => {
    const at = Math.floor(chance() * (benchUsers - 5));
    return ({ emulator }) => [0, 1, 2, 3, 4].map((by) => emulator.state.deleteUser(benchUserId(at + by)));
  },
  'a creation':
    () =>
    ({ emulator }) =>
      emulator.state.addUser({ userId: `U2sweep${(strangers += 1)}`, roleNames: ['Editor'] }),
  'a deletion and a creation': (chance) => {
    const at = Math.floor(chance() * benchUsers);
    return ({ emulator }) => [
      emulator.state.deleteUser(benchUserId(at)),
      emulator.state.addUser({ userId: `U2sweep${(strangers += 1)}` }),
    ];
  },
};

const odd: readonly Partial<Switches>[] = [
  { tieOrder: 'shuffled' },
  { sort: 'unknown-field' },
  { sort: 'ignored' },
  { createdTimeFilter: 'unknown-field' },
  { createdTimeFilter: 'ignored' },
  { createdTimeFilter: 'hides-invited' },
  { dateHeader: 'off' },
  { clockSkewSeconds: 86_400 },
  { clockSkewSeconds: -86_400 },
  { clockSkewSeconds: 400_000_000 },
  { maxLimit: 50 },
  { maxLimit: 7 },
  { maxLimit: 50, overMaxLimit: 'reject' },
  { total: 'constant' },
  { total: 'growing' },
  { total: 'oscillating' },
  { total: 'page-length' },
  { total: 'zero' },
  { searchLagSeconds: 3 },
  { searchLagReads: 2 },
  { objectIds: 'absent' },
  { defaultOrder: 'shuffled' },
  { offset: 'unknown-field' },
  { unknownFields: 'accept' },
  { rateLimit: 'search:3/1/1' },
  { rateLimit: 'general:2/1/2', rateLimitBody: 'html' },
];

function evilOf(chance: Chance): Evil {
  const kind = chance();
  if (kind < 0.4) {
    const fault = plainFault(chance);
    const endpoint = oneOf(chance, [...lists, search, search, undefined]);
    const nth = 1 + Math.floor(chance() * 6);
    const times = oneOf(chance, [1, 1, 1, 2, 3, forever]);
    return {
      name: `${JSON.stringify(fault)} ${endpoint ?? '*'}@${nth}x${times}`,
      arm: (arena) => void arena.fault(endpoint, fault, nth, times),
    };
  }
  if (kind < 0.7) {
    const name = oneOf(chance, Object.keys(lies));
    const lie = lies[name]?.(chance);
    const nth = 1 + Math.floor(chance() * 5);
    const times = oneOf(chance, [1, 1, 2, 4, forever]);
    let before: Body = { users: [], tenants: [], roles: [], permissions: [], total: 0 };
    return {
      name: `${name} @${nth}x${times}`,
      arm: ({ mutate }) =>
        void mutate(
          search,
          (body) => {
            const told = lie?.(body, before);
            before = body;
            return told;
          },
          nth,
          times,
        ),
    };
  }
  const name = oneOf(chance, Object.keys(changes));
  const change = changes[name]?.(chance);
  const nth = 2 + Math.floor(chance() * 5);
  return { name: `${name} before search ${nth}`, arm: (arena) => arena.beforeSearch(nth, () => change?.(arena)) };
}

/** What is told is wrong, and every answer was that of an honest service with just these users: docs/reliability.md. */
export const alike = 'alike';

/**
 * One to four faults at once, over an odd service now and then, through a hostile server now and then. The seed says
 * all.
 */
export async function sweep(seed: number, way: Way): Promise<{ readonly told: string; readonly verdict: string }> {
  const chance = chanceOf(seed);
  const evils = Array.from({ length: 1 + Math.floor(chance() * 4) }, () => evilOf(chance));
  const switches = Object.assign(
    {},
    ...Array.from({ length: Math.floor(chance() * 3) }, () => oneOf(chance, odd)),
  ) as Partial<Switches>; // parts of one another
  const tampered =
    chance() < 0.25 ? { name: oneOf(chance, Object.keys(tampers)), at: 1 + Math.floor(chance() * 8) } : undefined;
  const told = `seed ${seed}, ${way}: ${[...evils.map(({ name }) => name), JSON.stringify(switches), ...(tampered === undefined ? [] : [`${tampered.name} @${tampered.at}`])].join('; ')}`;
  await using front = tampered === undefined ? undefined : await hostileFront();
  const tamper = tampers[tampered?.name ?? ''];
  if (front !== undefined && tamper !== undefined) {
    front.spoil((_endpoint, nth) => nth === tampered?.at, tamper);
  }
  const arm: Arm = (arena) => {
    front?.forwardTo(arena.emulator.baseUrl);
    arena.emulator.state.updateUser(benchUserId(1), { name: 'User 1' });
    evils.forEach((evil) => evil.arm(arena));
    arena.evidence(() => 1); // not every one of several faults gets its turn
  };
  const seen: SeenSearch[] = [];
  const outcome = await attempt(way, {
    arm,
    wrap: (project) => recorded(project, seen),
    client: { deadlines: quickDeadlines, maxResponseMiB: 32, ...(front !== undefined && { baseUrl: front.baseUrl }) },
    emulator: { project: benchProject(), seed, switches },
  });
  const verdict = verdictOf(outcome);
  try {
    judge({ ...outcome, fired: [1] }, [
      'same',
      'shape',
      'unavailable',
      'rate-limited',
      'timeout',
      'inconsistent',
      'unauthenticated',
      'forbidden',
    ]);
  } catch (thrown) {
    const users = outcome.ids?.resources.filter((id) => id.startsWith('user:')).map((id) => id.slice('user:'.length));
    const isSomebodyMissing = [...outcome.least.resources.keys()].some(
      (id) => id.startsWith('user:') && !users?.includes(id.slice('user:'.length)),
    );
    if (users !== undefined && isSomebodyMissing && isWorldOf(new Set(users), seen)) {
      return { told, verdict: alike };
    }
    throw new Error(
      `${told}\n${thrown instanceof Error ? thrown.message : String(thrown)} (mode ` +
        `${outcome.report?.proof.mode ?? outcome.summary?.consistency.mode ?? 'none'})`,
      { cause: thrown },
    );
  }
  return { told, verdict };
}
