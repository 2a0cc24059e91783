import type { Logger } from '../log.ts';

/** Why a connection, or a call on it, was ended from our side before anybody looked at what it asks. */
export type RefusalCause = 'tls' | 'silent' | 'crowded' | 'unfinished';

/** Counts refusals, for instance as a metric. */
export type RefusalObserver = (cause: RefusalCause) => void;

/** One line in so long, for each cause: a stranger who knocks a thousand times must not fill the log. */
const quietMs = 10_000;

const events: Readonly<Record<RefusalCause, string>> = {
  tls: 'tls handshake refused',
  silent: 'connection closed: it did not speak the protocol in time',
  crowded: 'connection refused: there are too many',
  unfinished: 'call ended: its request was not finished',
};

export interface Refusals {
  /** Counts a refusal, and tells it unless one of its kind was told a moment ago. */
  tell(cause: RefusalCause, address: string, reason: string): void;
  /** Tells what was held back. */
  close(): void;
}

/** Tells refusals to the log: the first at once; of those that follow the last one, with how many were skipped. */
export function createRefusals(logger: Logger, onRefused: RefusalObserver = () => undefined): Refusals {
  const held = new Map<
    RefusalCause,
    { readonly timer: NodeJS.Timeout; skipped: number; last: { readonly address: string; readonly reason: string } }
  >();

  /** Ends a time of quiet; where something was held back, it is told and another one begins. */
  function speak(cause: RefusalCause): void {
    const { skipped = 0, last } = held.get(cause) ?? {};
    clearTimeout(held.get(cause)?.timer);
    held.delete(cause);
    if (skipped > 0 && last !== undefined) {
      tellNow(cause, last, skipped - 1);
    }
  }

  function tellNow(
    cause: RefusalCause,
    last: { readonly address: string; readonly reason: string },
    skipped: number,
  ): void {
    logger.warn(events[cause], { ...last, ...(skipped > 0 && { skipped }) });
    held.set(cause, { timer: setTimeout(() => speak(cause), quietMs).unref(), skipped: 0, last });
  }

  return {
    tell: (cause, address, reason) => {
      onRefused(cause);
      const quiet = held.get(cause);
      if (quiet === undefined) {
        tellNow(cause, { address, reason }, 0);
      } else {
        quiet.skipped += 1;
        quiet.last = { address, reason };
      }
    },
    close: () => {
      for (const cause of held.keys()) {
        speak(cause);
        clearTimeout(held.get(cause)?.timer);
      }
      held.clear();
    },
  };
}
