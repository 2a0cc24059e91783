import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestInfo } from './api-request.ts';
import type { Fault } from './faults.ts';
import { errorReply, jsonReply, textReply, toWrongReply } from './reply.ts';
import type { Reply } from './reply.ts';

/** One connection to answer on. */
export interface Line {
  readonly request: RequestInfo;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** Headers that every answer carries. */
  readonly headers: Readonly<Record<string, string>>;
  /** Resolves to false when the connection ends first. */
  readonly sleep: (ms: number) => Promise<boolean>;
}

/** Sends an answer as it is. */
export function send(line: Line, reply: Reply): void {
  writeHead(line, reply, reply.body.length);
  line.response.end(reply.body);
}

/** Sends an answer with a fault. `answer` runs the endpoint; a fault that comes before a write does not call it. */
export async function sendFaulty(line: Line, fault: Fault, answer: () => Reply): Promise<void> {
  switch (fault.kind) {
    case 'status':
      if (fault.applied) answer();
      send(line, statusReply(fault.status, fault.body, fault.headers));
      return;
    case 'reset':
      if (fault.at === 'mid-body') await writeHalf(line, answer());
      else if (fault.applied) answer();
      line.socket.resetAndDestroy();
      return;
    case 'hang':
      if (fault.at === 'mid-body') await writeHalf(line, answer());
      else if (fault.applied) answer();
      return;
    case 'slow':
      await sendSlowly(line, answer(), fault.chunkBytes, fault.everyMs);
      return;
    case 'delay': {
      const reply = answer();
      if (await line.sleep(fault.ms)) send(line, reply);
      return;
    }
    case 'truncate':
      await sendTruncated(line, answer(), fault.how);
      return;
    case 'body':
      send(line, toWrongReply(fault.body, answer()));
      return;
    case 'redirect':
      send(line, { status: fault.status, headers: { location: fault.location }, body: Buffer.alloc(0) });
      return;
    case 'mutate': {
      const reply = answer();
      send(line, { ...reply, body: Buffer.from(mutated(reply, fault, line)) });
      return;
    }
    case 'rewrite': {
      const reply = answer();
      send(line, { ...reply, body: Buffer.from(fault.change(reply.body.toString(), line.request)) });
      return;
    }
  }
}

function mutated(reply: Reply, fault: Fault & { kind: 'mutate' }, line: Line): string {
  const body: unknown = JSON.parse(reply.body.toString());
  return JSON.stringify(fault.change(body, line.request) ?? null);
}

function statusReply(
  status: number,
  body: string | object | undefined,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  if (body === undefined) {
    return errorReply(status, status === 429 ? 'E130429' : 'E990000', `Injected status ${status}`, headers);
  }
  if (typeof body !== 'string') return jsonReply(status, body, headers);
  return textReply(status, body, body.trimStart().startsWith('<') ? 'text/html' : 'text/plain', headers);
}

function writeHead(line: Line, reply: Reply, length: number | undefined): void {
  const headers = { ...line.headers, ...reply.headers };
  const sized = length === undefined || reply.status === 204 ? headers : { ...headers, 'content-length': length };
  line.response.writeHead(reply.status, sized);
}

/** Declares the whole body and sends the first half of it. */
async function writeHalf(line: Line, reply: Reply): Promise<void> {
  writeHead(line, reply, reply.body.length);
  await flush(line, firstHalf(reply));
}

function firstHalf(reply: Reply): Buffer {
  return reply.body.subarray(0, Math.floor(reply.body.length / 2));
}

/** Waits until the bytes have left, or the connection is gone. */
function flush(line: Line, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    line.response.write(bytes, () => resolve());
  });
}

async function sendSlowly(line: Line, reply: Reply, chunkBytes: number, everyMs: number): Promise<void> {
  writeHead(line, reply, reply.body.length);
  line.response.flushHeaders();
  for (let at = 0; at < reply.body.length; at += chunkBytes) {
    if (!(await line.sleep(everyMs))) return;
    line.response.write(reply.body.subarray(at, at + chunkBytes));
  }
  line.response.end();
}

async function sendTruncated(line: Line, reply: Reply, how: string): Promise<void> {
  const half = firstHalf(reply);
  switch (how) {
    case 'well-framed':
      send(line, { ...reply, body: half });
      return;
    case 'close-delimited': {
      // Neither length nor chunks: the end of the connection is the end of the body, so the client cannot see that it
      // was cut.
      const headers = { ...line.headers, ...reply.headers, connection: 'close' };
      const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      line.socket.write(`HTTP/1.1 ${reply.status} OK\r\n${head.join('')}\r\n`);
      line.socket.end(half);
      return;
    }
    case 'no-final-chunk':
      writeHead(line, reply, undefined);
      await flush(line, half);
      line.socket.end();
      return;
    default:
      await writeHalf(line, reply);
      line.socket.end();
  }
}
