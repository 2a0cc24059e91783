import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUserRead, type UserRead } from '../../../src/descope/users/user-read.ts';
import { type ReadOrigin } from '../../../src/descope/users/ledger.ts';
import { ConnectorError, isKind } from '../../../src/errors.ts';
import { chanceOf, wander } from '../../support/chance.ts';
import { DescopeModel } from '../../support/descope-model.ts';
import { userCreatedAt } from '../quiet-project.ts';

/** What happens to a project while it is read. Rates are chances per request. */
interface World {
  readonly seed: number;
  readonly users: number;
  /** Users created in the last 40 s, among them some whom a search does not find yet. */
  readonly recent: number;
  /** Over how many seconds the others were created: few seconds make many ties. */
  readonly spread: number;
  readonly hasStableTies: boolean;
  readonly deletions: number;
  readonly creations: number;
  readonly failures: number;
  readonly areBoundsInclusive: boolean;
}

const seed = fc.integer({ min: 0, max: 2 ** 31 });
const quiet = { deletions: fc.constant(0), creations: fc.constant(0) };
const busy = { deletions: fc.constantFrom(0, 0.05, 0.2), creations: fc.constantFrom(0, 0.1, 0.5) };
const common = {
  seed,
  users: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.constantFrom(100, 101, 200, 201, 300)),
  recent: fc.integer({ min: 0, max: 30 }),
  spread: fc.constantFrom(1, 20, 100_000),
  failures: fc.constantFrom(0, 0.05),
  areBoundsInclusive: fc.boolean(),
};

/** The longest that a search lags behind a creation: what the bound allows for. */
const lagSeconds = 15;

interface Run {
  readonly server: DescopeModel;
  readonly chance: () => number;
  /** Who was deleted, and when (in answered requests). */
  readonly deleted: Set<string>;
  /** The service's clock at its first answer, in whole seconds, as milliseconds. */
  firstAnswerMs: number;
}

function start(world: World): Run {
  const chance = chanceOf(world.seed);
  const startMs = (1_741_082_400 + chance()) * 1000;
  const deleted = new Set<string>();
  const server = new DescopeModel({
    nowMs: startMs,
    tieOrder: world.hasStableTies ? undefined : chance,
    areBoundsInclusive: world.areBoundsInclusive,
    onRequest: async () => {
      await wander(chance);
      server.nowMs += chance() * 3000;
      run.firstAnswerMs ||= Math.floor(server.nowMs / 1000) * 1000;
      if (chance() < world.deletions) {
        const userIds = server.userIds();
        const victim = userIds[Math.floor(chance() * userIds.length)];
        if (victim !== undefined) {
          server.delete(victim);
          deleted.add(victim);
        }
      }
      if (chance() < world.creations) {
        server.create(chance() * lagSeconds * 1000);
      }
      if (chance() < world.failures) {
        throw new ConnectorError('unavailable', 'reset');
      }
    },
  });
  const add = (userId: string, age: number): void => {
    const createdMs = startMs - age * 1000;
    server.visibleFromMs.set(userId, createdMs + chance() * lagSeconds * 1000);
    server.add(userCreatedAt(userId, createdMs));
  };
  Array.from({ length: world.users }, (_, index) => add(`U${index}`, 40 + chance() * world.spread));
  Array.from({ length: world.recent }, (_, index) => add(`R${index}`, chance() * 40));
  const run: Run = { server, chance, deleted, firstAnswerMs: 0 };
  return run;
}

/** Reads to the end, going on after failures that pass; undefined when the read was inconsistent. */
async function readThrough(read: UserRead): Promise<Set<string> | undefined> {
  const ids = new Set<string>();
  for (;;) {
    try {
      const batch = await read.next();
      if (batch === undefined) {
        return ids;
      }
      for (const user of batch.users) {
        ids.add(user.userId);
      }
    } catch (thrown) {
      if (isKind(thrown, 'inconsistent')) {
        return undefined;
      }
      if (!isKind(thrown, 'unavailable')) {
        throw thrown;
      }
    }
  }
}

/** Those whom the promise is about: created by the lag before the first answer, and alive to the end. */
function promised({ server }: Run, firstAnswerMs: number): string[] {
  const upTo = Math.floor(firstAnswerMs / 1000) - lagSeconds;
  return server.rows.users.filter(({ createdTime = 0 }) => createdTime < upTo).map(({ userId }) => userId);
}

/** How the runs of a property ended: a property all of whose runs end as inconsistent proves nothing. */
interface Tally {
  runs: number;
  proved: number;
  provedWithChanges: number;
  /** Proved although the list moved: by another pass. */
  repaired: number;
}

