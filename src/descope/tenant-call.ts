import { isKind, type ConnectorError } from '../errors.ts';
import type { CallOptions } from './http/call.ts';
import type { ReadEndpoint } from './http/endpoint.ts';
import type { HttpClient } from './http/http-client.ts';
import { parseJson } from './http/json-body.ts';
import type { HttpRequest } from './http/transport.ts';

/**
 * A call that tells something of one tenant: the project has no call that tells it of all. A family of Descope's API is
 * a file with its rows, their decoder and one of these. Methods, so that calls of different answers fit into one array.
 */
export interface TenantCall<Answer> {
  readonly endpoint: ReadEndpoint;
  requestOf(this: void, tenantId: string): Pick<HttpRequest, 'query' | 'json'>;
  /** Throws ConnectorError for an answer of another shape, and what JSON.parse throws for a body that is not whole. */
  parse(this: void, body: Uint8Array): Answer;
}

/**
 * What a call brought. A refusal with 400 or 404 has several meanings, which the call cannot tell apart: the tenant is
 * gone, the deployment has no such call, or the request is wrong.
 */
export type TenantAnswer<Answer> = { readonly answer: Answer } | { readonly refusal: ConnectorError };

/** Asks for one tenant. Whatever else than an answer or a refusal comes fails as every read does. */
export async function askOfTenant<Answer>(
  http: Pick<HttpClient, 'read'>,
  { endpoint, requestOf, parse }: TenantCall<Answer>,
  tenantId: string,
  call?: CallOptions,
): Promise<TenantAnswer<Answer>> {
  let answer: { readonly answer: Answer } | undefined;
  const parsed = (body: Uint8Array): void => {
    answer = { answer: parse(body) };
  };
  try {
    await http.read(endpoint, { ...requestOf(tenantId), parse: parsed }, call);
  } catch (thrown) {
    if (isRefusal(thrown)) {
      return { refusal: thrown };
    }
    throw thrown;
  }
  if (answer === undefined) {
    throw new Error('a read succeeded without an answer that was parsed');
  }
  return answer;
}

/** For an answer that is one JSON value. */
export function parsingJson<Answer>(decode: (json: unknown) => Answer): (body: Uint8Array) => Answer {
  return (body) => decode(parseJson(body));
}

function isRefusal(thrown: unknown): thrown is ConnectorError {
  return (
    isKind(thrown, 'not-found', 'invalid', 'upstream-contract') && [400, 404].includes(Number(thrown.facts['status']))
  );
}
