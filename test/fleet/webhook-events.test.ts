import { expect, it } from 'vitest';
import type { FleetProject } from '../../src/fleet/fleet.ts';
import { type AccessChanges, eventsOf, hookKey, type ToldSync } from '../../src/fleet/webhooks/events.ts';

const hook = { url: 'https://hooks.example/a?token=t', secret: { env: 'S' }, events: ['access.changed'] } as const;
const both = { ...hook, url: 'https://hooks.example/b', events: ['sync.completed', 'access.changed'] } as const;
const project: Pick<FleetProject, 'id' | 'name' | 'labels' | 'webhooks'> = {
  id: 'P1',
  name: 'acme',
  labels: { env: 'prod' },
  webhooks: [hook, both],
};
const made = { startedMs: 1_800_000_000_000, finishedMs: 1_800_000_005_000, users: 7, grants: 9, requests: 4 };
const changesOf = (total: number, size = 1): AccessChanges => ({
  sinceMs: 1_799_996_400_000,
  isGap: false,
  counts: { gained: total },
  notCompared: [],
  changes: Array.from({ length: Math.min(total, 1_000) }, (_none, at) => ({ at, user: 'u'.repeat(size) })),
  total,
});
const told = (changes: AccessChanges | undefined, more: Partial<ToldSync> = {}): readonly Record<string, unknown>[] =>
  eventsOf({ project, lease: { run: 'r1' }, made, changes, latest: 's3://acme/x', ...more }).map(
    ({ hook: key, id, body }) =>
      Object.assign({ key, id, bytes: body.length }, JSON.parse(body)) as Record<string, unknown>,
  );

it('events are CloudEvents with ids that stay the same, for each webhook what it asks for', () => {
  const events = told(changesOf(2));
  expect(events.map(({ key, id, type }) => [key, id, type])).toEqual([
    [hookKey(hook), 'r1.changes.1', 'baton-descope.access.changed'],
    [hookKey(both), 'r1.completed', 'baton-descope.sync.completed'],
    [hookKey(both), 'r1.changes.1', 'baton-descope.access.changed'],
  ]);
  expect(events[0]).toMatchObject({
    specversion: '1.0',
    id: 'r1.changes.1',
    source: 'urn:descope:project:P1',
    subject: 'acme',
    time: '2027-01-15T08:00:05.000Z',
    datacontenttype: 'application/json',
    data: {
      projectId: 'P1',
      labels: { env: 'prod' },
      since: '2027-01-15T07:00:00.000Z',
      until: '2027-01-15T08:00:05.000Z',
      part: 1,
      parts: 1,
      total: 2,
      latest: 's3://acme/x',
      changes: [{ at: 0 }, { at: 1 }],
    },
  });
  expect(events[1]).toMatchObject({ data: { users: 7, grants: 9, finishedAt: '2027-01-15T08:00:05.000Z' } });
  expect(told(changesOf(2))).toEqual(events);
});

it('many changes are told in parts that receivers can take, and what is more is counted', () => {
  const events = told(changesOf(2_345), { project: { ...project, webhooks: [hook] } });
  const parts = events.map(
    ({ data }) => data as { readonly part: number; readonly changes: readonly { readonly at: number }[] },
  );
  expect(parts.map(({ part }) => part)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(parts.flatMap(({ changes }) => changes.map(({ at }) => at))).toEqual(
    Array.from({ length: 1_000 }, (_none, at) => at),
  );
  expect(parts.every((part) => 'notTold' in part && part.notTold === 1_345)).toBe(true);
  const large = told(changesOf(100, 10_000), { project: { ...project, webhooks: [hook] } });
  expect(large).toHaveLength(8);
  expect(large.filter(({ bytes }) => Number(bytes) > 140_000)).toEqual([]);
});

it('nothing is told of access that stayed as it was, or of the first sync; a gap is told', () => {
  expect(told(changesOf(0)).map(({ id }) => id)).toEqual(['r1.completed']);
  expect(told(undefined).map(({ id }) => id)).toEqual(['r1.completed']);
  const gap = told({ ...changesOf(0), sinceMs: undefined, isGap: true }, { project: { ...project, webhooks: [hook] } });
  expect(gap).toMatchObject([{ id: 'r1.changes.1', data: { since: null, isGap: true, changes: [] } }]);
});
