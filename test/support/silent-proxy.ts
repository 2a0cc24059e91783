import { connect, createServer, type Socket } from 'node:net';

/** A way to a server on loopback that can fall silent: connections stay open, and nothing gets through. */
export interface SilentProxy extends AsyncDisposable {
  readonly port: number;
  /** Nothing goes either way any more, and new connections lead nowhere; `after` lets through what holds this text first. */
  hush(after?: string): void;
  /** All goes on, with what was sent meanwhile. */
  speak(): void;
  readonly isSilent: boolean;
}

export async function startSilentProxy(to: { readonly port: number }): Promise<SilentProxy> {
  const held: (() => void)[] = [];
  const sockets = new Set<Socket>();
  let isSilent = false;
  let last: string | undefined;
  const pass = (from: Socket, into: Socket): void => {
    from.on('data', (data) => {
      if (isSilent) {
        from.pause();
        held.push(() => {
          into.write(data);
          from.resume();
        });
        return;
      }
      into.write(data);
      if (last !== undefined && data.includes(last)) {
        isSilent = true;
      }
    });
    from.on('close', () => {
      const end = (): void => void into.destroy();
      if (isSilent) {
        held.push(end); // nobody hears of it
      } else {
        end();
      }
    });
  };
  const open = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const join = (client: Socket): void => {
    const server = open(connect(to.port, '127.0.0.1'));
    pass(client, server);
    pass(server, client);
  };
  const listening = createServer((client) => {
    open(client);
    if (isSilent) {
      held.push(() => join(client));
    } else {
      join(client);
    }
  });
  await new Promise<void>((resolve) => {
    listening.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listening.address() as { port: number }; // it listens on TCP
  return {
    port,
    get isSilent() {
      return isSilent;
    },
    hush: (after) => {
      last = after;
      isSilent = after === undefined;
    },
    speak: () => {
      [isSilent, last] = [false, undefined];
      held.splice(0).forEach((go) => go());
    },
    [Symbol.asyncDispose]: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise<void>((resolve) => {
        listening.close(() => resolve());
      });
    },
  };
}
