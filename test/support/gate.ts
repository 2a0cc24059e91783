import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to a project on which calls of one kind wait for each other. */
export interface Gate extends AsyncDisposable {
  readonly baseUrl: string;
}

/**
 * Passes everything on to `baseUrl`, and lets the calls to `path` through only when so many of them are waiting: whoever
 * sends one has looked before any of them took effect.
 */
export async function startGate(baseUrl: string, path: string, together: number): Promise<Gate> {
  let arrived = 0;
  const all = Promise.withResolvers<void>();
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    const passOn = async (): Promise<void> => {
      if (url === path) {
        arrived += 1;
        if (arrived >= together) {
          all.resolve();
        }
        await all.promise;
      }
      const request = forward(new URL(url, baseUrl), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      request.on('error', () => outgoing.destroy());
      incoming.pipe(request);
    };
    void passOn();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
