/** One request as hooks, faults and the log see it. */
export interface RequestInfo {
  /** Counts all requests, from 1. */
  readonly number: number;
  /** Counts the requests to this endpoint, from 1. */
  readonly nth: number;
  /** Method and path, such as `POST /v2/mgmt/user/search`. */
  readonly endpoint: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON; the raw text when it is not JSON; undefined when there is none. */
  readonly body: unknown;
}

/** What an endpoint answers: a value to be sent as JSON, or the bytes of JSON made already. */
export type Answer = { readonly json: unknown } | { readonly bytes: Buffer };
