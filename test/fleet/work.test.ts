import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import type { FleetEngine, Lease } from '../../src/fleet/engine.ts';
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
