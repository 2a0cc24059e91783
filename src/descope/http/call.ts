/** Counts of requests sent, by endpoint, retries included. */
export type RequestCounts = Readonly<Record<string, number>>;

/** Called for every request that is sent. A sync counts its own requests with it. */
export type RequestObserver = (endpoint: string) => void;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onRequest?: RequestObserver;
  /** Called with the name of a list that the deployment does not have: it is empty then. */
  readonly onNotOffered?: (what: string) => void;
  /** Sent with the request (x-external-rid), and shown in Descope's audit; a new id for each request when left out. */
  readonly requestId?: string;
}
