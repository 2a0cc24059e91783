import { describe, expect, it } from 'vitest';
import { decodeUser } from '../../src/descope/users/user.ts';
import { ConnectorError } from '../../src/errors.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { LastLogins } from '../../src/resources/sync/last-logins.ts';
import { DescopeModel, serverNowMs } from '../support/descope-model.ts';
import { auditRecord } from '../support/feed-reading.ts';

const users = Array.from({ length: 250 }, (_, n) => decodeUser({ userId: `U${n}` }));
const login = (userId: string, occurredMs: number) =>
  auditRecord(`${userId}-${occurredMs}`, occurredMs, { action: 'LoginSucceed', userId });
const hour = 3_600_000;

const lastLoginsOf = (model: DescopeModel, source: SyncPolicy['lastLogin']): LastLogins =>
  new LastLogins({ project: model, source, untilMs: serverNowMs, callOf: () => ({}) });

describe('the last login of users', () => {
  it('is asked of nobody where no source is named', async () => {
    const model = new DescopeModel({});

    expect(await lastLoginsOf(model, undefined).of(users)).toEqual(new Map());
    expect(await lastLoginsOf(model, undefined).ofOne('U1')).toBeUndefined();
    expect(model.requests).toEqual([]);
  });

  it('comes from one walk of the log of 30 days, however many pages of users ask', async () => {
    const model = new DescopeModel({});
    model.audits = [
      login('U1', serverNowMs - 2 * hour),
      login('U1', serverNowMs - hour),
      login('U2', serverNowMs - 30 * 24 * hour),
      login('U3', serverNowMs - 30 * 24 * hour - 1),
      login('', serverNowMs - hour),
      { ...login('U4', serverNowMs - hour), action: 'LoginFailed' },
    ];
    const logins = lastLoginsOf(model, 'audit');
    const [one, two] = await Promise.all([logins.of(users), logins.of(users)]);
    const third = await logins.of(users);

    expect(Object.fromEntries(one)).toEqual({
      U1: (serverNowMs - hour) / 1000,
      U2: serverNowMs / 1000 - 30 * 86_400,
    });
    expect([two, third]).toEqual([one, one]);
    expect(model.countOf('searchAudit')).toBe(1);
  });

  it('is complete over a log of many answers', async () => {
    const model = new DescopeModel({});
    model.auditPageSize = 7;
    model.audits = users.map(({ userId }, n) => login(userId, serverNowMs - (n + 1) * 60_000));

    expect((await lastLoginsOf(model, 'audit').of(users)).size).toBe(250);
  });

  it('of one user is looked for by the user, and the first answer is enough', async () => {
    const model = new DescopeModel({});
    model.audits = users.flatMap(({ userId }, n) => [login(userId, serverNowMs - n * 1000 - 1000)]);

    expect(await lastLoginsOf(model, 'audit').ofOne('U5')).toBe(serverNowMs / 1000 - 6);
    expect(await lastLoginsOf(model, 'audit').ofOne('nobody')).toBeUndefined();
    expect(model.requests.map(({ audit }) => audit?.userIds)).toEqual([['U5'], ['nobody']]);
  });

  it('comes from the history in batches of a hundred, once for a page of users', async () => {
    const model = new DescopeModel({});
    model.logins = new Map([
      ['U3', 1000],
      ['U249', 2000],
    ]);
    const logins = lastLoginsOf(model, 'history');
    const first = await logins.of(users);
    await logins.of(users);

    expect([first.get('U3'), first.get('U249'), first.get('U4')]).toEqual([1000, 2000, undefined]);
    expect(model.requests.map(({ userIds }) => userIds?.length)).toEqual([100, 100, 50]);
    expect(await logins.ofOne('U3')).toBe(1000);
  });

  it.each(['audit', 'history'] as const)(
    'fails where %s cannot be read, and is read anew by who asks again',
    async (source) => {
      const model = new DescopeModel({});
      model.logins = new Map([['U1', 1000]]);
      model.audits = [login('U1', serverNowMs - hour)];
      model.onRequest = () => {
        throw new ConnectorError('unavailable', 'down');
      };
      const logins = lastLoginsOf(model, source);
      await expect(logins.of(users)).rejects.toThrow('down');
      model.onRequest = undefined;

      expect((await logins.of(users)).size).toBe(1);
    },
  );
});
