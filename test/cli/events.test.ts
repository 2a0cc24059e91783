import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventsAsked, tailEvents, type TailFlags } from '../../src/cli/events.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf } from '../support/cli.ts';

const usage = 'descope_usage_event_feed';
const change = 'descope_change_event_feed';
const minute = 60_000;

let emulator: Emulator;
let printed: string[];
const started = Date.now() - 60 * minute;
const at = (minutes: number): string => new Date(started + minutes * minute).toISOString();

beforeEach(async () => {
  emulator = await startEmulator({ project: { users: [], roles: [{ name: 'Editor' }] } });
  printed = [];
  const { state } = emulator;
  const add = (id: string, action: string, minutes: number, rest: object = {}) =>
    state.addAuditRecord({ id, action, userId: 'U1', occurred: started + minutes * minute, ...rest });
  add('A1', 'UserModified', 1, { tenants: ['acme'] });
  add('A2', 'LoginSucceed', 2);
  add('A3', 'UserCreated', 3, { data: { roleNames: ['Editor'] } });
});
afterEach(() => emulator.close());

const context = (signal = new AbortController().signal) => ({
  env: { ...envOf(emulator), BATON_RATE_LIMIT: 'off' },
  signal,
  print: (text: string) => void printed.push(text),
  write: () => undefined,
  endWith: () => undefined,
});
const tail = (flags: TailFlags = {}): Promise<void> => tailEvents(flags, context());
const audits = (): number => emulator.stats.count('POST /v1/mgmt/audit/search');

describe('events tail', () => {
  it('prints what happened, who signed in to what first', async () => {
    await tail();

    expect(printed).toEqual([
      `${at(2)}  user U1 signed in to project ${emulator.projectId}`,
      `${at(1)}  user U1 changed`,
      `${at(1)}  tenant acme changed`,
      `${at(3)}  user U1 changed`,
      `${at(3)}  role Editor changed`,
      `${at(3)}  user U1 was given role:Editor:assigned`,
    ]);
  });

  it('prints a line of JSON an event, and a cursor from which another call goes on', async () => {
    await tail({ feed: 'usage', json: true });
    const [event, end] = printed.map((line) => JSON.parse(line) as { readonly cursor?: string });
    expect(event).toMatchObject({ feed: usage, event: { id: 'A2', occurredAt: expect.any(String), usageEvent: {} } });
    printed = [];
    await tail({ feed: 'usage', json: true, cursor: end?.cursor ?? '' });

    expect(printed.map((line) => JSON.parse(line) as unknown)).toEqual([{ feed: usage, cursor: expect.any(String) }]);
  });

  it('prints from a time on, and nothing that is dangerous to a terminal', async () => {
    emulator.state.addAuditRecord({ action: 'Odd', userId: 'U\u001B[2J', occurred: started + 4 * minute });
    await tail({ feed: 'change', startAt: at(4) });

    expect(printed).toEqual([`${at(4)}  user U\\u{1b}[2J changed`]);
  });

  it('takes a day as its beginning', async () => {
    const [today] = new Date(started).toISOString().split('T');
    const midnight = Date.parse(`${today}T00:00:00Z`);
    emulator.state.addAuditRecord({ action: 'Odd', userId: 'U-before', occurred: midnight - 1 });
    emulator.state.addAuditRecord({ action: 'Odd', userId: 'U-after', occurred: midnight });
    await tail({ feed: 'change', startAt: today ?? '' });

    expect(printed.join('\n')).toContain('user U-after changed');
    expect(printed.join('\n')).not.toContain('U-before');
  });

  it('goes on with --follow until it is stopped, over failures that pass, and tells nothing twice', async () => {
    const stopped = new AbortController();
    let rounds = 0;
    const pause = async (): Promise<void> => {
      rounds += 1;
      if (rounds === 1) {
        emulator.state.addAuditRecord({
          id: 'A4',
          action: 'LoginSucceed',
          userId: 'U2',
          occurred: Date.now() - 150_000,
        });
        emulator.faults.add({
          match: { endpoint: 'POST /v1/mgmt/audit/search' },
          times: 1,
          fault: { kind: 'status', status: 429, headers: { 'retry-after': '3600' } },
        });
      }
      if (rounds === 3) {
        stopped.abort();
      }
    };
    await tailEvents({ feed: 'usage', follow: true }, context(stopped.signal), pause);

    expect(printed.map((line) => line.slice(26))).toEqual([
      `user U1 signed in to project ${emulator.projectId}`,
      `user U2 signed in to project ${emulator.projectId}`,
    ]);
  });

  it('ends with --follow where waiting would not help', async () => {
    const pause = async (): Promise<void> => undefined;
    await expect(tailEvents({ feed: 'usage', cursor: 'odd', follow: true }, context(), pause)).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  it.each<[TailFlags, string]>([
    [{ cursor: 'x' }, '--cursor belongs to one feed'],
    [{ startAt: 'yesterday' }, '--start-at must be a day'],
    [{ startAt: '2026-05-32' }, '--start-at must be a day'],
    [{ startAt: '2026-02-30T00:00:00Z' }, '--start-at must be a day'],
    [{ startAt: '2026-13-01T00:00:00Z' }, '--start-at must be a day'],
    [{ cursor: '', feed: 'usage' }, '--cursor is empty'],
    [{ startAt: '9999-01-01T00:00:00Z' }, '--start-at is in the future'],
  ])('refuses %j before anything is sent', async (flags, message) => {
    await expect(tail(flags)).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining(message) });
    expect(audits()).toBe(0);
  });
});

describe('--event-feed', () => {
  it('prints protobuf JSON, one event a line, of the feed that is named, from a day ago on', async () => {
    emulator.state.addAuditRecord({ action: 'LoginSucceed', userId: 'U9', occurred: Date.now() - 25 * 60 * minute });
    await eventsAsked({ options: {}, asked: { eventFeed: true, eventFeedId: usage }, context: context() });

    expect(printed.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        id: 'A2',
        occurredAt: at(2),
        usageEvent: {
          targetResource: { id: { resourceType: 'project', resource: emulator.projectId } },
          actorResource: { id: { resourceType: 'user', resource: 'U1' } },
        },
      },
    ]);
  });

  it.each([
    [undefined, { kind: 'config', message: `--event-feed needs --event-feed-id: ${usage} or ${change}` }],
    ['baton_feed_event', { kind: 'not-found' }],
  ])('of the feed %s is refused, and nothing is sent', async (eventFeedId, error) => {
    const asked = { eventFeed: true, ...(eventFeedId !== undefined && { eventFeedId }) };
    await expect(eventsAsked({ options: {}, asked, context: context() })).rejects.toMatchObject(error);
    expect(audits()).toBe(0);
  });

  it('begins where it is told to, and refuses a time that is none', async () => {
    const from = (eventFeedStartAt: string): Promise<void> =>
      eventsAsked({
        options: {},
        asked: { eventFeed: true, eventFeedId: change, eventFeedStartAt },
        context: context(),
      });
    await from(at(3));
    await expect(from('soon')).rejects.toThrow('--event-feed-start-at must be a day');

    expect(printed).toHaveLength(3);
  });
});
