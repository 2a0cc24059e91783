import type { Send } from './transport.ts';

/** Says when a request may be sent, where others share its budget. */
export interface Permits {
  /** Resolves when one may. Rejects with `cancelled` when the signal fires first. */
  take(signal?: AbortSignal): Promise<void>;
  /** A 429 asked for a pause: it may be meant for all who share the budget. */
  onRateWait(waitMs: number): void;
}

/** The transport, with a permit for each attempt: it is taken last, when nothing else holds the request back. */
export function permitted(send: Send, permits: Permits | undefined): Send {
  return permits === undefined
    ? send
    : async (endpoint, request, signal) => {
        await permits.take(signal);
        return await send(endpoint, request, signal);
      };
}
