import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { readSecrets } from '../../src/fleet/webhooks/secrets.ts';
import { sendEvent, type Sent } from '../../src/fleet/webhooks/send.ts';
import { Secret } from '../../src/secret.ts';
import { faultOf } from '../support/thrown.ts';

interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly got: { readonly path: string; readonly headers: Record<string, string>; readonly body: string }[];
}

async function receiver(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<Receiver> {
  const got: Receiver['got'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, body });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // on TCP it is neither null nor a path
  return {
    url: `http://127.0.0.1:${port}/hook?token=private`,
    got,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const newSecret = (): Secret => new Secret(`whsec_${randomBytes(32).toString('base64')}`);
const event = { id: 'run.changes.1', body: '{"id":"run.changes.1","data":{"user":"Zoë"}}' };
const sendWithin = async (answerMs: number, url: string, ...secrets: readonly Secret[]): Promise<Sent> =>
  await sendEvent(event, {
    url,
    secrets,
    nowMs: Date.now(),
    signal: new AbortController().signal,
    times: { connectMs: 20_000, answerMs },
  });
const send = async (url: string, ...secrets: readonly Secret[]): Promise<Sent> =>
  await sendWithin(20_000, url, ...secrets);

it('is signed so that a receiver with the library of Standard Webhooks takes it, by the old secret or the new', async () => {
  await using hook = await receiver((response) => void response.writeHead(204).end());
  const [former, latter] = [newSecret(), newSecret()];
  expect(await send(hook.url, former, latter)).toBe('sent');
  const [{ headers, body } = { headers: {}, body: '' }] = hook.got;

  expect(headers).toMatchObject({
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'webhook-id': 'run.changes.1',
  });
  for (const secret of [former, latter]) {
    expect(new Webhook(secret.reveal()).verify(body, headers)).toEqual(JSON.parse(event.body));
  }
  expect(() => new Webhook(newSecret().reveal()).verify(body, headers)).toThrow('No matching signature');
  expect(() => new Webhook(former.reveal()).verify(`${body} `, headers)).toThrow('No matching signature');
});

it.each([
  [500, { message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ answered 500$/) as string, isFinal: false }],
  [401, { message: expect.stringMatching(/answered 401: does it have the same secret\?$/) as string, isFinal: false }],
  [410, { message: expect.stringMatching(/answered 410: it wants no more events$/) as string, isFinal: true }],
] as const)('is not taken where the receiver answers %i', async (status, sent) => {
  await using hook = await receiver((response) => void response.writeHead(status).end('private words'));
  expect(await send(hook.url, newSecret())).toEqual(sent);
  expect(hook.got).toHaveLength(1);
});

it('follows no redirect: what is signed goes where it was told to, and nowhere else', async () => {
  await using other = await receiver((response) => void response.writeHead(204).end());
  await using hook = await receiver((response) => void response.writeHead(307, { location: other.url }).end());
  expect(await send(hook.url, newSecret())).toEqual({
    message: expect.stringMatching(/answered 307, a redirect, which is not followed$/) as string,
    isFinal: false,
  });
  expect(other.got).toEqual([]);
});

it('waits for no answer without an end, and reads none', async () => {
  await using silent = await receiver(() => undefined);
  expect(await sendWithin(150, silent.url, newSecret())).toMatchObject({
    message: expect.stringMatching(/did not answer in time$/) as string,
  });
  await using endless = await receiver((response) => {
    response.writeHead(200);
    response.write('x'.repeat(100_000));
  });
  expect(await send(endless.url, newSecret())).toBe('sent');
  await using cut = await receiver((response) => void response.destroy());
  expect(await send(cut.url, newSecret())).toMatchObject({
    message: expect.stringMatching(/cannot be reached \(ECONNRESET\)$/) as string,
  });
  const told = await send('http://127.0.0.1:1/hook?token=private', newSecret());
  expect(told).toEqual({ message: 'http://127.0.0.1:1 cannot be reached (ECONNREFUSED)', isFinal: false });
});

it('takes secrets of the form of Standard Webhooks alone, and shows none that is not', async () => {
  const read = async (text: string): Promise<unknown> =>
    await readSecrets(
      { env: 'S' },
      { source: 'fleet.yaml:3:5 acme', base: '/', env: { S: text }, signal: new AbortController().signal },
    ).then((all) => all.map((secret) => secret.reveal()), faultOf);
  const [one, two] = [newSecret().reveal(), newSecret().reveal()];
  expect(await read(`${one}\n${two}\n`)).toEqual([one, two]);
  const plain = `no-prefix-${'x'.repeat(40)}`;
  expect(await read(plain)).toMatch(
    /^config: fleet\.yaml:3:5 acme: should be a secret such as "whsec_" .* is not shown$/,
  );
  expect(await read(plain)).not.toContain(plain);
  expect(await read('')).toMatch(/^config: .*S is not set, and should hold the secret of a webhook$/);
});
