import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventLease, FleetEngine, NewEvent } from '../../src/fleet/engine.ts';
import { made, type TestEngine, testEventTimes as eventTimes } from './engine-behaviour.ts';

const event = (id: string, hook = 'h1'): NewEvent => ({ id, hook, body: `{"id":"${id}"}` });
const down = { message: 'https://hooks.example answered 503', isFinal: false };

/** What every engine keeps to with what is told to webhooks. */
export function eventBehaviour(start: () => Promise<TestEngine>): void {
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

  /** Publishes a run of a project with events. */
  const publish = async (project: string, events: readonly NewEvent[]): Promise<void> => {
    await engine.put({ project, slotMs: kind.now(), tries: 3, group: undefined, isAsked: true });
    const lease = await engine.take('w', project);
    expect(lease !== undefined && (await engine.publish(lease, made, () => undefined, events))).toBe(true);
  };
  const taken = async (from = engine): Promise<EventLease> => {
    const found = await from.events.take();
    if (found === undefined) {
      throw new Error('there is no event to take');
    }
    return found;
  };
  const stateOf = async (project: string) => (await engine.events.states()).get(project);

  describe('an event', () => {
    it('is there once its run is published, and is taken once', async () => {
      await using other = await kind.open();
      await publish('P1', [event('a'), event('a', 'h2')]);
      const both = [await taken(), await taken(other)];

      expect(
        both.map(({ project, hook, id, body, attempt }) => [project, hook, id, body, attempt].join(' ')).toSorted(),
      ).toEqual(['P1 h1 a {"id":"a"} 1', 'P1 h2 a {"id":"a"} 1']);
      expect(await engine.events.take()).toBeUndefined();
      expect(await stateOf('P1')).toEqual({ waiting: 2, dead: 0 });
      for (const one of both) {
        expect(await engine.events.end(one, 'sent')).toBe('done');
      }
      expect(await stateOf('P1')).toBeUndefined();
      expect(await engine.events.end(both[0] as EventLease, 'sent')).toBe('lost');
    });

    it('of a run that is not published is not there: where its place cannot be taken, or its lease was lost', async () => {
      await engine.put({ project: 'P1', slotMs: kind.now(), tries: 3, group: undefined });
      const lease = await engine.take('w');
      if (lease === undefined) {
        throw new Error('there is nothing to take');
      }
      const refuse = (): void => {
        throw new Error('somebody else was here');
      };
      await expect(engine.publish(lease, made, refuse, [event('a')])).rejects.toThrow('somebody else was here');
      await kind.pass(120_000);
      await engine.take('w2');
      expect(await engine.publish(lease, made, () => undefined, [event('a')])).toBe(false);
      expect(await engine.events.take()).toBeUndefined();
    });

    it('that cannot be sent is sent again after pauses that grow, and given up after the last try', async () => {
      await publish('P1', [event('a')]);
      const ends: string[] = [];
      for (let tries = 1; tries <= eventTimes.tries; tries += 1) {
        const one = await taken();
        expect(one).toMatchObject({ id: 'a', attempt: tries });
        ends.push(await engine.events.end(one, down));
        expect(await engine.events.take()).toBeUndefined();
        await kind.pass(Math.min(eventTimes.longestPauseMs, eventTimes.firstPauseMs * 2 ** (tries - 1)) / 2 - 1_000);
        expect(await engine.events.take()).toBeUndefined();
        await kind.pass(eventTimes.longestPauseMs * 2 + 1_000);
      }
      expect(ends).toEqual([...Array.from({ length: eventTimes.tries - 1 }, () => 'again'), 'dead']);
      expect(await engine.events.take()).toBeUndefined();
      expect(await stateOf('P1')).toMatchObject({ waiting: 0, dead: 1, failure: { message: down.message } });
    });

    it('that the receiver wants no more is given up at once; after a retry it is sent anew', async () => {
      await publish('P1', [event('a'), event('b')]);
      expect(await engine.events.end(await taken(), { message: 'gone', isFinal: true })).toBe('dead');
      expect(await engine.events.end(await taken(), down)).toBe('again');
      expect(await stateOf('P1')).toMatchObject({ waiting: 1, dead: 1 });
      expect(await engine.events.take()).toBeUndefined();
      expect(await engine.events.retry('P2')).toBe(0);
      expect(await engine.events.retry('P1')).toBe(2);
      const again = [await taken(), await taken()];
      expect(again.map(({ id, hook, body }) => [id, hook, body].join(' ')).toSorted()).toEqual([
        'a h1 {"id":"a"}',
        'b h1 {"id":"b"}',
      ]);
    });

    it('whose sender dies is sent again, and what that one still tells is not heard', async () => {
      await using other = await kind.open();
      await publish('P1', [event('a')]);
      const first = await taken();
      await kind.pass(eventTimes.leaseMs * 3);
      const found = await other.events.take(); // one engine only finds out now, and has it wait
      await kind.pass(eventTimes.firstPauseMs * 2);
      const second = found ?? (await taken(other));
      expect(second).toMatchObject({ id: 'a', attempt: 2 });
      expect(await engine.events.end(first, 'sent')).toBe('lost');
      expect(await other.events.end(second, 'sent')).toBe('done');
    });
  });
}
