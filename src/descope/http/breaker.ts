import { ConnectorError } from '../../errors.ts';

const openAfter = 5;
const probeAfterMs = 30_000;

/**
 * The breaker's permit for one request. Exactly one of `answered`, `exhausted` and `abandoned` must be called in the
 * end.
 */
export interface Permit {
  /** Whether this is the one request that finds out whether the service is back. It gets one attempt. */
  readonly isProbe: boolean;
  /** Throws when the breaker has opened since the permit was given. */
  check(): void;
  /** The service has answered, even if with an error. */
  answered(): void;
  /** Every attempt has failed. */
  exhausted(): void;
  /** The caller went away, or the request says nothing about the service. */
  abandoned(): void;
}

/**
 * Stops requests to a service that does not answer. After five requests in a row whose attempts have all failed,
 * further requests fail at once, except for one every 30 seconds, which closes the breaker again if it is answered.
 */
export interface Breaker {
  /** Gives a permit for a request, or throws `unavailable`. */
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
      `Descope has not answered ${exhaustedInARow} requests in a row, so nothing more is sent to it for now; ` +
        (isProbing ? 'a probe is under way' : `the next request is let through in ${seconds} s`),
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
