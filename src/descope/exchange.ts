import type { Dispatcher } from 'undici';
import { ConnectorError, throwIfCancelled } from '../errors.ts';

/** By their names in lower case; one that was sent several times comes as a list. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What came back, whatever its status: whole, and packed as it came. */
export interface Exchanged {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Uint8Array;
}

export interface ExchangeOptions {
  readonly dispatcher: Dispatcher;
  readonly request: Dispatcher.DispatchOptions;
  readonly attemptMs: number;
  /** Of the body as it comes. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** An attempt that took longer than it may, whatever it was busy with. */
export class AttemptTimeout extends Error {
  readonly code = 'ATTEMPT_TIMEOUT';
}

/** A body that is longer than it may be. The rest of it was not waited for. */
export class BodyTooLarge extends Error {}

/**
 * Sends one request, once. Over the moment the time is up or the caller goes away, even while the connection is still being
 * made. Rejects with `cancelled`, AttemptTimeout, BodyTooLarge or what undici threw; the last may hold the request with its bearer token.
 */
export async function exchange({ dispatcher, request, attemptMs, maxBytes, signal }: ExchangeOptions): Promise<Exchanged> {
  throwIfCancelled(signal);
  const { promise, resolve, reject } = Promise.withResolvers<Exchanged>();
  const chunks: Buffer[] = [];
  let received = 0;
  let status = 0;
  let headers: AnswerHeaders = {};
  let running: Dispatcher.DispatchController | undefined;
  let reason: Error | undefined;
  const giveUp = (why: Error): void => {
    reason = why;
    reject(why);
    running?.abort(why);
  };
  const leave = (): void => giveUp(new ConnectorError('cancelled', 'the caller went away before the work was done'));
  const timer = setTimeout(() => giveUp(new AttemptTimeout()), attemptMs);
  signal?.addEventListener('abort', leave);
  try {
    dispatcher.dispatch(request, {
      onRequestStart: (controller) => {
        running = controller;
        if (reason !== undefined) {
          controller.abort(reason); // given up while it waited for its connection
        }
      },
      onResponseStart: (_, code, ofAnswer) => {
        status = code; // the last one counts: those before it, of 1xx, are no answers
        headers = ofAnswer;
      },
      onResponseData: (_, chunk) => {
        received += chunk.length;
        chunks.push(chunk);
        if (received > maxBytes) {
          chunks.length = 0;
          giveUp(new BodyTooLarge());
        }
      },
      onResponseEnd: () => resolve({ status, headers, body: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks) }),
      onResponseError: (_, thrown) => reject(thrown),
    });
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}
