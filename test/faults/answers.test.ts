/* oxlint-disable oxc/no-map-spread -- tables of a few dozen lines */
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { truncations, wrongBodies } from '../../src/emulator/faults.ts';
import {
  type Arena,
  attempt,
  bearer,
  benchProject,
  benchRequests,
  canaryKey,
  type Case,
  forever,
  judge,
  leaksIn,
  lists,
  overheard,
  permissionList,
  roleList,
  search,
  table,
  tenantList,
  ways,
} from '../support/faults-bench.ts';

const html = '<!DOCTYPE html><html><body><h1>Just a moment</h1>{"users":[],"total":0}</body></html>';
const longest = (slept: readonly number[]): number => Math.max(0, ...slept);
const sum = (slept: readonly number[]): number => slept.reduce((all, ms) => all + ms, 0);

describe('row 0: undisturbed', () => {
  table([
    {
      name: 'slow answers are no fault',
      expected: 'same',
      arm: ({ fault }) => void fault(search, { kind: 'delay', ms: 1 }, 2),
      check: ({ requests }) => expect(requests).toBe(benchRequests),
    },
  ]);
});

/** A broken encoding ends as a broken connection would (exit 4); the matrix asks for a shape (exit 5). */
const shapeOf = (body: string): Case['expected'] => (body === 'gzip-lie' ? ['shape', 'unavailable'] : 'shape');

const tooMany = (headers: Readonly<Record<string, string>> = {}, body?: string) =>
  ({ kind: 'status', status: 429, headers, ...(body !== undefined && { body }) }) as const;

describe('row 1: 429 that says how long', () => {
  table([
    {
      name: 'seconds',
      expected: 'same',
      arm: ({ fault }) => void fault(search, tooMany({ 'retry-after': '3' }), 2),
      check: ({ slept, requests }) => {
        expect(longest(slept)).toBeGreaterThanOrEqual(2_900);
        expect(longest(slept)).toBeLessThanOrEqual(3_000);
        expect(requests).toBe(benchRequests + 1);
      },
    },
    {
      name: 'an HTTP date',
      expected: 'same',
      arm: ({ fault }) =>
        void fault(search, tooMany({ 'retry-after': new Date(Date.now() + 20_000).toUTCString() }), 1),
      check: ({ slept }) => {
        expect(longest(slept)).toBeGreaterThanOrEqual(15_000);
        expect(longest(slept)).toBeLessThanOrEqual(20_000);
      },
    },
    ...['-5', 'soon', '3.5', '1e3', '0x10', '99999999999999', canaryKey, ''].map((value) => ({
      name: `${JSON.stringify(value === canaryKey ? 'the key' : value)} means nothing: a wait of its own`,
      expected: 'same' as const,
      arm: ({ fault }: Arena) => void fault(roleList, tooMany({ 'retry-after': value }), 1),
      check: ({ slept }: { readonly slept: readonly number[] }) => {
        expect(longest(slept)).toBeGreaterThanOrEqual(900);
        expect(longest(slept)).toBeLessThanOrEqual(1_000);
      },
    })),
    {
      name: 'a second at least, where it asks for 0',
      expected: 'same',
      arm: ({ fault }) => void fault(search, tooMany({ 'retry-after': '0' }), 3),
      check: ({ slept }) => expect(longest(slept)).toBeGreaterThanOrEqual(900),
    },
    {
      name: '40 s: too long to hold a call, not for a sync',
      expected: { grpc: 'rate-limited', file: 'same' },
      cause: /429.*; it opens again at 20\d\d-/,
      arm: ({ fault }) => void fault(search, tooMany({ 'retry-after': '40' }), 2),
    },
    {
      name: 'an hour: nobody waits',
      expected: 'rate-limited',
      cause: /429.*; it opens again at 20\d\d-/,
      arm: ({ fault }) => void fault(search, tooMany({ 'retry-after': '3600' }), 2),
      check: ({ slept }) => expect(sum(slept)).toBe(0),
    },
    {
      name: 'one on every list at once',
      expected: 'same',
      arm: ({ fault }) => lists.forEach((endpoint) => fault(endpoint, tooMany({ 'retry-after': '2' }))),
    },
  ]);
});

describe('row 2: 429 that says nothing', () => {
  table([
    ...lists.map((endpoint) => ({
      name: `once, on ${endpoint}`,
      expected: 'same' as const,
      arm: ({ fault }: Arena) => void fault(endpoint, tooMany()),
    })),
    { name: 'an HTML body', expected: 'same', arm: ({ fault }) => void fault(search, tooMany({}, html), 2, 2) },
    {
      name: 'for ever',
      expected: 'rate-limited',
      arm: ({ fault }) => void fault(undefined, tooMany(), 3, forever),
      check: ({ slept, requests, way }) => {
        expect(requests).toBeLessThanOrEqual(way === 'grpc' ? 45 : 120);
        expect(Math.max(...slept)).toBeLessThanOrEqual(way === 'grpc' ? 30_000 : 60_000);
      },
    },
  ]);
});

