import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import type { FeedId } from '../../src/feeds/feed.ts';
import { DescopeModel, serverNowMs } from '../support/descope-model.ts';
import { auditRecord, readingOf } from '../support/feed-reading.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

interface World {
  readonly feed: FeedId;
  /** Milliseconds after the start at which something happened, and how much later a search finds it. */
  readonly records: readonly { readonly at: number; readonly delay: number }[];
  readonly answerSize: number;
  /** What the reader does: waits, asks for so many events, fails, starts anew. */
  readonly calls: readonly {
    readonly wait: number;
    readonly limit: number;
    readonly fails: boolean;
    readonly restarts: boolean;
  }[];
}

const worlds = (mostRecords: number, delay: number): fc.Arbitrary<World> =>
  fc.record({
    feed: fc.constantFrom<FeedId>('descope_usage_event_feed', 'descope_change_event_feed'),
    // Coarse times too, so that instants and ends of windows are shared.
    records: fc.array(
      fc.record({
        at: fc.oneof(
          fc.integer({ min: 0, max: hour }),
          fc.integer({ min: 0, max: 60 }).map((n) => n * minute),
        ),
        delay: fc.integer({ min: 0, max: delay }),
      }),
      { maxLength: mostRecords },
    ),
    answerSize: fc.integer({ min: 1, max: 20 }),
    calls: fc.array(
      fc.record({
        wait: fc.oneof(fc.integer({ min: 0, max: 5 * second }), fc.integer({ min: 0, max: 10 * minute })),
        limit: fc.integer({ min: 1, max: 20 }),
        fails: fc.boolean(),
        restarts: fc.boolean(),
      }),
      { maxLength: 60 },
    ),
  });

/** Ids of the events that a reader was given in such a world, in the end all that there are. */
async function readIn({ feed, records, answerSize, calls }: World): Promise<readonly string[]> {
  const model = new DescopeModel({});
  const action = feed === 'descope_usage_event_feed' ? 'LoginSucceed' : 'UserModified';
  model.audits = records.map(({ at }, n) => auditRecord(`r${n}`, serverNowMs + at, { action }));
  records.forEach(({ at, delay }, n) => model.auditShownFromMs.set(`r${n}`, serverNowMs + at + delay));
  model.auditPageSize = answerSize;
  const reading = readingOf(model, feed);
  const told: string[] = [];
  const startMs = serverNowMs;
  for (const { wait, limit, fails, restarts } of calls) {
    model.nowMs += wait;
    if (restarts) {
      reading.restart();
    }
    model.onRequest = fails
      ? () => {
          throw new ConnectorError('unavailable', 'down');
        }
      : undefined;
    const page = await reading.page({ startMs, limit }).catch(() => undefined);
    told.push(...(page?.events ?? []).map(({ id }) => id));
  }
  model.onRequest = undefined;
  for (let round = 1; round <= 2; round += 1) {
    model.nowMs += 2 * hour;
    told.push(...(await reading.poll({ startMs })).map(({ id }) => id));
  }
  return told;
}

const sorted = (ids: Iterable<string>): readonly string[] => [...ids].toSorted();

describe('whatever the delays, slices, waits, failures and restarts', () => {
  it('every event of up to three minutes of delay is told, and told once', async () => {
    await fc.assert(
      fc.asyncProperty(worlds(60, 3 * minute), async (world) => {
        expect(sorted(await readIn(world))).toEqual(sorted(world.records.map((_record, n) => `r${n}`)));
      }),
      { numRuns: 150 },
    );
  });

  it('no event is lost where more happen in a minute than a cursor can remember', async () => {
    const crowded = worlds(60, 3 * minute).map(({ feed, calls, records }): World => ({
      feed,
      calls,
      answerSize: 1000,
      records: Array.from({ length: 900 }, (_, n) => ({ at: n * 100, delay: records[n % 60]?.delay ?? 0 })),
    }));
    await fc.assert(
      fc.asyncProperty(crowded, async (world) => {
        const told = new Set(await readIn(world));
        expect(sorted(told)).toEqual(sorted(world.records.map((_record, n) => `r${n}`)));
      }),
      { numRuns: 25 },
    );
  });
});
