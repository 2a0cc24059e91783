import { type KeyObject, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ClientId } from './client-id.ts';
import type { Clock } from './clock.ts';

/** Sends a form by POST, once. Throws `unavailable` or `timeout` where there is no answer, in words for people. */
export type PostForm = (url: string, form: string, signal?: AbortSignal) => Promise<FormAnswer>;

export interface FormAnswer {
  readonly status: number;
  /** The Date header, if there is one. */
  readonly date: string | undefined;
  readonly body: string;
}

export interface TokenOptions {
  readonly clientId: ClientId;
  /** The key in force now: a rotated one counts from the next token on. */
  readonly key: () => KeyObject;
  readonly post: PostForm;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The access token of calls to the platform. */
export interface TokenSource {
  /** The value of the `authorization` header. However many ask, one request is sent. */
  header(): Promise<string>;
  /** Says that the platform did not accept this header: the next one is fetched anew. */
  refused(header: string): void;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** How long an assertion is good, each way. */
const assertionMs = 2 * 60_000;
/** A token is renewed this long before it ends; one of a short life at half of it. */
const renewBeforeMs = 60_000;
/** A difference below this is the way of the answer, and the second that a Date header is cut to. */
const tellSkewMs = 30_000;

export function createTokenSource({ clientId, key, post, logger, clock }: TokenOptions): TokenSource {
  const url = `https://${clientId.address.replace(/:443$/, '')}/auth/v1/token`;
  let held: { readonly header: string; readonly renewAt: number } | undefined;
  let pending: Promise<string> | undefined;
  /** How far the platform's clock is ahead of ours, as far as we had to know. */
  let skewMs = 0;

  async function ask(): Promise<FormAnswer> {
    const form = new URLSearchParams({
      client_id: clientId.text,
      grant_type: 'client_credentials',
      client_assertion_type: assertionType,
      client_assertion: await assertionOf(clientId, key(), clock.wallClock() + skewMs),
    });
    return await post(url, form.toString());
  }

  async function fetch(): Promise<string> {
    const askedAt = clock.now();
    let answer = await ask();
    const measured = skewOf(answer.date, clock.wallClock());
    if (answer.status === 401 && Math.abs(measured - skewMs) >= tellSkewMs) {
      logger.warn("the platform's clock differs from this machine's: it is used once more with that", {
        seconds: Math.round(measured / 1000),
      });
      skewMs = measured;
      answer = await ask();
    }
    const { header, lifeMs } = tokenIn(answer, clientId);
    held = { header, renewAt: askedAt + Math.max(lifeMs - renewBeforeMs, lifeMs / 2) };
    return header;
  }

  return {
    header: async () => {
      if (held !== undefined && clock.now() < held.renewAt) {
        return held.header;
      }
      pending ??= fetch().finally(() => {
        pending = undefined;
      });
      return await pending;
    },
    refused: (header) => {
      if (held?.header === header) {
        held = undefined;
      }
    },
  };
}

async function assertionOf({ text, audience }: ClientId, key: KeyObject, nowMs: number): Promise<string> {
  const at = (ms: number): number => Math.floor(ms / 1000);
  return await new SignJWT()
    .setProtectedHeader({ alg: 'EdDSA', nonce: randomBytes(16).toString('hex') })
    .setIssuer(text)
    .setSubject(text)
    .setAudience(audience)
    .setIssuedAt(at(nowMs))
    .setNotBefore(at(nowMs - assertionMs))
    .setExpirationTime(at(nowMs + assertionMs))
    .sign(key);
}

/** How far the clock that a Date header shows is ahead of ours; 0 where it shows none. */
function skewOf(date: string | undefined, nowMs: number): number {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? 0 : theirs - nowMs;
}

function tokenIn(
  { status, body }: FormAnswer,
  clientId: ClientId,
): { readonly header: string; readonly lifeMs: number } {
  if (status !== 200) {
    throw refusal(status, clientId);
  }
  const answer = objectIn(body);
  const { access_token: token, token_type: type, expires_in: seconds } = answer;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new ConnectorError('upstream-contract', 'the platform answered the request for a token without a token');
  }
  const lifeMs = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 0;
  const name = typeof type === 'string' && /^[A-Za-z-]+$/.test(type) && !/^bearer$/i.test(type) ? type : 'Bearer';
  return { header: `${name} ${token}`, lifeMs };
}

function objectIn(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

/** What a status other than 200 means; the body is not shown, since it may repeat what was sent. */
function refusal(status: number, { audience, address }: ClientId): ConnectorError {
  const [kind, what] = wordsOf(status, audience, address);
  return new ConnectorError(kind, `no token from the platform (HTTP ${status}): ${what}`, { status });
}

function wordsOf(status: number, audience: string, address: string): readonly [ErrorKind, string] {
  switch (true) {
    case status === 400 || status === 401:
      return [
        'unauthenticated',
        `it does not accept the client id and secret; check BATON_CLIENT_ID and BATON_CLIENT_SECRET, and at ${audience} ` +
          'whether they were rotated or revoked',
      ];
    case status === 403:
      return ['forbidden', `the client may not connect; look at the connector's settings at ${audience}`];
    case status === 429 || status >= 500:
      return ['unavailable', 'it cannot answer now'];
    default:
      return [
        'config',
        `${address} does not seem to be the platform; check what stands behind the "@" of BATON_CLIENT_ID, and BATON_C1_API_HOST`,
      ];
  }
}
