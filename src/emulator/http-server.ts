import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Api, PresentedKey } from './api.ts';
import type { RequestInfo } from './api-request.ts';
import { send, sendFaulty } from './delivery.ts';
import type { Line } from './delivery.ts';
import type { FaultPicker } from './faults.ts';
import type { GeneralSwitches } from './general-switches.ts';
import type { StatsRecorder } from './stats.ts';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** By the whole of the authorization header. */
  readonly keys: ReadonlyMap<string, PresentedKey>;
  readonly latencyMs: number;
  readonly now: () => number;
  readonly switches: GeneralSwitches;
  readonly api: Api;
  readonly faults: FaultPicker;
  readonly stats: StatsRecorder;
  readonly beforeRequest: (request: RequestInfo) => void;
}

export interface RunningServer {
  readonly baseUrl: string;
  /** Drops every connection, hung ones too. */
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { stats, switches, now } = options;
  const server = createServer((message, response) => {
    const started = now();
    const url = new URL(message.url ?? '/', 'http://emulator.invalid');
    const endpoint = `${message.method} ${url.pathname}`;
    const counted = stats.begin(endpoint);
    const written = message.socket.bytesWritten;
    response.once('close', () => {
      stats.sent(message.socket.bytesWritten - written);
      stats.end();
    });
    const run = async (): Promise<void> => {
      const text = await receive(message);
      stats.received(Buffer.byteLength(text));
      const request: RequestInfo = {
        ...counted,
        endpoint,
        method: message.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        body: parseJson(text),
      };
      await respond(request, message, response, started);
    };
    // The client left in the middle of its request, or a hook of a test threw: end it rather than hang.
    run().catch(() => response.destroy());
  });

  const respond = async (
    request: RequestInfo,
    message: IncomingMessage,
    response: ServerResponse,
    started: number,
  ): Promise<void> => {
    const key = options.keys.get(message.headers.authorization ?? '');
    const { authorization, ...headers } = message.headersDistinct;
    const logged = {
      ...request,
      at: started,
      headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values?.join(', ') ?? ''])),
      authorization: authorization === undefined ? ('none' as const) : key ? ('good' as const) : ('bad' as const),
      status: undefined as number | undefined,
    };
    stats.log(logged);
    response.once('finish', () => {
      logged.status = response.statusCode;
    });
    options.beforeRequest(request);

    const sleep = createSleep(response);
    const date = new Date(now() + switches.clockSkewSeconds * 1000).toUTCString();
    const line: Line = {
      request,
      response,
      socket: message.socket,
      headers: switches.dateHeader === 'on' ? { date } : {},
      sleep,
    };
    response.sendDate = false;
    const fault = options.faults.pick(request);
    const answer = () => options.api.answer(request, key);
    if (fault) {
      if (options.latencyMs > 0) await sleep(options.latencyMs);
      await sendFaulty(line, fault, answer);
      return;
    }
    const reply = answer();
    if (options.latencyMs > 0 && !(await sleep(options.latencyMs))) return;
    send(line, reply);
  };

  // Connections stay open between requests, as a client's pool expects.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  // Listening on TCP, so the address is neither null nor a path.
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;

  return {
    baseUrl: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function receive(message: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    message.on('data', (part: Buffer) => parts.push(part));
    message.on('end', () => resolve(Buffer.concat(parts).toString()));
    message.on('error', reject);
    message.on('close', () => reject(new Error('closed')));
  });
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Waits that end at once, and say so, when the connection does. */
function createSleep(response: ServerResponse): Line['sleep'] {
  return (ms) =>
    new Promise((resolve) => {
      const done = (alive: boolean): void => {
        clearTimeout(timer);
        response.off('close', gone);
        resolve(alive);
      };
      const gone = (): void => done(false);
      const timer = setTimeout(() => done(true), ms);
      response.once('close', gone);
      if (response.destroyed) gone();
    });
}
