import { gzipSync } from 'node:zlib';

/** A complete HTTP answer, before anything goes wrong with it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function jsonReply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return textReply(status, JSON.stringify(body), 'application/json', headers);
}

export function htmlReply(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const html = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
  return textReply(status, html, 'text/html; charset=utf-8', headers);
}

export function textReply(
  status: number,
  text: string,
  type: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, headers: { 'content-type': type, ...headers }, body: Buffer.from(text) };
}

/** The documented error body, with one text in all of its fields. */
export function errorReply(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const body = { errorCode: code, errorDescription: message, errorMessage: message, message };
  return jsonReply(status, body, headers);
}

type Change = (body: Record<string, unknown>) => unknown;

const changes: Readonly<Record<string, Change>> = {
  'users-null': (body) => ({ ...body, users: null }),
  'total-missing': ({ total: _total, ...rest }) => rest,
  'total-string': (body) => ({ ...body, total: String(body['total']) }),
  'total-negative': (body) => ({ ...body, total: -1 }),
  'total-float': (body) => ({ ...body, total: Number(body['total']) + 0.5 }),
  'total-huge': (body) => ({ ...body, total: 2 ** 53 }),
  // Groups are an array by themselves: an empty one would be an answer.
  array: (body) => (Array.isArray(body) ? [[]] : []),
  object: () => ({}),
  'error-envelope': () => ({ errorCode: 'E011001', errorDescription: 'Bad request', errorMessage: 'Bad request' }),
};

/** A success that is not an answer: the body is wrong in the named way while the status stays in the 200s. */
export function toWrongReply(kind: string, good: Reply): Reply {
  const change = changes[kind];
  if (change) {
    // Every endpoint of the stand-in answers with a JSON object or an array, and both can be spread.
    const body = JSON.parse(good.body.toString()) as Record<string, unknown>;
    return { ...good, status: 200, body: Buffer.from(JSON.stringify(change(body))) };
  }
  switch (kind) {
    case 'html':
      return htmlReply(200, 'Sign in');
    case 'text':
      return textReply(200, 'OK', 'text/plain');
    case 'bom':
      return { ...good, body: Buffer.concat([Buffer.from('\uFEFF'), good.body]) };
    case 'gzip-lie':
      return {
        ...good,
        headers: { ...good.headers, 'content-encoding': 'gzip' },
        body: gzipSync(good.body).subarray(2),
      };
    case 'no-content':
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    default:
      return textReply(200, '', 'application/json');
  }
}
