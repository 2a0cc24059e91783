/**
 * A call of Descope's Management API that this program makes, with all that the layers around it need to know: who may repeat
 * it, what a missing answer means, which of Descope's limits it counts towards.
 */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** A `read` may be repeated freely, a `write` only after its effect has been read back. Not the verb's doing: searches are POSTs. */
  readonly effect: 'read' | 'write';
  /** What it answers with: rows of a collection, which cannot be missing (a 404 is a fault, never "none"), or one thing, which can. */
  readonly answers: 'list' | 'one';
  /** A list that comes whole in one answer, and so may be large; else it comes in pages. */
  readonly isWhole?: true;
  /** The counter of Descope's that it counts towards. Documented per minute: pacing.ts. */
  readonly bucket: RateBucket;
}

export type RateBucket = 'search' | 'user' | 'update' | 'general';

/** The calls that may be repeated, and those that may not before somebody has looked: the compiler keeps them apart. */
export interface ReadEndpoint extends Endpoint {
  readonly effect: 'read';
}

export interface WriteEndpoint extends Endpoint {
  readonly effect: 'write';
}

/** A list that comes whole in one answer. */
export interface WholeListEndpoint extends ReadEndpoint {
  readonly answers: 'list';
  readonly isWhole: true;
}

/** How an endpoint is named in errors, counts and logs: "POST /v2/mgmt/user/search". */
export function endpointLabel({ method, path }: Endpoint): string {
  return `${method} ${path}`;
}
