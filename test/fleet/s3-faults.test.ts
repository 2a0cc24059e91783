import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pointAt, type S3Pointer } from '../../src/fleet/s3/pointer.ts';
import { probeBucket } from '../../src/fleet/s3/probe.ts';
import { openS3, type S3Client } from '../../src/fleet/s3/s3-client.ts';
import { uploadFile } from '../../src/fleet/s3/upload.ts';
import { Secret } from '../../src/secret.ts';
import { temporaryFolder } from '../support/cli.ts';
import { faultOf } from '../support/thrown.ts';

type Answer = (response: ServerResponse, request: IncomingMessage, body: string) => void;

interface Scripted extends AsyncDisposable {
  readonly client: S3Client;
  /** "PUT /acme/x?partNumber=1" of every request so far. */
  readonly asked: readonly string[];
}

const secret = `s${'e'.repeat(39)}`;
const token = `t${'o'.repeat(39)}`;

/** A store that answers as it is told, the last answer again and again. */
async function scripted(...answers: readonly Answer[]): Promise<Scripted> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url}`);
      answers[Math.min(asked.length, answers.length) - 1]?.(response, request, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // on TCP it is neither null nor a path
  const place = {
    bucket: 'acme',
    prefix: 'p',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    style: 'path',
    credentials: { file: 'x' },
  } as const;
  return {
    asked,
    client: openS3(
      place,
      { id: 'AKEXAMPLE', secret: new Secret(secret), token: new Secret(token) },
      { times: { connectMs: 20_000, idleMs: answers.includes(silent) ? 300 : 20_000, firstPauseMs: 1 } },
      new AbortController().signal,
    ),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const says =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body);
const fault = (status: number, code: string): Answer =>
  says(status, `<Error><Code>${code}</Code><Message>m</Message></Error>`);
const cut: Answer = (response) => void response.destroy();
const silent: Answer = () => undefined;
const half: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('half');
  setImmediate(() => response.destroy());
};
const get = async ({ client }: Scripted): Promise<string> =>
  await client.ask({ method: 'GET', key: 'x' }).then(({ body }) => body.toString(), faultOf);

it.each([
  ['503', fault(503, 'SlowDown')],
  ['500', fault(500, 'InternalError')],
  ['429', says(429)],
  ['a cut connection', cut],
  ['half an answer', half],
  ['silence', silent],
] as const)('asks again after %s, and takes the answer that comes then', async (_what, answer) => {
  await using store = await scripted(answer, answer, says(200, 'there'));
  expect(await get(store)).toBe('there');
  expect(store.asked).toEqual(['GET /acme/x', 'GET /acme/x', 'GET /acme/x']);
});

it.each([
  [
    '503 without an end',
    fault(503, 'SlowDown'),
    4,
    /^unavailable: s3:\/\/acme\/x at 127\.0\.0\.1:\d+: the store failed: try again later \(503 SlowDown\)$/,
  ],
  ['silence without an end', silent, 4, /^timeout: .*did not answer in time$/],
  [
    '403',
    fault(403, 'AccessDenied'),
    1,
    /^forbidden: .*let the credentials list, read, write and delete.*\(403 AccessDenied\)$/,
  ],
  ['the clock', fault(403, 'RequestTimeTooSkewed'), 1, /^precondition: .*the clock of this machine is too far off/],
  ['a key that nobody knows', fault(403, 'InvalidAccessKeyId'), 1, /^unauthenticated: .*does not know the access key/],
  ['a session that is over', fault(400, 'ExpiredToken'), 1, /^unauthenticated: .*are over: get new ones/],
  [
    'another region',
    says(301, '', { location: 'http://127.0.0.1:1/elsewhere' }),
    1,
    /^config: .*another region.*\(301\)$/,
  ],
  ['no conditions', fault(501, 'NotImplemented'), 1, /^unsupported: .*must know PUT with If-Match/],
  ['too large an answer', says(200, 'x'.repeat(3 * 1024 * 1024)), 1, /^upstream-contract: .*larger than it can be$/],
] as const)(
  'tells %s in a line, after as many tries as can help, and without the credentials',
  async (_what, answer, tries, told) => {
    await using store = await scripted(answer);
    const text = await get(store);
    expect(text).toMatch(told);
    expect(store.asked).toHaveLength(tries);
    expect(text.includes(secret) || text.includes(token) || text.includes('AKEXAMPLE')).toBe(false);
  },
);

it('signs the token of a session, too, and sends no secret', async () => {
  let headers: IncomingMessage['headers'] = {};
  await using store = await scripted((response, request) => {
    headers = request.headers;
    response.end('there');
  });
  await get(store);
  expect(headers['authorization']).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=[^ ]*x-amz-security-token/,
  );
  expect(headers['x-amz-security-token']).toBe(token);
  expect(JSON.stringify(headers)).not.toContain(secret);
});

const pointer = (run: string, slotMs: number): S3Pointer => ({
  version: 1,
  object: `p/sync-${run}.json`,
  bytes: 1,
  sha256: 'a'.repeat(64),
  format: 'json',
  projectId: 'P1',
  run,
  slotMs,
  token: 1,
  startedMs: slotMs,
  finishedMs: slotMs,
  counts: { resources: {}, grants: {} },
});
const stands = (run: string, slotMs: number, etag: string): Answer =>
  says(200, JSON.stringify(pointer(run, slotMs)), { etag });
const point = async ({ client }: Scripted): Promise<string> =>
  await pointAt(client, 'p/latest.json', pointer('ours', 500), 1_000).then(() => 'done', faultOf);

it('looks again where somebody else came first, and decides anew', async () => {
  await using older = await scripted(
    fault(404, 'NoSuchKey'),
    fault(412, 'PreconditionFailed'),
    stands('other', 400, '"b"'),
    says(200),
  );
  expect(await point(older)).toBe('done');
  expect(older.asked).toHaveLength(4);
  await using newer = await scripted(
    stands('other', 400, '"a"'),
    fault(409, 'ConditionalRequestConflict'),
    stands('third', 600, '"c"'),
  );
  expect(await point(newer)).toMatch(
    /^conflict: .* names a newer sync, p\/sync-third\.json of 1970-01-01T00:00:00\.600Z: that stays$/,
  );
});

it('is done where the answer to its own write was lost', async () => {
  await using store = await scripted(
    stands('other', 400, '"a"'),
    cut,
    fault(412, 'PreconditionFailed'),
    stands('ours', 500, '"b"'),
  );
  expect(await point(store)).toBe('done');
  expect(store.asked).toHaveLength(4); // and it is not written once more
});

it('gives up where others come first without an end', async () => {
  await using store = await scripted((response, { method }) =>
    method === 'GET'
      ? stands('other', 400, '"a"')(response, {} as IncomingMessage, '')
      : fault(412, 'PreconditionFailed')(response, {} as IncomingMessage, ''),
  );
  expect(await point(store)).toMatch(/^conflict: .* was replaced by others 10 times in a row/);
});

it('fails, and takes the parts away, where a store finds out at the end that an upload did not go well', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'sync.json');
  await writeFile(path, 'x'.repeat(25));
  await using store = await scripted(
    says(200, '<InitiateMultipartUploadResult><UploadId>a&amp;b</UploadId></InitiateMultipartUploadResult>'),
    says(200, '', { etag: '"1"' }),
    says(200, '', { etag: '"2"' }),
    says(200, '', { etag: '"3"' }),
    ...Array.from({ length: 4 }, () => fault(200, 'InternalError')),
    says(204),
  );
  expect(
    await uploadFile(store.client, 'big', path, { type: 'application/json', partBytes: 10 }).then(
      () => 'done',
      faultOf,
    ),
  ).toMatch(/^unavailable: .*\(200 InternalError\)$/);
  expect(store.asked.at(1)).toBe('PUT /acme/big?partNumber=1&uploadId=a%26b');
  expect(store.asked.at(-1)).toBe('DELETE /acme/big?uploadId=a%26b');
  expect(store.asked).toHaveLength(9);
});

it('tells of a store that takes conditions and does not heed them, and leaves nothing there', async () => {
  const asked: string[] = [];
  await using store = await scripted((response, { method, url = '' }) => {
    asked.push(`${method} ${url}`);
    const key = asked.find((one) => one.startsWith('PUT'))?.slice('PUT /acme/'.length);
    const body = method === 'GET' && url.includes('list-type') ? `<Key>${key}</Key>` : '';
    response.writeHead(method === 'GET' && !url.includes('list-type') ? 404 : 200, { etag: '"e"' }).end(body);
  });
  const check = await probeBucket(store.client, 'p');
  expect(check).toMatchObject({
    level: 'fail',
    kind: 'unsupported',
    text: expect.stringMatching(/does not heed If-None-Match and If-Match: an older sync/),
  });
  expect(asked.at(-1)).toMatch(/^DELETE \/acme\/p\/probe-/);
});
