import { type Dispatcher, type Interceptable, MockAgent } from 'undici';
import { afterEach, beforeEach, expect } from 'vitest';

type Expected = Omit<Parameters<Interceptable['intercept']>[0], 'method' | 'path'>;
type Interceptor = ReturnType<Interceptable['intercept']>;

let network: MockAgent | undefined;

/**
 * Takes the place of the network for every test of the calling file, and fails a test that sent a request nobody expected,
 * or that left an expected one unsent. Without the record, a mismatch would look like an outage, and our retries take it
 * for one.
 */
export function useMockedHttp(): void {
  let unexpectedRequests: string[] = [];

  beforeEach(() => {
    unexpectedRequests = [];
    network = new RecordingAgent((request) => void unexpectedRequests.push(request));
    network.disableNetConnect();
  });

  afterEach(() => {
    const unsentRequests = network?.pendingInterceptors().map(({ method, origin, path }) => [method, origin, path].join(' '));
    network = undefined;
    expect({ unexpectedRequests, unsentRequests }).toEqual({ unexpectedRequests: [], unsentRequests: [] });
  });
}

/** For the client under test. Undefined in a file that uses the real network. */
export function mockedNetwork(): Dispatcher | undefined {
  return network;
}

/** Expects one request, unless its reply says `times` or `persist`; of several that fit, the first is used up first. */
export function onRequest(method: 'GET' | 'POST', url: string, expected: Expected = {}): Interceptor {
  if (network === undefined) {
    throw new Error('useMockedHttp() was not called in this file');
  }
  const { origin, pathname } = new URL(url);
  return network.get(origin).intercept({ ...expected, method, path: pathname });
}

class RecordingAgent extends MockAgent {
  readonly #onMismatch: (request: string) => void;

  constructor(onMismatch: (request: string) => void) {
    super();
    this.#onMismatch = onMismatch;
  }

  override dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return super.dispatch(request, {
      ...handler,
      onResponseError: (controller, error) => {
        if ('code' in error && error.code === 'UND_MOCK_ERR_MOCK_NOT_MATCHED') {
          this.#onMismatch(`${request.method} ${String(request.origin)}${request.path}`);
        }
        handler.onResponseError?.(controller, error);
      },
    });
  }
}
