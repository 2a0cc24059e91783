import { ConnectorError } from '../../errors.ts';
import { type Endpoint, endpointLabel } from './endpoint.ts';
import { AttemptFailed } from './errors.ts';
import { ConnectionFailure, TunnelFailure } from './exchange-faults.ts';
import type { Proxy } from './proxy.ts';
import { tlsReason } from './tls-reasons.ts';

export function retryable(kind: 'timeout' | 'unavailable', endpoint: Endpoint, what: string): AttemptFailed {
  const label = endpointLabel(endpoint);
  return new AttemptFailed({
    error: new ConnectorError(kind, `${label} failed: ${what}`, { endpoint: label }),
    retry: 'yes',
  });
}

/** `limit` in bytes, from body-limit.ts. */
export function bodyTooLarge(endpoint: Endpoint, limit: number): AttemptFailed {
  const label = endpointLabel(endpoint);
  const what =
    `${label} answered with a body larger than ${Number((limit / 1024 / 1024).toFixed(2))} MiB, the limit; if there ` +
    'is enough memory, raise --max-response-size';
  return new AttemptFailed({
    error: new ConnectorError('upstream-contract', what, { endpoint: label }),
    retry: 'never',
  });
}

/** The code of an error; if several addresses were tried, that of the first. Empty when there is none. */
export function codeOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    return codeOf(thrown.errors[0]);
  }
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : '';
}

/** What Node or our tunnel threw: got wraps it, and adds a code of its own where it had none. */
export function innermost(thrown: unknown): unknown {
  return thrown instanceof Error && thrown.cause instanceof Error && !(thrown instanceof TunnelFailure)
    ? innermost(thrown.cause)
    : thrown;
}

/** The deadlines that can pass. */
const timeoutReasons: ReadonlyMap<string, string> = new Map([
  ['CONNECT_TIMEOUT', 'no connection in time'],
  ['HEADERS_TIMEOUT', 'no response in time'],
  ['ATTEMPT_TIMEOUT', 'no whole answer in time'],
]);

const networkReasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there (ECONNREFUSED); check the base URL'],
  ['ENOTFOUND', 'its host name is unknown (ENOTFOUND); check the base URL and the DNS'],
  ['EAI_AGAIN', 'the DNS does not answer (EAI_AGAIN); check the network'],
  ['ECONNRESET', 'the connection was cut (ECONNRESET)'],
  ['SWITCHED_PROTOCOL', 'the server switched to another protocol; check the base URL and the proxy'],
  ['HPE_HEADER_OVERFLOW', 'the headers of the answer are too large'],
  ['ERR_HTTP_CONTENT_LENGTH_MISMATCH', 'the answer was cut off (its length is not the one announced)'],
]);

/** Codes that say that no connection was made. */
const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

/**
 * The failure of an attempt without an answer, by the error's code and, where that is not enough, its text. The error
 * itself is never kept, not even as a cause: it may hold the bearer token and the proxy's password.
 */
export function networkFailure(endpoint: Endpoint, thrown: unknown, bodyIdleMs: number, proxy?: Proxy): AttemptFailed {
  const cause = innermost(thrown);
  const code = codeOf(cause);
  const text = cause instanceof Error ? cause.message : '';
  if (proxy !== undefined && (cause instanceof TunnelFailure || code === 'CONNECT_TIMEOUT')) {
    return proxyFailure(endpoint, proxy, cause);
  }
  const tls = tlsReason(code, text);
  if (tls !== undefined) {
    return final(
      endpoint,
      'tls',
      `TLS to Descope could not be trusted: ${tls.reason} (${code})${tls.isUnknownCa ? issuedBy(thrown) : ''}; ${tls.remedy}`,
    );
  }
  if (code === 'BODY_TIMEOUT') {
    return retryable('timeout', endpoint, `the body stalled for ${bodyIdleMs / 1000} s`);
  }
  const late = timeoutReasons.get(code);
  if (late !== undefined) {
    return retryable('timeout', endpoint, late);
  }
  if (code.startsWith('HPE_') && code !== 'HPE_HEADER_OVERFLOW') {
    return retryable('unavailable', endpoint, 'the answer is not HTTP, or was cut off');
  }
  // Node has the code ECONNRESET for this, too: only the text tells the two apart.
  if (code === 'ECONNRESET' && text.includes('before secure TLS connection')) {
    return retryable('unavailable', endpoint, 'the connection was cut before TLS was established (ECONNRESET)');
  }
  return retryable(
    'unavailable',
    endpoint,
    networkReasons.get(code) ?? (/^[A-Z0-9_]{3,40}$/.test(code) ? code : 'the connection broke'),
  );
}

/** The CA's name comes from the other side: so it is cut, and reduced to plain characters. */
function issuedBy(thrown: unknown): string {
  const name = thrown instanceof ConnectionFailure ? thrown.issuer : undefined;
  return name === undefined ? '' : `, issued by "${name.replaceAll(/[^\x20-\x7e]|"/g, '?').slice(0, 64)}"`;
}

/** The failure of an attempt whose proxy opened no tunnel. */
function proxyFailure(endpoint: Endpoint, { place, variable }: Proxy, failure: unknown): AttemptFailed {
  const who = `the proxy ${place} (${variable})`;
  if (!(failure instanceof TunnelFailure)) {
    return retryable(
      'timeout',
      endpoint,
      `${who} did not connect to Descope in time; check ${variable}, and whether Descope can be reached from there`,
    );
  }
  const { status, cause } = failure;
  const code = codeOf(cause);
  const tls = tlsReason(code, cause instanceof Error ? cause.message : '');
  if (tls !== undefined) {
    return final(
      endpoint,
      'tls',
      `TLS to ${who} could not be trusted: ${tls.reason} (${code}); ${tls.isUnknownCa ? tls.remedy : `check ${variable}`}`,
    );
  }
  if (unreachable.has(code)) {
    return retryable(
      'unavailable',
      endpoint,
      `${who} cannot be reached: ${networkReasons.get(code)?.split(';')[0] ?? code}; check ${variable}`,
    );
  }
  if (status === 407) {
    return final(
      endpoint,
      'proxy',
      `${who} asks for a user name and password (407); give them in ${variable} as http://user:password@host:port`,
    );
  }
  if (status !== undefined && status >= 300 && status < 500) {
    return final(
      endpoint,
      'proxy',
      `${who} refused to connect to Descope (${status}); have it allowed there, or list the host in NO_PROXY`,
    );
  }
  return retryable(
    'unavailable',
    endpoint,
    status === undefined || status < 300
      ? `${who} did not open a tunnel`
      : `${who} could not open a tunnel (${status})`,
  );
}

/** A failure that another attempt does not help. `cause` tells doctor which remedy to name. */
function final(endpoint: Endpoint, cause: 'tls' | 'proxy', what: string): AttemptFailed {
  const label = endpointLabel(endpoint);
  return new AttemptFailed({
    error: new ConnectorError('unavailable', `${label} failed: ${what}`, { endpoint: label, cause }),
    retry: 'never',
  });
}
