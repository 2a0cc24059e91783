import type { RequestInfo } from './api-request.ts';

export interface LoggedRequest extends RequestInfo {
  readonly at: number;
  /** Request headers, without the one that holds the key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: 'good' | 'bad' | 'none';
  /** The status sent; undefined while in flight, or when the connection ended without one. */
  status: number | undefined;
}

/** What has been asked so far. All counts since the start or the last `reset`. */
export interface RequestStats {
  readonly total: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** By `METHOD path`. */
  readonly byEndpoint: Readonly<Record<string, number>>;
  count(endpoint: string): number;
  /** The last requests (up to 1,000), oldest first. */
  readonly recent: readonly LoggedRequest[];
  /** Also restarts the numbering of requests that hooks and faults go by. */
  reset(): void;
}

export interface StatsRecorder extends RequestStats {
  begin(endpoint: string): { number: number; nth: number };
  received(bytes: number): void;
  log(request: LoggedRequest): void;
  sent(bytes: number): void;
  end(): void;
}

const keptRequests = 1000;

export function createStats(): StatsRecorder {
  let total = 0;
  let inFlight = 0;
  let maxInFlight = 0;
  let bytesIn = 0;
  let bytesOut = 0;
  let counts = new Map<string, number>();
  let recent: LoggedRequest[] = [];

  return {
    get total() {
      return total;
    },
    get inFlight() {
      return inFlight;
    },
    get maxInFlight() {
      return maxInFlight;
    },
    get bytesIn() {
      return bytesIn;
    },
    get bytesOut() {
      return bytesOut;
    },
    get byEndpoint() {
      return Object.fromEntries(counts);
    },
    get recent() {
      return recent.slice(-keptRequests);
    },
    count: (endpoint) => counts.get(endpoint) ?? 0,
    reset() {
      total = 0;
      maxInFlight = inFlight;
      bytesIn = 0;
      bytesOut = 0;
      counts = new Map();
      recent = [];
    },
    begin(endpoint) {
      total += 1;
      inFlight += 1;
      maxInFlight = Math.max(maxInFlight, inFlight);
      const nth = (counts.get(endpoint) ?? 0) + 1;
      counts.set(endpoint, nth);
      return { number: total, nth };
    },
    received(bytes) {
      bytesIn += bytes;
    },
    log(request) {
      recent.push(request);
      if (recent.length > 2 * keptRequests) recent = recent.slice(-keptRequests);
    },
    sent(bytes) {
      bytesOut += bytes;
    },
    end() {
      inFlight -= 1;
    },
  };
}
