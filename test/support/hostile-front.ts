import { createServer, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

/** A right answer, about to be spoilt: its bytes are written by hand. */
export interface Answer {
  readonly status: number;
  readonly date: string;
  readonly body: Buffer;
}

/** What goes out instead of the answer. Nothing of node's server is between this and the wire. */
export type Tamper = (answer: Answer, socket: Socket) => void;

export interface HostileFront extends AsyncDisposable {
  readonly baseUrl: string;
  forwardTo(baseUrl: string): void;
  /** Spoils the answers that this says yes to; `nth` counts requests from 1. */
  spoil(which: (endpoint: string, nth: number) => boolean, tamper: Tamper): void;
  readonly fired: () => number;
}

/** A hand-written server in front of an embedded project: it says what no sane server says. */
export async function hostileFront(): Promise<HostileFront> {
  let target = '';
  let nth = 0;
  let fired = 0;
  const rules: { readonly which: (endpoint: string, nth: number) => boolean; readonly tamper: Tamper }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    nth += 1;
    const mine = nth;
    const endpoint = `${incoming.method ?? ''} ${(incoming.url ?? '').split('?')[0] ?? ''}`;
    const onward = httpRequest(
      `${target}${incoming.url ?? ''}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (bytes: Buffer) => chunks.push(bytes));
        answer.on('error', () => incoming.socket.destroy());
        answer.on('aborted', () => incoming.socket.destroy());
        answer.on('end', () => {
          const body = Buffer.concat(chunks);
          const rule = rules.find(({ which }) => which(endpoint, mine));
          if (rule === undefined) {
            outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(body);
            return;
          }
          fired += 1;
          rule.tamper(
            { status: answer.statusCode ?? 500, date: answer.headers.date ?? new Date().toUTCString(), body },
            incoming.socket,
          );
        });
      },
    );
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number }; // it listens on TCP
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    forwardTo: (baseUrl) => {
      target = baseUrl;
    },
    spoil: (which, tamper) => void rules.push({ which, tamper }),
    fired: () => fired,
    [Symbol.asyncDispose]: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

type Lines = readonly string[];

function head(status: string, lines: Lines): string {
  return `HTTP/1.1 ${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
}

/** Sends an answer with these header lines, and ends the connection. */
function raw(
  status: string,
  lines: (answer: Answer) => Lines,
  body: (answer: Answer) => Buffer = (answer) => answer.body,
): Tamper {
  return (answer, socket) => {
    socket.write(
      head(status, [`date: ${answer.date}`, 'content-type: application/json', 'connection: close', ...lines(answer)]),
    );
    socket.end(body(answer));
  };
}

const sized = (body: Buffer): Lines => [`content-length: ${body.length}`];
/** The right answer with its text changed. */
const text = (change: (text: string) => string): Tamper => {
  const changed = ({ body }: Answer): Buffer => Buffer.from(change(body.toString()));
  return raw('200 OK', (answer) => sized(changed(answer)), changed);
};
const encoded = (name: string, pack: (body: Buffer) => Buffer): Tamper =>
  raw(
    '200 OK',
    ({ body }) => [...sized(pack(body)), `content-encoding: ${name}`],
    ({ body }) => pack(body),
  );
const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
const chunked = (body: (answer: Answer) => Buffer, ...more: Lines): Tamper =>
  raw('200 OK', () => ['transfer-encoding: chunked', ...more], body);
const whole = (body: Buffer): Buffer =>
  Buffer.concat([chunk(body.subarray(0, 1_000)), chunk(body.subarray(1_000)), Buffer.from('0\r\n\r\n')]);
const half = (body: Buffer): Buffer => body.subarray(0, Math.floor(body.length / 2));
const nested = '['.repeat(200_000) + ']'.repeat(200_000);
const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20));

/**
 * Everything here is an answer to a good request. Whether it can be read, or is refused, is the reader's business;
 * believing in less is not.
 */
export const tampers: Readonly<Record<string, Tamper>> = {
  'two different lengths': raw('200 OK', ({ body }) => [...sized(body), `content-length: ${body.length - 7}`]),
  'the same length twice': raw('200 OK', ({ body }) => [...sized(body), ...sized(body)]),
  'a length that is negative': raw('200 OK', () => ['content-length: -1']),
  'a length that is no number': raw('200 OK', () => ['content-length: many']),
  'a length of 2^64': raw('200 OK', () => ['content-length: 18446744073709551616']),
  'a length and chunks': raw(
    '200 OK',
    ({ body }) => [...sized(body), 'transfer-encoding: chunked'],
    ({ body }) => whole(body),
  ),
  'a length that is too small': raw('200 OK', ({ body }) => [`content-length: ${body.length - 20}`]),
  'a length of nought': raw(
    '200 OK',
    () => ['content-length: 0'],
    () => Buffer.alloc(0),
  ),
  'no length, to the end of the connection': raw('200 OK', () => []),
  'no length, cut in half': raw(
    '200 OK',
    () => [],
    ({ body }) => half(body),
  ),
  'chunks, whole': chunked(({ body }) => whole(body)),
  'chunks without the last one': chunked(({ body }) => chunk(half(body))),
  'half of the body in whole chunks': chunked(({ body }) =>
    Buffer.concat([chunk(half(body)), Buffer.from('0\r\n\r\n')]),
  ),
  'a chunk of a wrong size': chunked(({ body }) =>
    Buffer.concat([Buffer.from('5\r\n'), body, Buffer.from('\r\n0\r\n\r\n')]),
  ),
  'a chunk size that is no number': chunked(() => Buffer.from('zz\r\nabc\r\n0\r\n\r\n')),
  'chunks with trailers': chunked(
    ({ body }) => Buffer.concat([chunk(body), Buffer.from('0\r\nx-total: 0\r\ncontent-length: 5\r\n\r\n')]),
    'trailer: x-total',
  ),
  'another answer behind the first': (answer, socket) => {
    const one = head('200 OK', [`date: ${answer.date}`, ...sized(answer.body)]);
    socket.write(one);
    socket.write(answer.body);
    socket.write(head('200 OK', ['content-length: 23']));
    socket.write('{"users":[],"total":0}\r\n');
  },
  'the answer twice, on a connection that stays': (answer, socket) => {
    const one = Buffer.concat([
      Buffer.from(head('200 OK', [`date: ${answer.date}`, ...sized(answer.body)])),
      answer.body,
    ]);
    socket.write(one);
    socket.write(one);
  },
  'a hundred early hints before it': (answer, socket) => {
    for (let time = 0; time < 100; time += 1) {
      socket.write(head('103 Early Hints', ['link: </x>; rel=preload']));
    }
    raw('200 OK', ({ body }) => sized(body))(answer, socket);
  },
  'a 100 in between': (answer, socket) => {
    socket.write(head('100 Continue', []));
    raw('200 OK', ({ body }) => sized(body))(answer, socket);
  },
  'an upgrade to another protocol': raw('101 Switching Protocols', () => ['upgrade: websocket', 'connection: upgrade']),
  'a header of 100 KB': raw('200 OK', ({ body }) => [...sized(body), `x-long: ${'x'.repeat(100_000)}`]),
  'ten thousand headers': raw('200 OK', ({ body }) => [
    ...sized(body),
    ...Array.from({ length: 10_000 }, (_, at) => `x-${at}: y`),
  ]),
  'a header without a colon': raw('200 OK', ({ body }) => [...sized(body), 'what is this']),
  'a header with a NUL': raw('200 OK', ({ body }) => [...sized(body), 'x-nul: a\u0000b']),
  'HTTP/1.0': (answer, socket) => {
    socket.write(`HTTP/1.0 200 OK\r\ndate: ${answer.date}\r\n\r\n`);
    socket.end(answer.body);
  },
  'HTTP/0.9: the body alone': (answer, socket) => void socket.end(answer.body),
  'HTTP/2 frames': (_answer, socket) =>
    void socket.end(Buffer.from('000012040000000000000300000064000400100000000600004000', 'hex')),
  'a status that is no number': raw('OK', ({ body }) => sized(body)),
  ...Object.fromEntries(
    [201, 202, 203, 206, 208, 226, 299].map((status) => [
      `the right body under ${status}`,
      raw(`${status} Hm`, ({ body }) => sized(body)),
    ]),
  ),
  ...Object.fromEntries(
    [300, 304, 305, 399, 418, 451, 499, 600, 999].map((status) => [
      `the right body under ${status}`,
      raw(`${status} Hm`, ({ body }) => sized(body)),
    ]),
  ),
  gzip: encoded('gzip', (body) => gzipSync(body)),
  'gzip, cut in half': encoded('gzip', (body) => half(gzipSync(body))),
  'gzip with something behind it': encoded('gzip', (body) => Buffer.concat([gzipSync(body), Buffer.from('garbage')])),
  'two gzips of half a body': encoded('gzip', (body) =>
    Buffer.concat([gzipSync(half(body)), gzipSync(body.subarray(half(body).length))]),
  ),
  deflate: encoded('deflate', (body) => deflateSync(body)),
  brotli: encoded('br', (body) => brotliCompressSync(body)),
  'brotli, cut in half': encoded('br', (body) => half(brotliCompressSync(body))),
  zstd: encoded('zstd', (body) => zstdCompressSync(body)),
  'gzip twice': encoded('gzip, gzip', (body) => gzipSync(gzipSync(body))),
  'an encoding that nobody knows': encoded('rot13', (body) => body),
  'a gzip bomb of 200 MB': raw(
    '200 OK',
    () => [...sized(bomb), 'content-encoding: gzip'],
    () => bomb,
  ),
  'UTF-16': raw(
    '200 OK',
    ({ body }) => [...sized(Buffer.from(body.toString(), 'utf16le')), 'content-type: application/json; charset=utf-16'],
    ({ body }) => Buffer.from(body.toString(), 'utf16le'),
  ),
  'white space around it': text((json) => `\n\t ${json} \r\n`),
  'a second object behind it': text((json) => `${json}{}`),
  'two objects, one a line': text((json) => `${json}\n${json}`),
  'a comment in it': text((json) => json.replace('{', '{/* hello */')),
  'NaN for the total': text((json) => json.replace(/"total":\d+/, '"total":NaN')),
  'an infinite total': text((json) => json.replace(/"total":\d+/, '"total":1e400')),
  'a total of minus nought': text((json) => json.replace(/"total":\d+/, '"total":-0')),
  'a total in scientific notation': text((json) => json.replace(/"total":(\d+)/, '"total":$1e0')),
  'a total and another total': text((json) => json.replace(/"total":(\d+)/, '"total":0,"total":$1')),
  'the list twice, the second time empty': text((json) =>
    json.replace(/\}$/, ',"users":[],"roles":[],"tenants":[],"permissions":[]}'),
  ),
  'keys in capitals': text((json) =>
    json
      .replaceAll('"users"', '"Users"')
      .replaceAll('"roles"', '"Roles"')
      .replaceAll('"tenants"', '"Tenants"')
      .replaceAll('"permissions"', '"Permissions"'),
  ),
  'the answer wrapped in data': text((json) => `{"data":${json}}`),
  'the answer inside an array': text((json) => `[${json}]`),
  'the answer as a string': text((json) => JSON.stringify(json)),
  'the list as an object of numbers': text((json) => json.replace(/:\[/, ':{"0":').replace(/\]([^\]]*)$/, '}$1')),
  'a __proto__ beside the list': text((json) =>
    json.replace('{', '{"__proto__":{"users":[],"total":0,"errorCode":"E1"},'),
  ),
  'a __proto__ in every record': text((json) =>
    json.replaceAll('{"', '{"__proto__":{"roleNames":["Admin"],"test":true},"'),
  ),
  'attributes 200,000 levels deep': text((json) =>
    json.replace('"customAttributes":{}', `"customAttributes":{"deep":${nested}}`),
  ),
  'a key 200,000 levels deep beside the list': text((json) => json.replace('{', `{"deep":${nested},`)),
  'an attribute of 10 MB': text((json) =>
    json.replace('"customAttributes":{}', `"customAttributes":{"blob":"${'é'.repeat(5_000_000)}"}`),
  ),
  'a hundred thousand role names on one user': text((json) =>
    json.replace('"roleNames":["Editor"]', `"roleNames":[${Array.from({ length: 100_000 }, () => '"Editor"').join()}]`),
  ),
  'control characters inside strings': text((json) => json.replace('User 1', 'User \u0001')),
  'a date of 1970': (answer, socket) =>
    raw('200 OK', ({ body }) => sized(body))({ ...answer, date: 'Thu, 01 Jan 1970 00:00:00 GMT' }, socket),
  'a date of the year 9999': (answer, socket) =>
    raw('200 OK', ({ body }) => sized(body))({ ...answer, date: 'Fri, 31 Dec 9999 23:59:59 GMT' }, socket),
  'a date that is none': (answer, socket) =>
    raw('200 OK', ({ body }) => sized(body))({ ...answer, date: 'yesterday' }, socket),
  'a second date, a year ago': (answer, socket) =>
    raw('200 OK', ({ body }) => [...sized(body), `date: ${new Date(Date.now() - 365 * 86_400_000).toUTCString()}`])(
      answer,
      socket,
    ),
  'cookies and a refresh': raw('200 OK', ({ body }) => [
    ...sized(body),
    'set-cookie: DS=x; Path=/',
    'refresh: 0; url=http://127.0.0.1:9/',
    'location: http://127.0.0.1:9/',
  ]),
  'a reset in the middle of the headers': (_answer, socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-le');
    setImmediate(() => socket.resetAndDestroy());
  },
  'nothing, and the end of the connection': (_answer, socket) => void socket.end(),
};
