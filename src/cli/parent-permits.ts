import { z } from 'zod';
import { orCancelled } from '../descope/http/sleep.ts';
import type { Permits } from '../descope/http/permits.ts';
import { ConnectorError } from '../errors.ts';

// A sync of a fleet is a process of its own that cannot reach the engine: it asks its parent, over the channel between
// them, how many requests it may send. Both ends are here.

/** The part of a process, a child or our own, that messages go through. */
export interface Channel {
  /** Calls back when it was sent, or could not be; without a callback that would be an error event. */
  send?(message: object, callback: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** What the parent does for the children of a group. */
export interface GroupPermits {
  take(wanted: number, signal: AbortSignal): Promise<number>;
  pause(ms: number): Promise<void>;
}

const asked = z.union([
  z.strictObject({ wanted: z.int().min(1).max(1_000) }),
  z.strictObject({ pauseMs: z.number().min(0) }),
]);
/** Who is gone needs no answer: its end is noticed in other ways. */
const ignored = (): void => undefined;
const given = z.strictObject({ permits: z.int().min(1) });

/** Answers what a child asks for, until the signal fires. */
export function givePermits(child: Channel, permits: GroupPermits, signal: AbortSignal): void {
  child.on('message', (message) => {
    const { data } = asked.safeParse(message);
    if (data === undefined) {
      return; // not of ours
    }
    if ('pauseMs' in data) {
      void permits.pause(data.pauseMs).catch(() => undefined); // the child pauses, whatever becomes of the others
      return;
    }
    void permits.take(data.wanted, signal).then(
      (count) => child.send?.({ permits: count }, ignored),
      () => undefined, // it is ended, and waits for nothing any more
    );
  });
}

/** Permits of the parent: one question at a time, for all requests that wait. */
export function permitsOfParent(parent: Channel): Permits {
  const waiting: (() => void)[] = [];
  let isAsked = false;
  let isGone = false;
  const ask = (): void => {
    if (!isAsked && waiting.length > 0) {
      isAsked = true;
      parent.send?.({ wanted: waiting.length }, ignored);
    }
  };
  parent.on('message', (message) => {
    const { data } = given.safeParse(message);
    if (data !== undefined) {
      isAsked = false;
      waiting.splice(0, data.permits).forEach((go) => go());
      ask();
    }
  });
  let giveUp: (reason: Error) => void = () => undefined;
  const gone = new Promise<never>((_resolve, reject) => (giveUp = reject));
  gone.catch(() => undefined); // told to those who wait
  parent.on('disconnect', () => {
    isGone = true;
    giveUp(new ConnectorError('cancelled', 'the process that began this sync is gone'));
  });
  return {
    take: async (signal) => {
      let leave: () => void = () => undefined;
      const permit = new Promise<void>((resolve) => {
        leave = resolve;
        waiting.push(resolve);
      });
      ask();
      try {
        await orCancelled(Promise.race([permit, gone]), signal);
      } finally {
        const place = waiting.indexOf(leave);
        if (place >= 0) {
          waiting.splice(place, 1);
        }
      }
    },
    onRateWait: (waitMs) => void (isGone || parent.send?.({ pauseMs: waitMs }, ignored)),
  };
}
