import { type ClientRequest, type ClientRequestArgs, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https';
import { isIP, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { TunnelFailure } from './exchange-faults.ts';

export interface TunnelOptions {
  /** The proxy's address, with user name and password where it has them. */
  readonly proxyUrl: string;
  /** How long a tunnel may take, together with TLS at its other end. */
  readonly connectMs: number;
  /**
   * The most tunnels that are opened at the same time. One more ends the oldest, for which no request waits any more.
   */
  readonly maxOpening: number;
}

type Done = (failure: Error | null, stream: Duplex) => void;

/**
 * Connects to https addresses through a proxy. Node's own `proxyEnv` will not do: it keeps the connection to a proxy
 * that refuses or that leads nowhere, and doubles its listeners with each piece of the proxy's answer, so that 25
 * pieces stop the process.
 */
export class TunnelAgent extends Agent {
  readonly #tunnel: TunnelOptions;
  /** Functions that end the tunnels that are being opened, oldest first. */
  readonly #opening = new Set<() => void>();

  constructor(options: AgentOptions, tunnel: TunnelOptions) {
    super(options);
    this.#tunnel = tunnel;
  }

  override createConnection(options: ClientRequestArgs, done: Done = () => undefined): undefined {
    const request = this.#ask(options);
    let stream: Duplex | undefined;
    let isTold = false;
    const tell = (failure: Error | null): void => {
      if (!isTold) {
        isTold = true;
        done(failure, stream as Duplex); // where it failed, Node does without
      }
    };
    const settle = (): void => {
      clearTimeout(timer);
      this.#opening.delete(end);
    };
    const fail = (failure: TunnelFailure): void => {
      settle();
      tell(failure);
      stream?.destroy();
      request.destroy();
    };
    const end = (): void => fail(new TunnelFailure());
    const timer = setTimeout(end, this.#tunnel.connectMs);
    this.#opening.add(end);
    request.on('error', (thrown) => fail(new TunnelFailure(undefined, thrown)));
    request.once('connect', ({ statusCode }: IncomingMessage, socket: Socket, early: Buffer) => {
      stream = socket.setKeepAlive(true);
      if (statusCode === undefined || statusCode < 200 || statusCode > 299 || early.length > 0) {
        fail(new TunnelFailure(statusCode));
        return;
      }
      // Node would take the path of the request for the path of a Unix socket.
      stream = connect({ ...(options as ConnectionOptions), path: undefined, socket })
        .once('secureConnect', settle)
        .once('close', settle);
      tell(null); // the sender of the request waits for TLS, and sees whose the certificate is
    });
    request.end();
    this.#endOldest();
    return undefined;
  }

  #ask({ host, port }: ClientRequestArgs): ClientRequest {
    const { protocol, hostname, port: proxyPort, username, password } = new URL(this.#tunnel.proxyUrl);
    const target = `${isIPv6(host ?? '') ? `[${host}]` : host}:${port ?? 443}`;
    const { ca } = this.options;
    const proxyHost = hostname.replace(/^\[|\]$/g, '');
    return (protocol === 'https:' ? httpsRequest : httpRequest)({
      method: 'CONNECT',
      host: proxyHost,
      port: proxyPort || (protocol === 'https:' ? 443 : 80),
      path: target,
      agent: false,
      headers: {
        host: target,
        ...(username + password !== '' && { 'proxy-authorization': `Basic ${credentials(username, password)}` }),
      },
      // Without a name here, Node would look for the host of the header, which is Descope, in the proxy's certificate.
      ...(protocol === 'https:' && {
        servername: isIP(proxyHost) === 0 ? proxyHost : '',
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        ...(ca !== undefined && { ca }),
      }),
    });
  }

  #endOldest(): void {
    const [oldest] = this.#opening;
    if (this.#opening.size > this.#tunnel.maxOpening) {
      oldest?.();
    }
  }
}

/** User name and password as a URL has them: percent-encoded, unless a "%" stands for itself. */
function credentials(...parts: readonly string[]): string {
  const plain = parts.map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return Buffer.from(plain.join(':')).toString('base64');
}
