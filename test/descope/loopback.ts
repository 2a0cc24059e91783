import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect } from 'vitest';
import { turn } from './support.ts';

export interface Loopback {
  readonly baseUrl: string;
  readonly asked: () => number;
  /** Connections that were ever made, and those that are open. */
  readonly connections: () => number;
  readonly open: () => number;
  /** From now on nothing listens there. */
  readonly close: () => void;
}

/**
 * Real servers on loopback, for what a mock cannot do: connections that break in the middle, or never say anything. No
 * test may leave a rejection behind that nobody handles.
 */
export function useLoopback(): (answer: RequestListener) => Promise<Loopback> {
  const servers: Server[] = [];
  const rejections: unknown[] = [];
  const record = (reason: unknown): void => void rejections.push(reason);
  beforeEach(() => {
    rejections.length = 0;
    process.on('unhandledRejection', record);
  });
  afterEach(async () => {
    await settle();
    process.off('unhandledRejection', record);
    expect(rejections).toEqual([]);
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  return async (answer) => {
    let [asked, connections, open] = [0, 0, 0];
    const server = createServer((request, response) => {
      asked += 1;
      request.resume();
      answer(request, response);
    });
    server.keepAliveTimeout = 60_000; // nothing may wait for its end, which is then seen
    servers.push(server);
    server.on('connection', (socket) => {
      connections += 1;
      open += 1;
      socket.on('close', () => (open -= 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      baseUrl: `http://127.0.0.1:${port}`,
      asked: () => asked,
      connections: () => connections,
      open: () => open,
      close: () => void server.close(),
    };
  };
}

/** Real I/O on loopback takes a few turns of the loop, whatever the clock says. */
export async function settle(): Promise<void> {
  for (let count = 0; count < 15; count += 1) {
    await turn();
  }
}

export async function waitUntil(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > giveUpAt) {
      expect.unreachable('what was waited for did not happen');
    }
    await turn();
  }
}
