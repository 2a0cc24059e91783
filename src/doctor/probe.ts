import type { Endpoint } from '../descope/http/endpoint.ts';
import { AttemptFailed } from '../descope/http/errors.ts';
import type { HttpRequest, Send } from '../descope/http/transport.ts';
import { ConnectorError } from '../errors.ts';

/** An answer that was understood, how long it took, and the server's clock; or what was wrong with it. */
export type Probed<T> =
  | { readonly isAnswered: true; readonly value: T; readonly ms: number; readonly serverTimeMs: number | undefined }
  | { readonly isAnswered: false; readonly error: ConnectorError; readonly retryAfterMs: number | undefined };

/** Asks once. Unlike a sync, a probe neither repeats nor waits: what goes wrong is what is looked for. */
export type Probe = <T>(endpoint: Endpoint, request: HttpRequest, parse: (json: unknown) => T) => Promise<Probed<T>>;

export interface ProbeOptions {
  readonly send: Send;
  readonly deadlineMs: number;
  readonly onRequest: () => void;
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with `cancelled` only; every other fault is a finding. */
export function createProbe({ send, deadlineMs, onRequest, now, signal }: ProbeOptions): Probe {
  return async (endpoint, request, parse) => {
    const deadline = AbortSignal.timeout(deadlineMs);
    const startedAt = now();
    onRequest();
    try {
      const { json, serverTimeMs } = await send(
        endpoint,
        request,
        signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      );
      return { isAnswered: true, value: parse(json), ms: now() - startedAt, serverTimeMs };
    } catch (thrown) {
      if (thrown instanceof AttemptFailed) {
        return { isAnswered: false, error: thrown.failure.error, retryAfterMs: thrown.failure.retryAfterMs };
      }
      if (!(thrown instanceof ConnectorError) || signal?.aborted === true) {
        throw thrown;
      }
      const isLate = thrown.kind === 'cancelled' && deadline.aborted;
      return {
        isAnswered: false,
        error: isLate ? new ConnectorError('timeout', `no answer within ${deadlineMs / 1000} s`) : thrown,
        retryAfterMs: undefined,
      };
    }
  };
}
