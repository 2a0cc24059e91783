import http from 'node:http';
import { describe, expect, it } from 'vitest';
import { adaLovelace } from '../../src/emulator/emulator.ts';
import type { Fault } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

const search = 'POST /v2/mgmt/user/search';
const path = '/v2/mgmt/user/search';

interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** How it ended: whole, or the error code. */
  readonly end: string;
}

/** A request by hand that reports whatever came, and gives up a moment after `isEnough` of what came. */
function raw(client: Client, isEnough: (body: string) => boolean): Promise<RawAnswer> {
  const { baseUrl, projectId, managementKey } = client.emulator;
  return new Promise((resolve) => {
    let status: number | undefined;
    let headers: http.IncomingHttpHeaders = {};
    let body = '';
    const done = (end: string): void => {
      clearInterval(look);
      resolve({ status, headers, body, end });
      request.destroy();
    };
    const request = http.request(baseUrl + path, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${projectId}:${managementKey}` },
    });
    const look = setInterval(() => {
      if (isEnough(body)) {
        clearInterval(look);
        setTimeout(() => done('gave up'), 60);
      }
    }, 5);
    request.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    request.on('response', (response) => {
      status = response.statusCode;
      headers = response.headers;
      response.on('data', (part: Buffer) => (body += part.toString()));
      response.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
      response.on('end', () => done('whole'));
    });
    request.end('{}');
  });
}

const withFault = async (
  fault: Fault,
  isEnough: (body: string, fired: number) => boolean = () => false,
): Promise<RawAnswer> => {
  await using client = await startClient({ users: 40 });
  const armed = client.emulator.faults.add({ match: { endpoint: search }, fault });
  const answer = await raw(client, (body) => isEnough(body, armed.fired));
  expect(armed.fired).toBe(1);
  return answer;
};

describe('injected faults', () => {
  it('answers with any status, headers and body', async () => {
    const json = await withFault({ kind: 'status', status: 503, headers: { 'retry-after': '7' } });
    const html = await withFault({ kind: 'status', status: 520, body: '<h1>down</h1>' });

    expect(json).toMatchObject({ status: 503, headers: { 'retry-after': '7', 'content-type': 'application/json' } });
    expect(html).toMatchObject({ status: 520, body: '<h1>down</h1>', headers: { 'content-type': 'text/html' } });
  });

  it('resets before the headers or in the middle of the body', async () => {
    const before = await withFault({ kind: 'reset', at: 'before-headers' });
    const middle = await withFault({ kind: 'reset', at: 'mid-body' });

    expect(before).toMatchObject({ status: undefined, end: 'ECONNRESET' });
    expect(middle).toMatchObject({ status: 200, end: 'ECONNRESET' });
  });

  it('hangs before the headers, or stalls in the middle of the body', async () => {
    const before = await withFault({ kind: 'hang', at: 'before-headers' }, (_, fired) => fired === 1);
    const middle = await withFault({ kind: 'hang', at: 'mid-body' }, (body) => body.length > 1_000);

    expect(before).toMatchObject({ status: undefined, end: 'gave up' });
    expect(middle).toMatchObject({ status: 200, end: 'gave up' });
    expect(middle.body.length).toBeGreaterThan(1000);
  });

  it('drips bytes, or waits before it answers', async () => {
    const dripped = performance.now();
    const slow = await withFault({ kind: 'slow', chunkBytes: 10, everyMs: 20 }, (body) => body.length >= 30);
    const started = performance.now();
    const late = await withFault({ kind: 'delay', ms: 120 });

    expect(slow.end).toBe('gave up');
    expect(slow.body.length).toBeGreaterThanOrEqual(30);
    expect(slow.body.length).toBeLessThanOrEqual(10 * (1 + (started - dripped) / 19)); // 20 ms, and timers are inexact
    expect(late.end).toBe('whole');
    expect(performance.now() - started).toBeGreaterThan(115);
  });

  it.each([
    ['content-length', 'ECONNRESET'],
    ['no-final-chunk', 'ECONNRESET'],
    ['close-delimited', 'whole'],
    ['well-framed', 'whole'],
  ] as const)('cuts the JSON short: %s', async (how, end) => {
    const answer = await withFault({ kind: 'truncate', how });

    expect(answer).toMatchObject({ status: 200, end });
    expect(answer.body.startsWith('{"users":[')).toBe(true);
    expect(() => void JSON.parse(answer.body)).toThrow(SyntaxError);
  });

  it.each([
    ['html', 200, /^<!DOCTYPE html>/],
    ['text', 200, /^OK$/],
    ['empty', 200, /^$/],
    ['no-content', 204, /^$/],
    ['array', 200, /^\[\]$/],
    ['object', 200, /^\{\}$/],
    ['users-null', 200, /"users":null,"total":40/],
    ['total-missing', 200, /^\{"users":\[[^]*\]\}$/],
    ['total-string', 200, /"total":"40"\}$/],
    ['total-negative', 200, /"total":-1\}$/],
    ['total-float', 200, /"total":40\.5\}$/],
    ['total-huge', 200, /"total":9007199254740992\}$/],
    ['bom', 200, /^\uFEFF\{"users"/],
    ['error-envelope', 200, /^\{"errorCode":"E011001"/],
  ] as const)('answers with the wrong body: %s', async (body, status, expected) => {
    const answer = await withFault({ kind: 'body', body });

    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(expected);
  });

  it('can claim gzip for bytes that are none', async () => {
    await using client = await startClient({ users: 1 });
    client.emulator.faults.add({ fault: { kind: 'body', body: 'gzip-lie' } });

    await expect(client.search()).rejects.toThrow('terminated');
  });

  it.each([301, 302, 307, 308] as const)('redirects with %i', async (status) => {
    const answer = await withFault({ kind: 'redirect', status, location: 'http://elsewhere.invalid/login' });

    expect(answer).toMatchObject({ status, headers: { location: 'http://elsewhere.invalid/login' } });
  });

  it('changes a body by a function, parsed or as text', async () => {
    const parsed = await withFault({ kind: 'mutate', change: (_, request) => ({ users: [], total: request.nth }) });
    const text = await withFault({ kind: 'rewrite', change: (body) => body.replaceAll('"userId"', '"id"') });

    expect(parsed.body).toBe('{"users":[],"total":1}');
    expect(text.body).toContain('"id":"U2Ada');
  });

  it('fails a write before or after it took effect', async () => {
    await using client = await startClient({ users: 5 });
    const write = '/v1/mgmt/user/update/role/add';
    const statusOf = async (fault: Fault, role: string): Promise<number | string> => {
      client.emulator.faults.clear();
      client.emulator.faults.add({ match: { endpoint: write }, fault });
      const body = { loginId: adaLovelace.userId, roleNames: [role] };
      return client.send('POST', write, body).then(
        (response) => response.status,
        () => 'lost',
      );
    };

    expect(await statusOf({ kind: 'status', status: 500 }, 'Viewer')).toBe(500);
    expect(await statusOf({ kind: 'status', status: 502, applied: true }, 'Auditor')).toBe(502);
    expect(await statusOf({ kind: 'reset', at: 'before-headers', applied: true }, 'Guest')).toBe('lost');
    expect(await statusOf({ kind: 'reset', at: 'before-headers' }, 'Editor')).toBe('lost');
    expect(client.emulator.state.user(adaLovelace.userId)?.roleNames).toEqual(['Auditor', 'Guest']);
  });
});

describe('the fault plan', () => {
  it('fires on the n-th match and as often as told, and says how often', async () => {
    await using client = await startClient({ users: 5 });
    const { faults } = client.emulator;
    const third = faults.add({ match: { endpoint: search, nth: 3 }, times: 2, fault: { kind: 'status', status: 503 } });
    const statuses: number[] = [];

    for (let at = 0; at < 6; at += 1) {
      await client.send('GET', '/v1/mgmt/role/all');
      statuses.push((await client.send('POST', path, {})).status);
    }

    expect(statuses).toEqual([200, 200, 503, 503, 200, 200]);
    expect(faults.fired()).toEqual([third]);
    expect(third.fired).toBe(2);
  });

  it('goes by a predicate over the parsed request, and stops when removed', async () => {
    await using client = await startClient({ users: 250 });
    const armed = client.emulator.faults.add({
      match: { predicate: ({ body }) => JSON.stringify(body) === '{"page":1}' },
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 401 },
    });
    const status = async (page: number): Promise<number> => (await client.send('POST', path, { page })).status;

    expect([await status(0), await status(1), await status(1)]).toEqual([200, 401, 401]);
    armed.remove();
    expect(await status(1)).toBe(200);
  });
});
