import { createDescopeClient, type DescopeClient, type DescopeClientOptions } from '../../src/descope/client.ts';
import type { Sleep } from '../../src/descope/http/sleep.ts';
import { ConnectorError, throwIfCancelled } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';

export const host = 'https://api.descope.com';
export const projectId = 'P2abcdefghijklmnopqrstuvwxyz1';
export const key = 'K2-very-secret-management-key';
export const searchPath = '/v2/mgmt/user/search';
export const dateHeader = 'Tue, 04 Mar 2025 10:00:00 GMT';

/** Lets everything that can go on without new input go on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface FakeTime {
  readonly now: () => number;
  readonly sleep: Sleep;
  /** How long each sleep was asked to be, in order. */
  readonly slept: readonly number[];
  /** Moves the clock forward without anybody sleeping. */
  readonly advance: (ms: number) => void;
}

/** A clock that only sleeping moves: every sleep ends at once, and those that overlap end together. */
export function fakeTime(): FakeTime {
  let clock = 1_000;
  const slept: number[] = [];
  return {
    now: () => clock,
    slept,
    advance: (ms) => {
      clock += ms;
    },
    sleep: async (ms, signal) => {
      throwIfCancelled(signal);
      slept.push(ms);
      const until = clock + ms;
      await turn();
      throwIfCancelled(signal);
      clock = Math.max(clock, until);
    },
  };
}

/** A client of the mocked host: instant sleeps, and back-offs of exactly half their upper bound. */
export function testClient(options: Partial<DescopeClientOptions> = {}): DescopeClient & { readonly time: FakeTime } {
  const time = fakeTime();
  const client = createDescopeClient({
    baseUrl: host,
    projectId,
    managementKey: () => new Secret(key),
    now: time.now,
    sleep: time.sleep,
    random: () => 0.5,
    ...options,
  });
  return { ...client, time };
}

/** The search that most tests send; what it asks for does not matter to them. */
export const anySearch = { limit: 100, offset: 0 };

export const noUsers = { users: [], total: 0 };

/** What the promise was rejected with, which must be one of our own errors. */
export async function failureOf(promise: Promise<unknown>): Promise<ConnectorError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return thrown;
    }
    throw thrown;
  }
  throw new Error('expected a ConnectorError, got an answer');
}
