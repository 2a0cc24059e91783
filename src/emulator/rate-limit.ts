import type { AuditSwitches } from './audit/switches.ts';
import type { GeneralSwitches } from './general-switches.ts';
import { errorReply, htmlReply } from './reply.ts';
import type { Reply } from './reply.ts';

type BucketName = 'audit' | 'create' | 'update' | 'search' | 'user' | 'general';

interface Bucket {
  readonly limit: number;
  readonly windowMs: number;
  readonly penaltyMs: number;
  started: number;
  used: number;
  blockedUntil: number;
}

// The published table; that a plain HTTP client falls into the general bucket elsewhere is a guess.
const documented = 'create:100/60/60,update:200/60/60,search:200/60/60,user:500/60/60,general:100/60/60';
const auditLimit = 'audit:10/60/60';

export interface RateLimiter {
  /** The refusal, when this request exceeds the limit. A refused request does not extend the penalty. */
  check(path: string): Reply | undefined;
}

/** One fixed window per bucket, begun by its first request; exceeding it blocks the bucket for the penalty. */
export function createRateLimiter(switches: GeneralSwitches & AuditSwitches, now: () => number): RateLimiter {
  const buckets = parseBuckets(switches.rateLimit);
  // The one limit that is always there unless it is switched off: clients meet it in every project.
  const audit = parseBuckets(auditLimit).get('audit');
  if (audit && switches.auditRateLimit === 'on' && !buckets.has('audit')) buckets.set('audit', audit);
  return {
    check(path) {
      const bucket = buckets.get(bucketOf(path));
      if (!bucket) return undefined;
      const time = now();
      if (time >= bucket.blockedUntil && time - bucket.started >= bucket.windowMs) {
        bucket.started = time;
        bucket.used = 0;
      }
      if (time >= bucket.blockedUntil) {
        bucket.used += 1;
        if (bucket.used <= bucket.limit) return undefined;
        bucket.blockedUntil = time + bucket.penaltyMs;
        bucket.started = Number.NEGATIVE_INFINITY;
      }
      const headers = { 'retry-after': String(Math.max(1, Math.ceil((bucket.blockedUntil - time) / 1000))) };
      return switches.rateLimitBody === 'html'
        ? htmlReply(429, 'Too Many Requests', headers)
        : errorReply(429, 'E130429', 'Rate limit exceeded', headers);
    },
  };
}

function bucketOf(path: string): BucketName {
  if (path === '/v1/mgmt/audit/search') return 'audit';
  if (!/^\/v\d\/mgmt\/users?(\/|$)/.test(path)) return 'general';
  if (path.includes('/user/create')) return 'create';
  if (path.includes('/user/update')) return 'update';
  return path.includes('/user/search') ? 'search' : 'user';
}

function parseBuckets(text: string): Map<string, Bucket> {
  const buckets = new Map<string, Bucket>();
  if (text === 'off') return buckets;
  for (const part of (text === 'documented' ? documented : text).split(',')) {
    const [name = '', numbers = ''] = part.split(':');
    const [limit = 0, windowSeconds = 0, penaltySeconds = windowSeconds] = numbers.split('/').map(Number);
    buckets.set(name, {
      limit,
      windowMs: windowSeconds * 1000,
      penaltyMs: penaltySeconds * 1000,
      started: Number.NEGATIVE_INFINITY,
      used: 0,
      blockedUntil: Number.NEGATIVE_INFINITY,
    });
  }
  return buckets;
}
