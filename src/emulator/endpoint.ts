import type { Answer } from './api-request.ts';
import type { RequestBody } from './request-body.ts';

/** What the key of a request reaches: one project, or the company with all of its projects. */
export type KeyScope = 'project' | 'company';

export interface EndpointCall {
  readonly body: RequestBody;
  readonly query: Readonly<Record<string, string>>;
  /** Reads another value by the same rules as the request body. */
  readonly parse: (value: unknown) => RequestBody;
  readonly keyScope: KeyScope;
}

export interface Endpoint {
  /** Body fields it knows. */
  readonly fields: readonly string[];
  readonly run: (call: EndpointCall) => Answer;
  /** About the company: the request need not name a project. */
  readonly company?: true;
}

/** By `METHOD path`. */
export type Endpoints = Readonly<Record<string, Endpoint>>;

export function endpoint(fields: readonly string[], run: Endpoint['run']): Endpoint {
  return { fields, run };
}

/** How the service answers calls that return nothing. */
export const nothing: Answer = { json: {} };
