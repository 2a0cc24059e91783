import { ConnectorError } from '../errors.ts';
import { type EndpointName, endpointLabel } from './endpoints.ts';
import { AttemptFailed } from './retry.ts';
import { tlsReason } from './tls-reasons.ts';

export function retryable(kind: 'timeout' | 'unavailable', endpoint: EndpointName, what: string): AttemptFailed {
  const label = endpointLabel(endpoint);
  return new AttemptFailed({ error: new ConnectorError(kind, `${label} failed: ${what}`, { endpoint: label }), retry: 'yes' });
}

/** `limit` in bytes, as body-limit.ts has it. */
export function bodyTooLarge(endpoint: EndpointName, limit: number): AttemptFailed {
  const label = endpointLabel(endpoint);
  const what = `${label} answered with a body larger than ${Number((limit / 1024 / 1024).toFixed(2))} MiB, the most that is read of it; where there is memory for more, raise --max-response-size`;
  return new AttemptFailed({ error: new ConnectorError('upstream-contract', what, { endpoint: label }), retry: 'never' });
}

/** The code of an error; of several addresses that were tried in vain, that of the first. Empty when there is none. */
export function codeOf(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string') {
    return thrown.code;
  }
  return thrown instanceof AggregateError && thrown.errors.length > 0 ? codeOf(thrown.errors[0]) : '';
}

/** What was waited for in vain. */
const timeoutReasons: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no response in time'],
  ['ATTEMPT_TIMEOUT', 'no whole answer in time'],
]);

const networkReasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there (ECONNREFUSED); check the base URL'],
  ['ENOTFOUND', 'its host name is unknown (ENOTFOUND); check the base URL and the DNS'],
  ['EAI_AGAIN', 'the DNS does not answer (EAI_AGAIN); check the network'],
  ['ECONNRESET', 'the connection was cut (ECONNRESET)'],
  ['UND_ERR_SOCKET', 'the connection was cut'],
  ['UND_ERR_HEADERS_OVERFLOW', 'the headers of the answer are too large'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'the answer was cut off (its length is not the one announced)'],
]);

/**
 * Says what the network did, from the error's code and, where the code does not say it, its text. The error itself is
 * never kept, not even as a cause: it may hold the bearer token.
 */
export function networkFailure(endpoint: EndpointName, thrown: unknown, bodyIdleMs: number): AttemptFailed {
  const code = codeOf(thrown);
  const text = thrown instanceof Error ? thrown.message : '';
  const tls = tlsReason(code, text);
  if (tls !== undefined) {
    const label = endpointLabel(endpoint);
    return new AttemptFailed({
      error: new ConnectorError('unavailable', `${label} failed: TLS to Descope could not be trusted: ${tls} (${code}); check the base URL, the proxy and the CA`, { endpoint: label }),
      retry: 'never',
    });
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    return retryable('timeout', endpoint, `the body stalled for ${bodyIdleMs / 1000} s`);
  }
  const late = timeoutReasons.get(code);
  if (late !== undefined) {
    return retryable('timeout', endpoint, late);
  }
  if (thrown instanceof Error && thrown.name === 'HTTPParserError') {
    return retryable('unavailable', endpoint, 'the answer is not HTTP, or was cut off');
  }
  // Node says ECONNRESET for this, too, and tells it apart in the text only.
  if (code === 'ECONNRESET' && text.includes('before secure TLS connection')) {
    return retryable('unavailable', endpoint, 'the connection was cut before TLS was established (ECONNRESET)');
  }
  return retryable('unavailable', endpoint, networkReasons.get(code) ?? (/^[A-Z0-9_]{3,40}$/.test(code) ? code : 'the connection broke'));
}
