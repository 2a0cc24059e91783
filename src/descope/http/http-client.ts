import { createClockLook } from './clock-look.ts';
import { type Logger, silentLogger } from '../../log.ts';
import type { CallOptions } from './call.ts';
import { type Channel, type ChannelOptions, createChannel } from './channel.ts';
import { type Endpoint, endpointLabel, type ReadEndpoint, type WriteEndpoint } from './endpoint.ts';
import { AttemptFailed } from './errors.ts';
import type { Limiter } from './limiter.ts';
import { createRetrying, type Retrying } from './retry.ts';
import { sleep as realSleep } from './sleep.ts';
import type { HttpAnswer, HttpRequest } from './transport.ts';

export interface HttpClientOptions extends ChannelOptions {
  /** Longest single wait for a rate limit: 30 s where a caller waits for a call, 10 min for a one-shot sync. */
  readonly longestRateWaitMs?: number;
  readonly totalRateWaitMs?: number;
  readonly forgetsRateWaits?: boolean;
  /**
   * Shared with another client, so that both together keep to one limit and one pace; a channel of its own when left
   * out.
   */
  readonly channel?: Channel;
  /** Its requests go ahead of those of other clients of the same channel that wait. */
  readonly goesFirst?: boolean;
  readonly logger?: Logger;
  /** Jitter, between 0 and 1: the share of the full back-off that is waited. */
  readonly random?: () => number;
}

/**
 * Sends requests: a read is retried, a write is sent once. Throws ConnectorError, and from a write also AttemptFailed.
 */
export interface HttpClient {
  /** The most searches that are sent in a minute; undefined when there is no pacing. */
  readonly searchesPerMinute: number | undefined;
  /** The same for calls that no other limit is for. */
  readonly generalPerMinute: number | undefined;
  /** The same for searches of the audit log. */
  readonly auditPerMinute: number | undefined;
  read(endpoint: ReadEndpoint, request: HttpRequest, call?: CallOptions): Promise<HttpAnswer>;
  /** Continues a read whose first attempt failed with `failed` after its answer had been handed out. */
  readAgain(
    failed: AttemptFailed,
    endpoint: ReadEndpoint,
    request: HttpRequest,
    call?: CallOptions,
  ): Promise<HttpAnswer>;
  /** Sends a write exactly once. A 429 to it pauses all requests, as one to a read does. */
  write(endpoint: WriteEndpoint, request: HttpRequest, call?: CallOptions): Promise<HttpAnswer>;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const {
    observer,
    permits,
    longestRateWaitMs = 30_000,
    totalRateWaitMs = Number.POSITIVE_INFINITY,
    forgetsRateWaits = false,
    goesFirst = false,
    logger = silentLogger,
    now = () => performance.now(),
    sleep = realSleep,
    random = Math.random,
  } = options;
  const { send, limiter, auditLimiter, pacing } = options.channel ?? createChannel(options);
  const lookAtClock = createClockLook(logger);
  const onRateWait = (waitMs: number): void => {
    observer?.onRateWait(waitMs);
    logger.warn('waiting for the rate limit of Descope', {
      seconds: Math.ceil(waitMs / 1000),
      until: new Date(Date.now() + waitMs).toISOString(),
    });
  };
  const waiting = {
    now,
    sleep,
    random,
    longestRateWaitMs,
    totalRateWaitMs,
    forgetsRateWaits,
    onRateWait,
  };
  const retrying = createRetrying({
    limiter,
    ...waiting,
    onRateWait: (waitMs) => {
      onRateWait(waitMs);
      permits?.onRateWait(waitMs);
    },
  });
  // What goes wrong with the audit log says nothing of other calls.
  const auditRetrying = createRetrying({ limiter: auditLimiter, ...waiting });
  const retryingOf = ({ bucket }: Endpoint): Retrying => (bucket === 'audit' ? auditRetrying : retrying);

  /** The way to an endpoint: its pace, then a slot. */
  function wayTo(endpoint: Endpoint): Limiter {
    const way = pacing.limiterOf(endpoint);
    return goesFirst ? { ...way, run: (task, signal) => way.run(task, signal, true) } : way;
  }

  async function attempt(
    endpoint: ReadEndpoint,
    request: HttpRequest,
    call: CallOptions,
    number: number,
  ): Promise<HttpAnswer> {
    const label = endpointLabel(endpoint);
    if (number > 1) {
      observer?.onRetry(label);
    }
    call.onRequest?.(label);
    const startedAt = now();
    try {
      const answer = await send(endpoint, withId(request, call), call.signal);
      lookAtClock(answer.serverTimeMs);
      return answer;
    } finally {
      logger.debug('descope request', { endpoint: label, durationMs: Math.round(now() - startedAt) });
    }
  }

  return {
    searchesPerMinute: pacing.searchesPerMinute,
    generalPerMinute: pacing.generalPerMinute,
    auditPerMinute: pacing.auditPerMinute,
    read: (endpoint, request, call = {}) =>
      retryingOf(endpoint).run((number) => attempt(endpoint, request, call, number), {
        signal: call.signal,
        through: wayTo(endpoint),
      }),
    readAgain: (failed, endpoint, request, call = {}) =>
      retrying.run((number) => attempt(endpoint, request, call, number), {
        signal: call.signal,
        through: wayTo(endpoint),
        failed,
      }),
    write: async (endpoint, request, call = {}) => {
      try {
        return await wayTo(endpoint).run(() => {
          call.onRequest?.(endpointLabel(endpoint));
          return send(endpoint, withId(request, call), call.signal);
        }, call.signal);
      } catch (thrown) {
        if (thrown instanceof AttemptFailed && thrown.failure.retry === 'rate-limit') {
          retrying.pauseForRateLimit(thrown.failure); // throws when the wait is longer than we may wait
        }
        throw thrown;
      }
    },
  };
}

function withId(request: HttpRequest, { requestId }: CallOptions): HttpRequest {
  return requestId === undefined ? request : { ...request, requestId };
}
