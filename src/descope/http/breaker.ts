import { ConnectorError } from '../../errors.ts';

const openAfter = 5;
const probeAfterMs = 30_000;

/** One request's way past the breaker. Exactly one of `answered`, `exhausted` and `abandoned` ends it. */
export interface Permit {
  /** The one request that finds out whether the service is back. It gets one try. */
  readonly isProbe: boolean;
  /** Throws when the breaker has opened since the request came in. */
  check(): void;
  /** The service gave an answer, be it a no. */
  answered(): void;
  /** Every try was used up. */
  exhausted(): void;
  /** The caller went away, or nothing can be said of the service. */
  abandoned(): void;
}

/**
 * Stops asking a service that does not answer: after five requests in a row that used up their tries, all further ones
 * fail at once, but for one every 30 seconds, which closes the breaker again if it is answered.
 */
export interface Breaker {
  /** Lets a request in, or throws `unavailable`. */
  enter(): Permit;
}

export function createBreaker(now: () => number): Breaker {
  let exhaustedInARow = 0;
  let probeAt: number | undefined;
  let isProbing = false;
  const isOpen = (): boolean => probeAt !== undefined;

  function refusal(): ConnectorError {
    const seconds = Math.max(1, Math.ceil(((probeAt ?? 0) - now()) / 1000));
    return new ConnectorError(
      'unavailable',
      `Descope has not answered ${exhaustedInARow} requests in a row, so nothing more is sent to it for now; ${isProbing ? 'a probe is under way' : `the next request is let through in ${seconds} s`}`,
    );
  }

  return {
    enter: () => {
      const isProbe = isOpen() && !isProbing && now() >= (probeAt ?? 0);
      if (isOpen() && !isProbe) {
        throw refusal();
      }
      isProbing ||= isProbe;
      const leave = (): void => {
        if (isProbe) {
          isProbing = false;
        }
      };
      return {
        isProbe,
        check: () => {
          if (!isProbe && isOpen()) {
            throw refusal();
          }
        },
        answered: () => {
          leave();
          exhaustedInARow = 0;
          probeAt = undefined;
        },
        exhausted: () => {
          leave();
          exhaustedInARow += 1;
          if (isProbe || (!isOpen() && exhaustedInARow >= openAfter)) {
            probeAt = now() + probeAfterMs;
          }
        },
        abandoned: leave,
      };
    },
  };
}
