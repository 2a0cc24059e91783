import { isKind } from '../../errors.ts';
import { type Endpoint, endpointLabel } from './endpoint.ts';
import { AttemptFailed } from './errors.ts';
import type { Send } from './transport.ts';

/** Told of what goes on between us and Descope, for metrics, health and traces. It gets names and numbers only. */
export interface DescopeObserver {
  /**
   * An attempt is sent to an endpoint ("GET /v1/mgmt/role/all"). What this returns is called once, when it has ended: with
   * the HTTP status, or with the kind of failure where there was none ("timeout", "unavailable", "cancelled").
   */
  onAttempt(endpoint: string): (status: string) => void;
  /** An attempt that is about to be sent is not the first of its request. */
  onRetry(endpoint: string): void;
  /** A 429 holds all requests back for this long. */
  onRateWait(waitMs: number): void;
}

/** The transport, each attempt of which is told. */
export function observed(send: Send, observer: DescopeObserver | undefined): Send {
  if (observer === undefined) {
    return send;
  }
  return async (endpoint: Endpoint, request, signal) => {
    const ended = observer.onAttempt(endpointLabel(endpoint));
    let status = 'error';
    try {
      const answer = await send(endpoint, request, signal);
      status = '200'; // the transport takes no other success
      return answer;
    } catch (thrown) {
      status = statusOf(thrown);
      throw thrown;
    } finally {
      ended(status);
    }
  };
}

/** A body that is not JSON came with a success all the same: it is told by its kind, "upstream-contract". */
function statusOf(thrown: unknown): string {
  if (thrown instanceof AttemptFailed) {
    const { kind, facts } = thrown.failure.error;
    return String(facts['status'] ?? kind);
  }
  return isKind(thrown, 'cancelled') ? 'cancelled' : 'error';
}