async function checkPromise(world: World, tally: Tally): Promise<void> {
  const run = start(world);
  const before = run.server.rows.users.length;
  const read = createUserRead({ search: run.server.searchUsers });

  const ids = await readThrough(read);

  tally.runs += 1;
  if (ids === undefined) {
    expect(read.proof).toBeUndefined();
    return;
  }
  tally.proved += 1;
  tally.repaired += (read.proof?.passes ?? 1) > 1 ? 1 : 0;
  tally.provedWithChanges += run.deleted.size > 0 || run.server.rows.users.length !== before ? 1 : 0;
  expect(read.proof).toBeDefined();
  expect(promised(run, run.firstAnswerMs).filter((userId) => !ids.has(userId))).toEqual([]);
  expect(read.ids.size).toBe(ids.size);
}

async function checkResumed(world: World, tally: Tally): Promise<void> {
  const run = start({ ...world, failures: 0 });
  const ids = new Set<string>();
  let origin: ReadOrigin | undefined;
  let read = createUserRead({ search: run.server.searchUsers });
  // Processes that live for one page or two, each of which goes on where the one before stood.
  for (let process = 0; process < 1 + run.chance() * 6; process += 1) {
    const lives = 1 + Math.floor(run.chance() * 2);
    for (let page = 0; page < lives; page += 1) {
      const batch = await read.next().catch((thrown: unknown) => {
        if (isKind(thrown, 'inconsistent')) {
          return undefined;
        }
        throw thrown;
      });
      batch?.users.forEach(({ userId }) => ids.add(userId));
    }
    origin = read.resumeAt(read.sequence);
    read.close();
    read = createUserRead({ search: run.server.searchUsers, ...(origin !== undefined && { origin }) });
  }

  const rest = await readThrough(read);
  rest?.forEach((userId) => ids.add(userId));

  tally.runs += 1;
  if (rest === undefined) {
    return;
  }
  tally.proved += 1;
  tally.repaired += (read.proof?.passes ?? 1) > 1 ? 1 : 0;
  tally.provedWithChanges += run.deleted.size > 0 ? 1 : 0;
  expect(promised(run, run.firstAnswerMs).filter((userId) => !ids.has(userId))).toEqual([]);
}

describe('a read that does not end as inconsistent', () => {
  it('holds everybody who was there by the bound and stayed, whatever else happened', async () => {
    const tally: Tally = { runs: 0, proved: 0, provedWithChanges: 0, repaired: 0 };

    await fc.assert(
      fc.asyncProperty(fc.record({ ...common, ...busy, hasStableTies: fc.boolean() }), (world) =>
        checkPromise(world, tally),
      ),
      { numRuns: 400 },
    );

    expect(tally.proved).toBeGreaterThan(100);
    expect(tally.provedWithChanges).toBeGreaterThan(30);
    expect(tally.repaired).toBeGreaterThan(20); // 88 on average, with a deviation of 9
  });

  it('holds them as well when another process began it', async () => {
    const tally: Tally = { runs: 0, proved: 0, provedWithChanges: 0, repaired: 0 };

    await fc.assert(
      fc.asyncProperty(fc.record({ ...common, ...busy, hasStableTies: fc.boolean() }), (world) =>
        checkResumed(world, tally),
      ),
      { numRuns: 200 },
    );

    expect(tally.proved).toBeGreaterThan(30);
    expect(tally.repaired).toBeGreaterThan(5); // 40 on average, with a deviation of 6
  });
});

describe('a quiet project', () => {
  it('is never inconsistent as long as users of one second keep their order, even while new users join', async () => {
    const joining = { deletions: fc.constant(0), creations: fc.constantFrom(0, 0.5) };
    await fc.assert(
      fc.asyncProperty(fc.record({ ...common, ...joining, hasStableTies: fc.constant(true) }), async (world) => {
        const run = start(world);
        const { visibleFromMs, nowMs } = run.server;
        const visible = run.server.userIds().filter((userId) => (visibleFromMs.get(userId) ?? 0) <= nowMs);

        const ids = await readThrough(createUserRead({ search: run.server.searchUsers }));

        expect(ids).toBeDefined();
        expect(visible.filter((userId) => ids?.has(userId) !== true)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('whose users of one second change places is never read wrongly, but may be inconsistent', async () => {
    const tally: Tally = { runs: 0, proved: 0, provedWithChanges: 0, repaired: 0 };

    await fc.assert(
      fc.asyncProperty(fc.record({ ...common, ...quiet, hasStableTies: fc.constant(false) }), (world) =>
        checkPromise(world, tally),
      ),
      { numRuns: 200 },
    );

    expect(tally.repaired).toBeGreaterThan(10);
  });
});
