import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to a project on which calls of one kind wait for each other. */
export interface Gate extends AsyncDisposable {
  readonly baseUrl: string;
  /** The most of these calls that were under way at once. */
  readonly most: () => number;
}

/**
 * Passes everything on to `baseUrl`, and lets the calls to `path` through only when so many of them are waiting: whoever
 * sends one has looked before any of them took effect. The first `ahead` of them wait for nobody.
 */
export async function startGate(baseUrl: string, path: string, together: number, ahead = 0): Promise<Gate> {
  let [arrived, underWay, most] = [0, 0, 0];
  const all = Promise.withResolvers<void>();
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    const passOn = async (): Promise<void> => {
      if (url === path) {
        arrived += 1;
        underWay += 1;
        most = Math.max(most, underWay);
        outgoing.once('close', () => (underWay -= 1));
        if (arrived >= ahead + together) {
          all.resolve();
        }
        if (arrived > ahead) {
          await all.promise;
        }
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
    most: () => most,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
