/**
 * A call of Descope's Management API, with all that the layers around it need to know: whether it may be repeated, what
 * a 404 means, and which of Descope's limits it counts towards.
 */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  /**
   * A `read` may be repeated at any time, a `write` only after its effect has been read back. The method does not tell:
   * searches are POSTs.
   */
  readonly effect: 'read' | 'write';
  /**
   * `list`: rows of a collection, which cannot be missing: a 404 is a fault, never "none". `one`: one thing, which can
   * be missing.
   */
  readonly answers: 'list' | 'one';
  /** The list comes whole in one answer, which may be large. Otherwise it comes in pages. */
  readonly isWhole?: true;
  /** The rate limit of Descope's that it counts towards; pacing.ts has the numbers. */
  readonly bucket: RateBucket;
  /** About the company and all of its projects: it is asked with the key of the company, where there is one. */
  readonly isOfCompany?: true;
  /** The word of `--include` without which it is not called; absent for what every sync reads. */
  readonly includedBy?: string;
}

export type RateBucket = 'audit' | 'search' | 'create' | 'user' | 'update' | 'general';

/** A call that may be repeated. The compiler keeps it apart from a WriteEndpoint. */
export interface ReadEndpoint extends Endpoint {
  readonly effect: 'read';
}

export interface WriteEndpoint extends Endpoint {
  readonly effect: 'write';
}

/** Rows of a collection. */
export interface ListEndpoint extends ReadEndpoint {
  readonly answers: 'list';
}

/** A list that comes whole in one answer. */
export interface WholeListEndpoint extends ListEndpoint {
  readonly isWhole: true;
}

/** How an endpoint is named in errors, counts and logs: "POST /v2/mgmt/user/search". */
export function endpointLabel({ method, path }: Endpoint): string {
  return `${method} ${path}`;
}
