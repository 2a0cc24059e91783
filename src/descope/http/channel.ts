import { createLimiter, type Limiter, maxParallelFetchesCeiling } from './limiter.ts';
import { type DescopeObserver, observed } from './observer.ts';
import { createPacing, type Pacing, type RateLimit } from './pacing.ts';
import { type Sleep, sleep as realSleep } from './sleep.ts';
import { createTransport, type Send, type TransportOptions } from './transport.ts';

export interface ChannelOptions extends TransportOptions {
  readonly maxParallelFetches?: number;
  /** The pace that requests keep to before any limit is met; none when left out. */
  readonly rateLimit?: RateLimit;
  readonly observer?: DescopeObserver;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly sleep?: Sleep;
}

/** What all requests of a process share: the transport, the limiter and the pace. */
export interface Channel {
  readonly send: Send;
  readonly limiter: Limiter;
  /** The way of searches of the audit log: through the limiter, with pauses of its own. */
  readonly auditLimiter: Limiter;
  readonly pacing: Pacing;
}

export function createChannel(options: ChannelOptions): Channel {
  const {
    baseUrl,
    maxParallelFetches = maxParallelFetchesCeiling,
    rateLimit = 'off',
    observer,
    now = () => performance.now(),
    sleep = realSleep,
  } = options;
  const limiter = createLimiter({ maxParallel: Math.min(maxParallelFetches, maxParallelFetchesCeiling), now, sleep });
  const own = createLimiter({ maxParallel: 1, now, sleep });
  const auditLimiter: Limiter = {
    ...own,
    run: (task, signal, goesFirst) => own.run(() => limiter.run(task, signal, goesFirst), signal, goesFirst),
  };
  return {
    send: observed(createTransport(options), observer),
    limiter,
    auditLimiter,
    pacing: createPacing({ rateLimit, baseUrl, limiter, auditLimiter, now, sleep }),
  };
}
