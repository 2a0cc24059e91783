import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import type { FleetEngine, Lease, Made } from '../../src/fleet/engine.ts';
import type { FleetProject } from '../../src/fleet/fleet.ts';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import { type ReadySync, type WorkEnd, workOn, type WorkOptions } from '../../src/fleet/work.ts';
import { silentLogger } from '../../src/log.ts';
import { temporaryFolder } from '../support/cli.ts';
import { made } from '../support/engine-behaviour.ts';
import { hourlyFleet } from '../support/fleet-simulation.ts';
import { SimulatedTime } from '../support/simulated-time.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let time: SimulatedTime;
let engine: FleetEngine;
let done: string[];
const project = hourlyFleet(1).projects[0] as FleetProject;
const minute = 60_000;

beforeEach(async () => {
  folder = await temporaryFolder();
  time = new SimulatedTime(1_800_000_000_000);
  engine = openSqliteEngine(join(folder.path, 'fleet.db'), { groups: new Map(), now: time.clock() });
  await engine.put({ project: 'P0', slotMs: time.nowMs, tries: 3, group: undefined });
  done = [];
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** What a sync makes, and when each step of it was done. */
const ready = (name: string, more: Partial<ReadySync> = {}): ReadySync => ({
  made,
  place: () => void done.push(`${name} placed`),
  ...more,
});

/** The engine, which fails the first so many times that it is asked for a step. */
function failingFor(times: number, step: 'keep' | 'publish'): FleetEngine {
  let left = times;
  const away = async (): Promise<void> => {
    if (left > 0) {
      left -= 1;
      throw new ConnectorError('unavailable', 'the engine is away');
    }
  };
  return {
    ...engine,
    [step]: async (lease: Lease, what: Made, place: () => void) => {
      await away();
      return step === 'keep' ? await engine.keep(lease) : await engine.publish(lease, what, place);
    },
  };
}

/** Takes the run, and works on it with a sync that takes so long. */
async function work(
  name: string,
  tookMs: number,
  more: Partial<WorkOptions> & { readonly made?: Partial<ReadySync> } = {},
): Promise<{ readonly end: Promise<WorkEnd>; readonly lease: Lease }> {
  const lease = await engine.take(name);
  if (lease === undefined) {
    throw new Error('there is nothing to take');
  }
  const wait = time.waiter();
  const end = workOn({
    engine,
    project,
    lease,
    sync: async (_project, _lease, signal) => {
      await wait(tookMs, signal);
      if (signal.aborted) {
        done.push(`${name} ended`);
        throw new ConnectorError('cancelled', 'ended');
      }
      return ready(name, more.made);
    },
    heartbeatMs: 15_000,
    logger: silentLogger,
    signal: new AbortController().signal,
    now: time.clock(),
    wait,
    ...more,
  });
  return { end, lease };
}

describe('a try of a run', () => {
  it('goes into its store first, then into its place, then is tidied up', async () => {
    const { end } = await work('first', minute, {
      made: {
        beforePlace: async () => void done.push('stored'),
        afterPlace: async () => void done.push('tidied'),
      },
    });
    await time.passUntil(time.nowMs + 2 * minute);
    expect(await end).toBe('done');
    expect(done).toEqual(['stored', 'first placed', 'tidied']);
  });

  it.each(['heard by a later try of publishing', 'heard by the lease that is kept no more'] as const)(
    'whose publishing the engine did, but did not answer, is done, not lost: %s',
    async (how) => {
      let left = how === 'heard by a later try of publishing' ? 1 : 1_000;
      const { end } = await work('first', minute, {
        engine: {
          ...engine,
          publish: async (...given) => {
            const isDone = await engine.publish(...given);
            if (left > 0) {
              left -= 1;
              throw new ConnectorError('unavailable', 'the connection was closed');
            }
            return isDone;
          },
        },
        heartbeatMs: how === 'heard by a later try of publishing' ? 60 * minute : 2_000,
        made: { afterPlace: async () => void done.push('tidied'), discard: () => void done.push('discarded') },
      });
      await time.passUntil(time.nowMs + 5 * minute);
      expect(await end).toBe('done');
      expect(done).toEqual(['first placed', 'tidied']);
    },
  );

  it('whose process slept through its lease publishes nothing when it wakes up, and stores nothing', async () => {
    const sleepy = await work('sleepy', 5 * minute, {
      heartbeatMs: 60 * minute,
      made: { beforePlace: async () => void done.push('sleepy stored') },
    });
    await time.passUntil(time.nowMs + 2 * minute);
    const next = await work('next', minute);
    await time.passUntil(time.nowMs + 10 * minute);

    expect([await sleepy.end, await next.end]).toEqual(['lost', 'done']);
    expect(done).toEqual(['next placed']);
  });

  it('that learns of its lost lease ends its sync at once', async () => {
    const slow = await work('slow', 60 * minute, { heartbeatMs: 3 * minute });
    await time.passUntil(time.nowMs + 2 * minute);
    await engine.take('other');
    await time.passUntil(time.nowMs + 2 * minute);

    expect(await slow.end).toBe('lost');
    expect(done).toEqual(['slow ended']);
  });

  it('that cannot be stored is not published, and is tried again', async () => {
    const { end } = await work('first', minute, {
      made: {
        beforePlace: async () => {
          throw new ConnectorError('local-io', 'the disk is full');
        },
      },
    });
    await time.passUntil(time.nowMs + 2 * minute);
    expect(await end).toBe('again');
    expect(done).toEqual([]);
    expect((await engine.states()).get('P0')?.failure).toMatchObject({ kind: 'local-io', message: 'the disk is full' });
  });

  it.each(['keep', 'publish'] as const)(
    'that is complete is published after all when the engine fails to %s for a while',
    async (step) => {
      const failing = failingFor(3, step);
      const { end } = await work('first', minute, {
        engine: failing,
        heartbeatMs: 15 * minute,
        made: { beforePlace: async () => void done.push('stored') },
      });
      await time.passUntil(time.nowMs + 2 * minute);
      expect(await end).toBe('done');
      expect(done).toEqual(['stored', 'first placed']);
      expect((await engine.states()).get('P0')).toMatchObject({ last: made });
    },
  );

  it('that was placed when the engine failed is not placed again', async () => {
    let asked = 0;
    const { end } = await work('first', minute, {
      engine: {
        ...engine,
        publish: async (lease, what, place) => {
          asked += 1;
          if (asked === 1) {
            place();
            throw new ConnectorError('unavailable', 'the connection was lost');
          }
          return await engine.publish(lease, what, place);
        },
      },
    });
    await time.passUntil(time.nowMs + 2 * minute);
    expect(await end).toBe('done');
    expect(done).toEqual(['first placed']);
  });

  it('that cannot take its place, or whose engine stays away, has failed', async () => {
    let asked = 0;
    const refused = await work('first', 1_000, {
      made: {
        place: () => {
          asked += 1;
          throw new ConnectorError('conflict', 'theirs stays');
        },
      },
    });
    await time.passUntil(time.nowMs + minute);
    expect([await refused.end, asked]).toEqual(['again', 1]);

    await time.passUntil(time.nowMs + minute);
    const away = await work('second', 1_000, { engine: failingFor(1_000, 'publish') });
    await time.passUntil(time.nowMs + 2 * minute);
    expect(await away.end).toBe('again');
    expect(done).toEqual([]);
  });

  it.each([
    ['stored', { beforePlace: async () => await Promise.reject(new ConnectorError('local-io', 'full')) }, 'again'],
    ['placed', { place: () => expect.unreachable('it is somebody else who stands there') }, 'again'],
    ['tidied up', { afterPlace: async () => await Promise.reject(new RangeError('EACCES')) }, 'done'],
  ] as const)('that cannot be %s is taken away, unless it is published', async (_what, more, ended) => {
    const warned: string[] = [];
    const { end } = await work('first', minute, {
      logger: { ...silentLogger, warn: (text) => void warned.push(text) },
      made: { ...more, discard: () => void done.push('discarded'), warnings: ['a key ends soon'] },
    });
    await time.passUntil(time.nowMs + 2 * minute);
    expect(await end).toBe(ended);
    const told = ['a key ends soon', 'the sync is in its place, but was not tidied up after'];
    expect(warned).toEqual(ended === 'done' ? told : []);
    expect(done).toEqual(ended === 'done' ? ['first placed'] : ['discarded']);
  });

  it('that is published stays so, whatever goes wrong after that', async () => {
    const { end } = await work('first', minute, {
      made: {
        afterPlace: async () => {
          throw new ConnectorError('local-io', 'an old file could not be removed');
        },
      },
    });
    await time.passUntil(time.nowMs + 2 * minute);
    expect(await end).toBe('done');
    expect((await engine.states()).get('P0')).toMatchObject({ givenUpInARow: 0, last: made });
    expect((await engine.states()).get('P0')?.failure).toBeUndefined();
  });

  it('that meets a bug fails like any other, without telling what it was', async () => {
    const { end } = await work('first', minute, {
      made: {
        beforePlace: async () => {
          throw new TypeError('secret of a bug');
        },
      },
    });
    await time.passUntil(time.nowMs + 2 * minute);
    expect(await end).toBe('again');
    expect((await engine.states()).get('P0')?.failure?.message).toBe(
      'something unexpected went wrong; the log has more',
    );
  });
});
