import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineTimes, EventTimes, FleetEngine, Lease, Made, NewRun } from '../../src/fleet/engine.ts';

/** An engine of one kind with a clock of its own, for tests that are the same for all kinds. */
export interface TestEngine extends AsyncDisposable {
  /** Opens it as one more process would: on the same runs. */
  open(): Promise<FleetEngine>;
  /** Lets time pass for all of them. */
  pass(ms: number): Promise<void>;
  now(): number;
}

export const testTimes: EngineTimes = { leaseMs: 45_000, firstPauseMs: 30_000, longestPauseMs: 600_000 };
const hourMs = 3_600_000;
export const testEventTimes: EventTimes = {
  tries: 4,
  leaseMs: 60_000,
  firstPauseMs: 30_000,
  longestPauseMs: 60_000,
  deadMs: 14 * 86_400_000,
};
export const testGroups: ReadonlyMap<string, number> = new Map([['acme', 1]]);

export const made: Made = { startedMs: 1_000, finishedMs: 3_000, users: 7, grants: 9, requests: 4 };
const failure = { kind: 'unavailable', message: 'Descope did not answer' } as const;

/** What every engine keeps to. */
export function engineBehaviour(start: () => Promise<TestEngine>): void {
  let kind: TestEngine;
  let engine: FleetEngine;
  beforeEach(async () => {
    kind = await start();
    engine = await kind.open();
  });
  afterEach(async () => {
    await engine[Symbol.asyncDispose]();
    await kind[Symbol.asyncDispose]();
  });

  const run = (project: string, more: Partial<NewRun> = {}): NewRun => ({
    project,
    slotMs: kind.now(),
    tries: 3,
    group: undefined,
    ...more,
  });
  const taken = async (worker = 'w', from = engine): Promise<Lease> => {
    const lease = await from.take(worker);
    if (lease === undefined) {
      throw new Error('there is nothing to take');
    }
    return lease;
  };
  const stateOf = async (project: string) => (await engine.states()).get(project);
  let placed: string[] = [];
  const place = (what: string) => (): void => void placed.push(what);
  beforeEach(() => (placed = []));

  describe('a slot', () => {
    it('is put once, by however many schedulers, and never goes back', async () => {
      await using other = await kind.open();
      const first = run('P1');
      const puts = [
        await engine.put(first),
        await other.put(first),
        await engine.put({ ...first, slotMs: first.slotMs - 1 }),
      ];

      expect(puts).toEqual(['put', 'known', 'known']);
      expect(await engine.publish(await taken(), made, place('P1'))).toBe(true);
      expect(await other.put(first)).toBe('known');
      expect(await engine.take('w')).toBeUndefined();
    });

    it('is passed over while the project is in line or under way, and told', async () => {
      await engine.put(run('P1'));
      expect(await engine.put(run('P1', { slotMs: kind.now() + 1 }))).toBe('passed-over');
      const lease = await taken();
      expect(await engine.put(run('P1', { slotMs: kind.now() + 2 }))).toBe('passed-over');
      await engine.publish(lease, made, place('P1'));

      expect(await stateOf('P1')).toMatchObject({ passedOver: 2, lastSlotMs: kind.now() + 2 });
      expect((await stateOf('P1'))?.run).toBeUndefined();
      expect(await engine.put(run('P1', { slotMs: kind.now() + 3 }))).toBe('put');
    });

    it('that a wrong clock put far ahead keeps no later slot from being put', async () => {
      const ahead = run('P1', { slotMs: kind.now() + 365 * 86_400_000 });
      expect(await engine.put(ahead)).toBe('put');
      await engine.publish(await taken(), made, place('P1'));
      expect(await engine.put(ahead)).toBe('known');
      const next = run('P1');
      expect([await engine.put(next), await engine.put(next)]).toEqual(['put', 'known']);
    });

    it('is not put twice, though the engine has a clock that lags far behind those of the schedulers', async () => {
      const [first, second] = [kind.now() + hourMs, kind.now() + 2 * hourMs];
      expect(await engine.put(run('P1', { slotMs: first }))).toBe('put');
      await engine.publish(await taken(), made, place('P1'));
      expect(await engine.put(run('P1', { slotMs: second }))).toBe('put');
      await engine.publish(await taken(), made, place('P1'));
      // Another one begins, and puts what came last by its own clock; then both go on.
      const puts = [first, second, first].map(async (slotMs) => await engine.put(run('P1', { slotMs })));
      expect(await Promise.all(puts)).toEqual(['known', 'known', 'known']);
    });

    it('that falls into a pause begins nothing; after it the next one does', async () => {
      await engine.pause('P1', true);
      expect(await engine.put(run('P1'))).toBe('paused');
      expect(await engine.put(run('P1', { isAsked: true }))).toBe('paused');
      expect(await stateOf('P1')).toMatchObject({ isPaused: true });
      await engine.pause('P1', false);
      expect(await engine.put(run('P1'))).toBe('known');
      expect(await engine.put(run('P1', { slotMs: kind.now() + 1 }))).toBe('put');
    });
  });

  describe('a run', () => {
    it('is taken once, the one that is due longest first', async () => {
      await using other = await kind.open();
      await engine.put(run('P2'));
      await kind.pass(10_000);
      await engine.put(run('P1'));
      const [first, second] = [await taken('w1'), await taken('w2', other)];

      expect([first.project, second.project]).toEqual(['P2', 'P1']);
      expect(await engine.take('w3')).toBeUndefined();
      expect((await stateOf('P2'))?.run).toMatchObject({ state: 'active', attempt: 1, tries: 3, worker: 'w1' });
    });

    it('that makes up for a missed slot begins when nothing else is due, and not at all where that is not wanted', async () => {
      const missed = { slotMs: kind.now() - hourMs, isMadeUp: true };
      await engine.put(run('P1', missed));
      await kind.pass(1_000);
      await engine.put(run('P2'));
      expect((await taken()).project).toBe('P2');
      expect(await engine.take('w', undefined, false)).toBeUndefined();
      expect(await taken()).toMatchObject({ project: 'P1', slotMs: missed.slotMs });
      expect(await engine.put(run('P1'))).toBe('passed-over'); // it has begun
    });

    it('that makes up for a missed slot gives its place to the slot that comes due before it begins', async () => {
      const missed = { slotMs: kind.now() - hourMs, isMadeUp: true };
      await engine.put(run('P1', missed));
      expect(await engine.put(run('P1', { ...missed, slotMs: missed.slotMs + 1 }))).toBe('passed-over');
      expect(await engine.put(run('P1'))).toBe('put');
      expect(await engine.put(run('P1', { slotMs: kind.now() + 1 }))).toBe('passed-over');
      const lease = await engine.take('w', undefined, false);
      expect(lease).toMatchObject({ project: 'P1', attempt: 1, slotMs: kind.now() });
      expect(await engine.take('w')).toBeUndefined();
      expect(lease && (await engine.publish(lease, made, place('P1')))).toBe(true);
      expect(await stateOf('P1')).toMatchObject({ passedOver: 2, last: { slotMs: lease?.slotMs } });
    });

    it('of a named project can be taken before others', async () => {
      await engine.put(run('P2'));
      await kind.pass(1_000);
      await engine.put(run('P1', { isAsked: true }));

      expect((await engine.take('w', 'P1'))?.project).toBe('P1');
      expect(await engine.take('w', 'P1')).toBeUndefined();
    });

    it('of a named project is the one that is taken, whichever was asked for, failed and retried before', async () => {
      await engine.put(run('P1', { isAsked: true, tries: 1 }));
      const lease = await engine.take('w', 'P1');
      await engine.fail(lease as Lease, failure);
      await engine.retry('P1');
      await engine.put(run('P3', { isAsked: true }));
      await engine.fail((await engine.take('w', 'P3')) as Lease, failure);
      await engine.retry('P3');
      await engine.put(run('P2', { isAsked: true }));

      expect((await engine.take('w', 'P2'))?.project).toBe('P2');
      expect(await engine.take('w', 'P2')).toBeUndefined();
      expect([(await taken()).project, (await taken()).project].toSorted()).toEqual(['P1', 'P3']);
    });

    it('waits while its group is busy, and delays nobody else', async () => {
      await engine.put(run('P1', { group: 'acme' }));
      await kind.pass(1_000);
      await engine.put(run('P2', { group: 'acme' }));
      await kind.pass(1_000);
      await engine.put(run('P3'));
      const first = await taken();

      expect([first.project, (await taken()).project]).toEqual(['P1', 'P3']);
      expect(await engine.take('w')).toBeUndefined();
      await engine.publish(first, made, place('P1'));
      expect((await taken()).project).toBe('P2');
    });

    it('of a paused project does not begin, and keeps its place', async () => {
      await engine.put(run('P1'));
      await engine.pause('P1', true);
      expect(await engine.take('w')).toBeUndefined();
      await engine.pause('P1', false);
      expect((await taken()).project).toBe('P1');
    });

    it.each<[string, (lease: Lease) => Promise<unknown>]>([
      ['fails', (lease) => engine.fail(lease, failure)],
      ['is given back', (lease) => engine.giveBack(lease)],
      ['fails and is retried', async (lease) => [await engine.fail(lease, failure), await engine.retry('P1')]],
      ['loses its worker', () => kind.pass(120_000)],
    ])('of a project that is paused while it is under way, and %s, begins after the pause alone', async (_how, end) => {
      await engine.put(run('P1'));
      const lease = await taken();
      await engine.pause('P1', true);
      await end(lease);
      await kind.pass(1_200_000);
      expect(await engine.take('w')).toBeUndefined();
      expect(await engine.take('w', 'P1')).toBeUndefined();
      expect(await stateOf('P1')).toMatchObject({ isPaused: true });
      await engine.pause('P1', false);
      expect((await taken()).project).toBe('P1');
    });

    it('of a paused project that was given up, and is retried, begins after the pause alone', async () => {
      await engine.put(run('P1', { tries: 1 }));
      await engine.fail(await taken(), failure);
      await engine.pause('P1', true);
      await engine.retry('P1');
      expect(await engine.take('w')).toBeUndefined();
      await engine.pause('P1', false);
      expect((await taken()).project).toBe('P1');
    });

    it('that is published tells what it made, and forgets what failed before', async () => {
      await engine.put(run('P1'));
      await engine.fail(await taken(), failure);
      expect(await stateOf('P1')).toMatchObject({ failure });
      await kind.pass(200_000);
      const lease = await taken();
      expect(lease.attempt).toBe(2);
      await engine.publish(lease, made, place('P1'));

      expect(placed).toEqual(['P1']);
      expect(await stateOf('P1')).toEqual({
        isPaused: false,
        lastSlotMs: lease.slotMs,
        last: { ...made, slotMs: lease.slotMs },
        givenUpInARow: 0,
        passedOver: 0,
      });
    });

    it('tells afterwards which lease published it, and that it is not one that failed, was given back or lost', async () => {
      await engine.put(run('P1'));
      const back = await taken();
      await engine.giveBack(back);
      const lost = await taken();
      await kind.pass(120_000);
      const failing = await taken();
      await engine.fail(failing, failure);
      await kind.pass(600_000);
      await engine.retry('P1');
      const lease = await taken();
      expect(await engine.wasPublished(lease)).toBe(false);
      await engine.publish(lease, made, place('P1'));

      expect(await engine.wasPublished(lease)).toBe(true);
      for (const other of [back, lost, failing]) {
        expect(await engine.wasPublished(other)).toBe(false);
      }
    });

    it('whose place cannot be taken is not done', async () => {
      await engine.put(run('P1'));
      const lease = await taken();
      const refuse = (): void => {
        throw new Error('somebody else was here');
      };

      await expect(engine.publish(lease, made, refuse)).rejects.toThrow('somebody else was here');
      expect((await stateOf('P1'))?.run).toMatchObject({ state: 'active' });
      expect((await stateOf('P1'))?.last).toBeUndefined();
      expect(await engine.keep(lease)).toBe(true);
    });

    it('that is given back is there for the next worker, as often tried as before', async () => {
      await engine.put(run('P1'));
      await engine.giveBack(await taken('w1'));
      expect((await taken('w2')).attempt).toBe(1);
    });

    it('that is given back for a while is there after it', async () => {
      await engine.put(run('P1'));
      await engine.giveBack(await taken('w1'), 60_000);
      const [atOnce] = [await engine.take('w2')];
      await kind.pass(61_000);

      expect(atOnce).toBeUndefined();
      expect((await taken('w2')).attempt).toBe(1);
    });
  });

  describe('a count that processes share', () => {
    it('goes on from one to the other, and begins anew when its time is over', async () => {
      await using other = await kind.open();
      const counted = [
        await engine.counts.add('acme', 2, 5_000, false),
        await other.counts.add('acme', 3, 9_000, false),
        await other.counts.add('beta', 1, 5_000, false),
      ];
      expect(counted).toEqual([
        { n: 2, leftMs: 5_000 },
        { n: 5, leftMs: 5_000 },
        { n: 1, leftMs: 5_000 },
      ]);
      await kind.pass(2_000);
      expect(await engine.counts.read('acme')).toEqual({ n: 5, leftMs: 3_000 });
      await kind.pass(3_000);
      expect(await engine.counts.read('acme')).toBeUndefined();
      expect(await other.counts.add('acme', 1, 5_000, false)).toEqual({ n: 1, leftMs: 5_000 });
    });

    it('that is set lasts so long from now, and never shorter than before', async () => {
      await engine.counts.add('acme', 2, 5_000, false);
      await kind.pass(1_000);
      expect(await engine.counts.add('acme', 9, 10_000, true)).toEqual({ n: 9, leftMs: 10_000 });
      expect(await engine.counts.add('acme', 7, 1_000, true)).toEqual({ n: 7, leftMs: 10_000 });
    });

    it('counts all that is added at the same moment', async () => {
      await using other = await kind.open();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_none, place) =>
          (place % 2 === 0 ? engine : other).counts.add('acme', 1, 60_000, false),
        ),
      );
      expect(all.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_none, n) => n + 1));
    });
  });

  describe('a lease', () => {
    it('that is kept stays, however long the sync takes', async () => {
      await engine.put(run('P1'));
      const lease = await taken();
      for (let beat = 0; beat < 4; beat += 1) {
        await kind.pass(40_000);
        expect(await engine.keep(lease)).toBe(true);
      }
      expect(await engine.take('w2')).toBeUndefined();
      expect(await engine.publish(lease, made, place('P1'))).toBe(true);
    });

    it('that is not kept is lost: the run begins anew at once, and what the first one made is not placed', async () => {
      await using other = await kind.open();
      await engine.put(run('P1'));
      const first = await taken('w1');
      await kind.pass(120_000);
      const second = await taken('w2', other);

      expect(second).toMatchObject({ project: 'P1', slotMs: first.slotMs, attempt: 2 });
      expect(second.token).not.toBe(first.token);
      expect((await stateOf('P1'))?.failure).toMatchObject({ kind: 'lost' });
      expect(await engine.keep(first)).toBe(false);
      expect(await engine.fail(first, failure)).toBe('lost');
      await engine.giveBack(first);
      expect(await engine.publish(first, made, place('first'))).toBe(false);
      expect(await other.publish(second, made, place('second'))).toBe(true);
      expect(await engine.publish(first, made, place('first'))).toBe(false);
      expect(placed).toEqual(['second']);
    });

    it('that is lost again and again ends as given up', async () => {
      await engine.put(run('P1', { tries: 2 }));
      for (let died = 0; died < 2; died += 1) {
        await taken();
        await kind.pass(120_000);
      }
      expect(await engine.take('w')).toBeUndefined();
      expect(await stateOf('P1')).toMatchObject({ run: { state: 'given-up' }, failure: { kind: 'lost' } });
    });
  });

  describe('a failure', () => {
    it('is tried again after pauses that grow, and given up after the last try', async () => {
      await engine.put(run('P1'));
      const pauses: number[] = [];
      for (const end of ['again', 'again', 'given-up']) {
        expect(await engine.fail(await taken(), failure)).toBe(end);
        expect(await engine.take('w')).toBeUndefined();
        pauses.push(((await stateOf('P1'))?.run?.dueMs ?? 0) - kind.now());
        await kind.pass(200_000);
      }
      const [first = 0, second = 0] = pauses;
      expect(first).toBeGreaterThanOrEqual(15_000);
      expect(first).toBeLessThanOrEqual(60_000);
      expect(second).toBeGreaterThanOrEqual(30_000);
      expect(second).toBeLessThanOrEqual(120_000);
      expect(await engine.take('w')).toBeUndefined();
      expect(await stateOf('P1')).toMatchObject({ run: { state: 'given-up', attempt: 3 }, failure, givenUpInARow: 1 });
    });

    it('of a run that was given up leaves the next slot one try, until one goes well', async () => {
      await engine.put(run('P1', { tries: 1 }));
      await engine.fail(await taken(), failure);
      await kind.pass(1_000);
      expect(await engine.put(run('P1', { tries: 5 }))).toBe('put');
      expect(await engine.fail(await taken(), failure)).toBe('given-up');
      expect((await stateOf('P1'))?.givenUpInARow).toBe(2);
      await kind.pass(1_000);
      await engine.put(run('P1', { tries: 5 }));
      await engine.publish(await taken(), made, place('P1'));
      await kind.pass(1_000);
      await engine.put(run('P1', { tries: 5 }));
      expect(await engine.fail(await taken(), failure)).toBe('again');
    });

    it('that is retried begins anew at once, given up or not', async () => {
      expect(await engine.retry('P1')).toBe(false);
      await engine.put(run('P1', { tries: 1 }));
      expect(await engine.retry('P1')).toBe(false);
      await engine.fail(await taken(), failure);
      expect(await engine.retry('P1')).toBe(true);
      expect((await taken()).project).toBe('P1');
    });
  });
}
