import { createLimiter, type Limiter, maxParallelFetchesCeiling } from './limiter.ts';
import { type DescopeObserver, observed } from './observer.ts';
import { permitted, type Permits } from './permits.ts';
import { createPacing, type Pacing, type RateLimit } from './pacing.ts';
import { type Sleep, sleep as realSleep } from './sleep.ts';
import { createTransport, type Send, type TransportOptions } from './transport.ts';

export interface ChannelOptions extends TransportOptions {
  readonly maxParallelFetches?: number;
  /** The pace that requests keep to before any limit is met; none when left out. */
  readonly rateLimit?: RateLimit;
  readonly observer?: DescopeObserver;
  /** Of a budget that is shared with other processes. */
  readonly permits?: Permits;
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
    permits,
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
    send: permitted(observed(createTransport(options), observer), permits),
    limiter,
    auditLimiter,
    pacing: createPacing({ rateLimit, baseUrl, limiter, auditLimiter, now, sleep }),
  };
}