describe('row 3: 5xx', () => {
  const statuses = [500, 502, 503, 504, 520, 521, 522, 523, 524, 530];
  table([
    ...statuses.map((status, place): Case => ({
      name: `${status} once, with an HTML body`,
      expected: 'same',
      arm: ({ fault }) => void fault(lists[place % 4], { kind: 'status', status, body: html }),
      check: ({ requests }) => expect(requests).toBe(benchRequests + 1),
    })),
    {
      name: '503 on page 3, four times',
      expected: 'same',
      arm: ({ fault }) => void fault(search, { kind: 'status', status: 503 }, 3, 4),
    },
    {
      name: '503 with an answer as its body is no answer',
      expected: 'unavailable',
      cause: 'answered 503',
      arm: ({ fault }) =>
        void fault(search, { kind: 'status', status: 503, body: { users: [], total: 0 } }, 1, forever),
    },
    ...[500, 503, 530].map((status, place): Case => ({
      name: `${status} for ever: five tries`,
      expected: 'unavailable',
      cause: `answered ${status}`,
      arm: ({ fault }) => void fault(lists[place], { kind: 'status', status, body: html }, 1, forever),
      check: ({ fired }) => expect(fired).toEqual([5]),
    })),
    {
      name: '502 for ever from page 2',
      expected: 'unavailable',
      cause: 'POST /v2/mgmt/user/search answered 502',
      arm: ({ fault }) => void fault(search, { kind: 'status', status: 502 }, 2, forever),
    },
    {
      name: '503 that asks for 7 s',
      expected: 'same',
      arm: ({ fault }) => void fault(tenantList, { kind: 'status', status: 503, headers: { 'retry-after': '7' } }),
      check: ({ slept }) => expect(longest(slept)).toBe(7_000),
    },
    {
      name: 'the body repeats the key',
      expected: 'unavailable',
      arm: ({ fault }) =>
        void fault(permissionList, { kind: 'status', status: 500, body: `Bearer ${bearer} ${canaryKey}` }, 1, forever),
    },
    {
      name: 'the error code repeats the key',
      expected: 'shape',
      arm: ({ fault }) =>
        void fault(
          roleList,
          { kind: 'status', status: 400, body: { errorCode: canaryKey, errorDescription: bearer, message: bearer } },
          1,
          forever,
        ),
    },
  ]);
});

describe('row 4: the network', () => {
  table([
    ...(['before-headers', 'mid-body'] as const).flatMap((at): readonly Case[] => [
      ...lists.map((endpoint): Case => ({
        name: `reset ${at}, on ${endpoint}`,
        expected: 'same',
        arm: ({ fault }) => void fault(endpoint, { kind: 'reset', at }),
      })),
      {
        name: `reset ${at}, on the pooled connections of pages 2 to 4`,
        expected: 'same',
        arm: ({ fault }) => void fault(search, { kind: 'reset', at }, 2, 3),
      },
      {
        name: `reset ${at}, for ever`,
        expected: 'unavailable',
        cause: 'user/search failed: ',
        arm: ({ fault }) => void fault(search, { kind: 'reset', at }, 2, forever),
      },
    ]),
    {
      name: 'refused',
      expected: 'unavailable',
      cause: 'ECONNREFUSED',
      client: { baseUrl: 'http://127.0.0.1:1' },
      arm: ({ evidence, emulator }) => evidence(() => (emulator.stats.total === 0 ? 1 : 0)),
    },
    {
      name: 'a host that nobody knows',
      expected: 'unavailable',
      cause: 'ENOTFOUND|EAI_AGAIN',
      client: { baseUrl: 'https://no-such-host.invalid' },
      arm: ({ evidence, emulator }) => evidence(() => (emulator.stats.total === 0 ? 1 : 0)),
    },
  ]);
});

describe('row 6: cut answers', () => {
  table(
    truncations.flatMap((how): readonly Case[] => [
      {
        name: `${how}, once on each list`,
        expected: 'same',
        arm: ({ fault }) => lists.forEach((endpoint) => fault(endpoint, { kind: 'truncate', how })),
      },
      {
        name: `${how}, on page 4`,
        expected: 'same',
        arm: ({ fault }) => void fault(search, { kind: 'truncate', how }, 4),
      },
      // Where HTTP itself shows the cut, it is a cut connection; where only the JSON does, it is a shape.
      {
        name: `${how}, for ever`,
        expected: how === 'content-length' || how === 'no-final-chunk' ? 'unavailable' : 'shape',
        cause: 'user/search',
        arm: ({ fault }) => void fault(search, { kind: 'truncate', how }, 2, forever),
      },
    ]),
  );
});

