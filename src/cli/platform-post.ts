import { createExchange } from '../descope/http/exchange.ts';
import { codeOf, innermost } from '../descope/http/network-failures.ts';
import type { Route } from '../descope/http/route.ts';
import { tlsReason } from '../descope/http/tls-reasons.ts';
import { ConnectorError } from '../errors.ts';
import { osReason } from '../os-reasons.ts';
import type { PostForm } from '../service-mode/token.ts';
import { version } from '../version.ts';

const deadlines = { connectMs: 10_000, headersMs: 20_000, bodyIdleMs: 10_000, attemptMs: 30_000 };
const mostBytes = 64 * 1024;

/** Sends forms to the platform through the same door as requests to Descope, with its deadlines, proxies and TLS. */
export function createPostForm(route: Route): PostForm {
  const exchange = createExchange(deadlines, route);
  return async (url, form, signal) => {
    try {
      const { status, headers, body } = await exchange(
        {
          url,
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': `baton-descope/${version}` },
          body: form,
          maxBytes: mostBytes,
        },
        signal,
      );
      return { status, date: headers.date, body: Buffer.from(body).toString('utf8') };
    } catch (thrown) {
      throw thrown instanceof ConnectorError ? thrown : failure(new URL(url).host, thrown, route);
    }
  };
}

/** What was thrown is never kept: it may hold what was sent. */
function failure(host: string, thrown: unknown, { proxy }: Route): ConnectorError {
  const cause = innermost(thrown);
  const code = codeOf(cause);
  const where = proxy === undefined ? host : `${host} (through the proxy ${proxy.place} of ${proxy.variable})`;
  const tls = tlsReason(code, cause instanceof Error ? cause.message : '');
  if (tls !== undefined) {
    const remedy = tls.isUnknownCa
      ? 'if it is to be trusted, name it with --c1-ca-file'
      : 'check the host of the client id';
    return new ConnectorError(
      'unavailable',
      `TLS to ${where} could not be trusted: ${tls.reason} (${code}); ${remedy}`,
    );
  }
  return code.endsWith('_TIMEOUT')
    ? new ConnectorError('timeout', `${where} did not answer the request for a token in time`)
    : new ConnectorError('unavailable', `${where} cannot be reached: ${osReason(cause)}`);
}
