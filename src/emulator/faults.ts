import type { RequestInfo } from './api-request.ts';

export const wrongBodies = [
  'html',
  'text',
  'empty',
  'no-content',
  'array',
  'object',
  'users-null',
  'total-missing',
  'total-string',
  'total-negative',
  'total-float',
  'total-huge',
  'bom',
  'gzip-lie',
  'error-envelope',
] as const;

export const truncations = ['content-length', 'no-final-chunk', 'close-delimited', 'well-framed'] as const;

/**
 * What goes wrong. `applied` runs the endpoint first, so that a write has happened although its answer is lost; the
 * kinds that change an answer always run it, a redirect never does.
 */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** An object is sent as JSON; by default the documented error body, which does not name the cause. */
      readonly body?: string | object;
      readonly applied?: boolean;
    }
  | { readonly kind: 'reset'; readonly at: 'before-headers' | 'mid-body'; readonly applied?: boolean }
  | { readonly kind: 'hang'; readonly at: 'before-headers' | 'mid-body'; readonly applied?: boolean }
  | { readonly kind: 'slow'; readonly chunkBytes: number; readonly everyMs: number }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'truncate'; readonly how: (typeof truncations)[number] }
  | { readonly kind: 'body'; readonly body: (typeof wrongBodies)[number] }
  | { readonly kind: 'redirect'; readonly status: 301 | 302 | 303 | 307 | 308; readonly location: string }
  | { readonly kind: 'mutate'; readonly change: (body: unknown, request: RequestInfo) => unknown }
  | { readonly kind: 'rewrite'; readonly change: (text: string, request: RequestInfo) => string | Buffer };

export interface FaultMatch {
  /** `METHOD path`, a path alone, or nothing for every request. */
  readonly endpoint?: string;
  readonly predicate?: (request: RequestInfo) => boolean;
  /** The first request to fail, counting those that match since the rule was added. Default 1. */
  readonly nth?: number;
}

export interface FaultRule {
  readonly name?: string;
  readonly match?: FaultMatch;
  /** How many requests fail in a row; Infinity for all from then on. Default 1. */
  readonly times?: number;
  readonly fault: Fault;
}

/** A rule in force. */
export interface ArmedFault {
  readonly rule: FaultRule;
  readonly fired: number;
  remove(): void;
}

export interface FaultPlan {
  add(rule: FaultRule): ArmedFault;
  clear(): void;
  /** Every rule in force and how often it has fired, oldest first. */
  fired(): readonly ArmedFault[];
}

export interface FaultPicker extends FaultPlan {
  /** The fault for this request. Every rule counts the request; of several that match, the oldest fires. */
  pick(request: RequestInfo): Fault | undefined;
}

export function createFaults(): FaultPicker {
  let armed: { readonly handle: ArmedFault; readonly meets: (request: RequestInfo) => boolean; fire: () => void }[] =
    [];

  return {
    add(rule) {
      let seen = 0;
      let fired = 0;
      const first = rule.match?.nth ?? 1;
      const handle: ArmedFault = {
        rule,
        get fired() {
          return fired;
        },
        remove() {
          armed = armed.filter((one) => one.handle !== handle);
        },
      };
      const meets = (request: RequestInfo): boolean => {
        if (!matches(rule.match, request)) return false;
        seen += 1;
        return seen >= first && fired < (rule.times ?? 1);
      };
      const fire = (): void => {
        fired += 1;
      };
      armed.push({ handle, meets, fire });
      return handle;
    },
    clear() {
      armed = [];
    },
    fired: () => armed.map((one) => one.handle),
    pick(request) {
      let picked: Fault | undefined;
      for (const one of armed) {
        if (one.meets(request) && !picked) {
          one.fire();
          picked = one.handle.rule.fault;
        }
      }
      return picked;
    },
  };
}

function matches(match: FaultMatch | undefined, request: RequestInfo): boolean {
  const wanted = match?.endpoint;
  if (wanted !== undefined && wanted !== request.endpoint && wanted !== request.path) return false;
  return match?.predicate?.(request) ?? true;
}
