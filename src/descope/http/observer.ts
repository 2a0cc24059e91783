import { isKind } from '../../errors.ts';
import { type Endpoint, endpointLabel } from './endpoint.ts';
import { AttemptFailed } from './errors.ts';
import type { Send } from './transport.ts';

/** Hooks for metrics, health and traces. They get names and numbers only. */
export interface DescopeObserver {
  /**
   * An attempt is sent to an endpoint ("GET /v1/mgmt/role/all"). The result is called once, when the attempt has ended:
   * with the HTTP status, or with the kind of failure where there was none ("timeout", "unavailable", "cancelled").
   */
  onAttempt(endpoint: string): (status: string) => void;
  /** Another attempt of the same request is about to be sent. */
  onRetry(endpoint: string): void;
  /** A 429 pauses all requests for this long. */
  onRateWait(waitMs: number): void;
}

/** The transport, with each attempt reported to the observer. */
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

/** A body that is not JSON comes with a success: it is reported by its kind, "upstream-contract". */
function statusOf(thrown: unknown): string {
  if (thrown instanceof AttemptFailed) {
    const { kind, facts } = thrown.failure.error;
    return String(facts['status'] ?? kind);
  }
  return isKind(thrown, 'cancelled') ? 'cancelled' : 'error';
}