describe('row 7: a success that is no answer', () => {
  const anywhere = [
    'html',
    'text',
    'empty',
    'no-content',
    'array',
    'object',
    'bom',
    'gzip-lie',
    'error-envelope',
  ] as const;
  table([
    ...wrongBodies.map((body): Case => ({
      name: `${body} to the first search`,
      expected: shapeOf(body),
      cause: 'POST /v2/mgmt/user/search',
      arm: ({ fault }) => void fault(search, { kind: 'body', body }, 1, forever),
    })),
    ...wrongBodies.map((body): Case => ({
      name: `${body} on page 3`,
      expected: shapeOf(body),
      cause: 'POST /v2/mgmt/user/search',
      arm: ({ fault }) => void fault(search, { kind: 'body', body }, 3, forever),
    })),
    ...anywhere.map((body, place): Case => {
      const endpoint = [roleList, tenantList, permissionList][place % 3] ?? roleList;
      return {
        name: `${body} to ${endpoint}`,
        expected: shapeOf(body),
        cause: endpoint,
        arm: ({ fault }) => void fault(endpoint, { kind: 'body', body }, 1, forever),
      };
    }),
    ...(['html', 'empty', 'bom', 'gzip-lie'] as const).map((body): Case => ({
      name: `${body} once: read again`,
      expected: 'same',
      arm: ({ fault }) => void fault(search, { kind: 'body', body }, 2),
    })),
    ...[roleList, tenantList, permissionList].map((endpoint): Case => {
      const key = endpoint.split('/').at(-2) ?? '';
      return {
        name: `${key}s: null`,
        expected: 'shape',
        cause: endpoint,
        arm: ({ mutate }) => void mutate(endpoint, (body) => ({ ...body, [`${key}s`]: null }), 1, forever),
      };
    }),
    {
      name: 'invalid UTF-8',
      expected: 'shape',
      arm: ({ fault }) =>
        void fault(
          search,
          { kind: 'rewrite', change: (text) => Buffer.from(text.replace('User 1', 'User \u00FF'), 'latin1') },
          1,
          forever,
        ),
    },
    {
      name: 'nobody at all, honestly',
      expected: 'same',
      emulator: { project: { ...benchProject(), users: [] } },
      arm: ({ fault }) => void fault(search, { kind: 'delay', ms: 1 }),
      check: ({ ids }) => expect(ids?.resources.filter((id) => id.startsWith('user:'))).toEqual([]),
    },
  ]);
});

describe('row 8: redirects', () => {
  for (const status of [301, 302, 303, 307, 308] as const) {
    it.each(ways)(`${status} through %s leads nowhere, and nothing is sent there`, async (way) => {
      let visits = 0;
      const trap = createServer((_, response) => {
        visits += 1;
        response.end('{"users":[],"total":0}');
      });
      await new Promise<void>((resolve) => {
        trap.listen(0, '127.0.0.1', resolve);
      });
      const { port } = trap.address() as { port: number };

      for (const location of [`http://localhost:${port}/login?k=${canaryKey}`, '/v2/mgmt/user/search']) {
        const outcome = await attempt(way, {
          arm: ({ fault }) =>
            void fault(search, { kind: 'redirect', status, location }, status === 303 ? 3 : 1, forever),
        });
        judge(outcome, 'shape', `POST /v2/mgmt/user/search answered ${status}`);
        expect(outcome.requests).toBeLessThanOrEqual(benchRequests);
      }
      trap.close();

      expect(visits).toBe(0);
    });
  }
});

describe('row 10: an error inside a success', () => {
  table([
    ...lists.map((endpoint): Case => ({
      name: `beside the data, on ${endpoint}`,
      expected: 'shape',
      cause: endpoint,
      arm: ({ mutate }) =>
        void mutate(endpoint, (body) => Object.assign({}, body, { errorCode: 'E011001', errorDescription: bearer })),
    })),
    {
      name: 'on page 4',
      expected: 'shape',
      cause: 'error inside',
      arm: ({ fault }) => void fault(search, { kind: 'body', body: 'error-envelope' }, 4),
    },
    {
      name: 'an empty code is no error',
      expected: 'same',
      arm: ({ mutate }) => void mutate(search, (body) => ({ ...body, errorCode: '' }), 1, forever),
    },
  ]);
});

it('keeps the key to itself: the check sees one when there is one, and has looked at every run', () => {
  expect(
    ['', 'a', 'ab'].map((before) => leaksIn(Buffer.from(`${before}${canaryKey}`).toString('base64')).length),
  ).toEqual([1, 1, 1]);
  expect(leaksIn(`x ${canaryKey.slice(0, 24)} y`)).toHaveLength(1);
  expect(leaksIn(Buffer.from(`Bearer ${bearer}`).toString('base64'))).toHaveLength(1);
  expect(leaksIn('nothing of it')).toEqual([]);
  expect(overheard()).toBeGreaterThan(1_000);
});
