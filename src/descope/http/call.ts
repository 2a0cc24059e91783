/** Counts of requests sent, by endpoint, retries included. */
export type RequestCounts = Readonly<Record<string, number>>;

/** Told of every request sent; a sync hands one in to itemise its own requests. */
export type RequestObserver = (endpoint: string) => void;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onRequest?: RequestObserver;
  /** Travels with the request (x-external-rid) and shows in Descope's audit; a new one each time when left out. */
  readonly requestId?: string;
}
