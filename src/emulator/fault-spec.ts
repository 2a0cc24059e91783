import { truncations, wrongBodies } from './faults.ts';
import type { Fault, FaultMatch, FaultRule } from './faults.ts';

/**
 * Reads a fault as the command line gives it:
 *
 *     <endpoint>[@<nth>][x<times>|+]=<fault>[;<option>]…
 *
 * The endpoint is `METHOD /path`, `/path` or `*`; `@3` begins with the third such request; `x2` fails two in a row, `+`
 * all from then on. Faults: a status, `reset`, `hang`, `slow:<bytes>/<ms>`, `delay:<ms>`, `truncate:<how>`,
 * `body:<kind>`, `redirect:<status>:<location>`. Options: `applied` (the write happens all the same), `mid-body`
 * (reset, hang), `html`, `empty`, `retry-after=<value>`. Throws one line that names what is wrong.
 */
export function parseFault(spec: string): FaultRule {
  const fail = (problem: string): Error => new Error(`emulator fault "${spec}": ${problem}`);
  const parts = /^((?:[A-Z]+ )?\/[^=@]*?|\*)(?:@(\d+))?(?:x(\d+)|(\+))?=(.+)$/.exec(spec);
  if (!parts) throw fail('expected <METHOD /path>[@nth][xtimes|+]=<fault>');
  const [, endpoint = '', nth, times, forever, effect = ''] = parts;
  const [fault = '', ...options] = effect.split(';');
  const match: FaultMatch = {
    ...(endpoint === '*' ? {} : { endpoint }),
    ...(nth === undefined ? {} : { nth: Number(nth) }),
  };
  return {
    name: spec,
    match,
    times: forever ? Number.POSITIVE_INFINITY : Number(times ?? 1),
    fault: parseEffect(fault, parseOptions(options, fail), fail),
  };
}

interface FaultOptions {
  readonly applied: boolean;
  readonly midBody: boolean;
  readonly html: boolean;
  readonly empty: boolean;
  readonly retryAfter: string | undefined;
}

type Fail = (problem: string) => Error;

function parseOptions(options: readonly string[], fail: Fail): FaultOptions {
  const unknown = options.find((one) => !/^(applied|mid-body|html|empty|retry-after=.+)$/.test(one));
  if (unknown !== undefined) throw fail(`unknown option "${unknown}"`);
  return {
    applied: options.includes('applied'),
    midBody: options.includes('mid-body'),
    html: options.includes('html'),
    empty: options.includes('empty'),
    retryAfter: options.find((one) => one.startsWith('retry-after='))?.slice('retry-after='.length),
  };
}

function parseEffect(text: string, options: FaultOptions, fail: Fail): Fault {
  const [kind = '', ...rest] = text.split(':');
  const value = rest.join(':');
  const at = options.midBody ? 'mid-body' : 'before-headers';
  if (/^\d+$/.test(kind) && value === '') return toStatus(Number(kind), options, fail);
  switch (kind) {
    case 'reset':
    case 'hang':
      return { kind, at, applied: options.applied };
    case 'slow': {
      const [, bytes, ms] = /^(\d+)\/(\d+)$/.exec(value) ?? [];
      if (!Number(bytes)) throw fail('slow takes <bytes>/<ms>, such as slow:10/1000');
      return { kind: 'slow', chunkBytes: Number(bytes), everyMs: Number(ms) };
    }
    case 'delay':
      if (!/^\d+$/.test(value)) throw fail('delay takes milliseconds, such as delay:500');
      return { kind: 'delay', ms: Number(value) };
    case 'truncate':
      return { kind: 'truncate', how: oneOf(value, truncations, 'truncate', fail) };
    case 'body':
      return { kind: 'body', body: oneOf(value, wrongBodies, 'body', fail) };
    case 'redirect': {
      const [, status = '', location = ''] = /^(\d+):(.+)$/.exec(value) ?? [];
      const known = oneOf(status, ['301', '302', '303', '307', '308'] as const, 'redirect', fail);
      const statuses = { '301': 301, '302': 302, '303': 303, '307': 307, '308': 308 } as const;
      return { kind: 'redirect', status: statuses[known], location };
    }
    default:
      throw fail(`unknown fault "${kind}"`);
  }
}

function toStatus(status: number, options: FaultOptions, fail: Fail): Fault {
  if (status < 200 || status > 599) throw fail(`${status} is no status to answer with`);
  const html = `<html><body><h1>${status}</h1></body></html>`;
  return {
    kind: 'status',
    status,
    applied: options.applied,
    ...(options.html ? { body: html } : options.empty ? { body: '' } : {}),
    ...(options.retryAfter === undefined ? {} : { headers: { 'retry-after': options.retryAfter } }),
  };
}

function oneOf<const T extends string>(value: string, known: readonly T[], kind: string, fail: Fail): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw fail(`${kind} takes one of ${known.join(', ')}`);
  return found;
}
