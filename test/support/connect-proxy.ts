import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A real HTTP proxy on loopback that opens tunnels, wherever they are meant to go, to one address of this machine. */
export interface ConnectProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open. */
  readonly open: () => number;
  /** What was asked for, such as "api.descope.com:443", and as whom. */
  readonly asked: readonly { readonly target: string; readonly authorization: string | undefined }[];
}

export interface ProxyBehaviour {
  /** Where tunnels lead. */
  readonly to?: { readonly port: number };
  /** Refuses with this status instead. */
  readonly refuse?: number;
  /** Cuts: before it answers, or when the first bytes have gone through the tunnel. */
  readonly cut?: 'before-answer' | 'in-tunnel';
  /** Says nothing at all. */
  readonly isSilent?: boolean;
}

export async function startConnectProxy({ to, refuse, cut, isSilent = false }: ProxyBehaviour): Promise<ConnectProxy> {
  const asked: { readonly target: string; readonly authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(400).end());
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    if (isSilent) {
      client.resume(); // else the end of the connection would not be seen
      client.on('end', () => client.end());
      return;
    }
    if (cut === 'before-answer') {
      client.destroy();
    } else if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse} No\r\ncontent-length: 0\r\n\r\n`);
    } else {
      tunnel(client, to?.port ?? 0, cut === 'in-tunnel');
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number }; // it listens on TCP
  return {
    port,
    open: () => sockets.size,
    asked,
    [Symbol.asyncDispose]: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function tunnel(client: Socket, port: number, isCut: boolean): void {
  const onward = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    client.pipe(onward);
    onward.pipe(client);
    if (isCut) {
      client.once('data', () => client.destroy());
    }
  });
  onward.on('error', () => client.destroy());
  client.on('close', () => onward.destroy());
}
