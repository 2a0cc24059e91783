import type { ErrorKind } from '../errors.ts';
import { companyKeyNeeded, companyKeyRefused } from '../descope/http/errors.ts';
import { type Check, fail } from './check.ts';
import type { Probed } from './probe.ts';
import { regionOf } from './setup-checks.ts';

/** Which project was asked where: remedies name them. */
export interface Place {
  readonly projectId: string;
  readonly baseUrl: string;
}

type Failed = Extract<Probed<unknown>, { readonly isAnswered: false }>;

/**
 * A refusal or a fault as a failed check. Descope does not publish codes that would tell an expired key from a wrong
 * one, so a remedy lists what it can be, the likeliest first. `scope` is `all` when every list was forbidden,
 * `company` for a list that only a key of the company may read.
 */
export function explain(
  name: string,
  { error, retryAfterMs }: Failed,
  place: Place,
  scope: Case['scope'] = 'one',
): Check {
  const { status, endpoint, cause } = error.facts;
  const what = status === undefined ? error.message : `${endpoint ?? 'a request'} answered ${status}`;
  return fail(
    error.kind,
    name,
    texts[error.kind]?.(what, retryAfterMs) ?? what,
    remedyFor(error.kind, { place, scope, status, cause, list: name }),
  );
}

const texts: Readonly<Partial<Record<ErrorKind, (what: string, retryAfterMs: number | undefined) => string>>> = {
  unauthenticated: (what) => `Descope does not know the key: ${what}`,
  forbidden: (what) => `the key may not do this: ${what}`,
  'rate-limited': (what, retryAfterMs) =>
    'the rate limit of the project is used up: ' +
    `${what}${retryAfterMs === undefined ? '' : `; it opens again in ${Math.ceil(retryAfterMs / 1_000)} s`}`,
};

interface Case {
  readonly place: Place;
  readonly scope: 'one' | 'all' | 'company';
  readonly status: string | number | undefined;
  readonly cause: string | number | undefined;
  readonly list: string;
}

function remedyFor(kind: ErrorKind, { place: { projectId, baseUrl }, scope, status, cause, list }: Case): string {
  if (scope === 'company' && (kind === 'unauthenticated' || kind === 'forbidden')) {
    const remedy = kind === 'forbidden' ? companyKeyNeeded : companyKeyRefused;
    return `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.`;
  }
  switch (kind) {
    case 'unauthenticated':
      return `The key is wrong, expired or deleted, or belongs to a company elsewhere than project ${projectId} at ${baseUrl}. Look under Company > Management Keys. ${
        regionOf(projectId) === undefined
          ? 'The project id names no region: if yours is not the default one, give --base-url, such as https://api.euc1.descope.com.'
          : ''
      }`.trim();
    case 'forbidden':
      return scope === 'all'
        ? "Every list was refused. Most often this machine's address is not among the key's permitted IPs; else " +
            'the key is for another project, or has no rights. Look at the key under Company > Management Keys.'
        : `The key lacks the right to read ${list}. Make a key with it: rights are fixed when a key is made.`;
    case 'rate-limited':
      return 'Limits count for the whole project: stop other jobs, or wait. A sync waits by itself, ten minutes at most.';
    case 'timeout':
    case 'unavailable':
      if (cause === 'tls') {
        return `Something answers at ${baseUrl}, but is not trusted. A proxy that opens TLS has a CA of its own: save its certificate (PEM), and give it with --ca-file. Certificate checks are never switched off.`;
      }
      if (cause === 'proxy') {
        return 'The proxy refused; the line above says why. To bypass it, list the host of the base URL in NO_PROXY.';
      }
      return status === undefined
        ? `Nothing useful answers at ${baseUrl}. Is the address right, does a proxy or firewall stand between, is there a network?`
        : 'Descope has trouble, or a proxy before it. Try again later; see status.descope.com.';
    case 'upstream-contract':
      return typeof status === 'number' && status >= 300 && status < 400
        ? `A redirect is never followed. Is ${baseUrl} the Management API, or a login page or proxy before it?`
        : `Is ${baseUrl} the Management API? If so, the answer is of a kind that this version does not know: report it.`;
    default:
      return `Look at ${baseUrl} and at the project id.`;
  }
}
