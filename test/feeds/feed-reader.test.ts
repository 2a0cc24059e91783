import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import { DescopeModel, serverNowMs } from '../support/descope-model.ts';
import { auditRecord, readingOf } from '../support/feed-reading.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const idsOf = (events: readonly { readonly id: string }[]): readonly string[] => events.map(({ id }) => id);

describe('reading a feed', () => {
  it('closes its window two minutes before now, and begins the next one a minute before that', async () => {
    const model = new DescopeModel({});
    const reading = readingOf(model);
    await reading.poll({ startMs: serverNowMs - day });
    model.nowMs += 5 * minute;
    await reading.poll();

    expect(model.requests.map(({ audit }) => [audit?.fromMs, audit?.toMs])).toEqual([
      [serverNowMs - day, serverNowMs - 2 * minute],
      [serverNowMs - 3 * minute, serverNowMs + 3 * minute],
    ]);
  });

  it('tells a record that appears late, and each record once', async () => {
    const model = new DescopeModel({});
    const at = serverNowMs - 2 * minute - 30_000;
    model.audits = [auditRecord('early', at - 1), auditRecord('late', at)];
    model.auditShownFromMs.set('late', serverNowMs + 20_000);
    const reading = readingOf(model);
    const first = await reading.poll({ startMs: serverNowMs - day });
    model.nowMs += minute;
    const second = await reading.poll();
    model.nowMs += minute;
    const third = await reading.poll();

    expect([first, second, third].map(idsOf)).toEqual([['early'], ['late'], []]);
  });

  it('asks for nothing before time has gone on, and keeps its cursor', async () => {
    const model = new DescopeModel({});
    const reading = readingOf(model);
    await reading.poll({ startMs: serverNowMs - day });
    const { cursor } = reading;
    model.nowMs -= minute;

    expect(await reading.page()).toEqual({ events: [], cursor, hasMore: false, gap: undefined });
    expect(model.countOf('searchAudit')).toBe(1);
  });

  it('begins at the start that was asked for, even one that is yet to come', async () => {
    const model = new DescopeModel({});
    model.audits = [auditRecord('before', serverNowMs + minute - 1), auditRecord('at', serverNowMs + minute)];
    const reading = readingOf(model);

    expect(await reading.poll({ startMs: serverNowMs + minute })).toEqual([]);
    model.nowMs += 10 * minute;
    expect(idsOf(await reading.poll())).toEqual(['at']);
  });

  it('begins 30 days back when asked for more, and says so', async () => {
    const model = new DescopeModel({});
    model.audits = [auditRecord('gone', serverNowMs - 31 * day), auditRecord('oldest', serverNowMs - 30 * day)];
    const reading = readingOf(model);
    const page = await reading.page({ startMs: serverNowMs - 40 * day });

    expect(idsOf(page.events)).toEqual(['oldest']);
    expect(page.gap).toEqual({ askedMs: serverNowMs - 40 * day, beginsMs: serverNowMs - 30 * day });
    expect((await readingOf(model).page()).gap).toBeUndefined();
  });

  it('says what a cursor lost that was kept for longer than the log is', async () => {
    const model = new DescopeModel({});
    const reading = readingOf(model);
    await reading.poll({ startMs: serverNowMs - day });
    model.nowMs += 40 * day;
    model.audits = [auditRecord('new', serverNowMs + 39 * day)];
    const page = await reading.page();

    expect(idsOf(page.events)).toEqual(['new']);
    expect(page.gap).toEqual({ askedMs: serverNowMs - 3 * minute, beginsMs: serverNowMs + 10 * day });
  });

  it('gives a page as many events as were asked for, and more only of one instant', async () => {
    const model = new DescopeModel({});
    const at = serverNowMs - day;
    model.audits = [1, 2, 3, 4, 5].map((n) => auditRecord(`r${n}`, n < 4 ? at : at + n));
    const reading = readingOf(model);
    const pages = [];
    for (let page = await reading.page({ startMs: at, limit: 2 }); ; page = await reading.page({ limit: 2 })) {
      pages.push(idsOf(page.events));
      if (!page.hasMore) break;
    }

    expect(pages).toEqual([
      ['r1', 'r2', 'r3'],
      ['r4', 'r5'],
    ]);
    expect(model.countOf('searchAudit')).toBe(1); // what was read behind the first page is kept for the second
  });

  it('halves the time that it asks for while Descope counts more than 5,000 records', async () => {
    const model = new DescopeModel({});
    const from = serverNowMs - 2 * minute - 12_000;
    model.audits = Array.from({ length: 12_000 }, (_, n) => auditRecord(`r${n}`, from + n));
    const reading = readingOf(model);
    const events = await reading.poll({ startMs: from, limit: 1000 });
    const lengths = model.requests.map(({ audit }) => (audit?.toMs ?? 0) - (audit?.fromMs ?? 0));

    expect(idsOf(events)).toEqual(model.audits.map(({ id }) => id));
    expect(lengths.slice(0, 3)).toEqual([12_000, 6000, 3000]);
    expect(model.requests.every(({ audit }) => audit?.page === 0)).toBe(true);
  });

  it('tells the newest login first, and what changed in the order in which it did', async () => {
    const model = new DescopeModel({});
    const at = serverNowMs - day;
    model.audits = [1, 2, 3].flatMap((n) => [
      auditRecord(`login${n}`, at + n, { action: 'LoginSucceed' }),
      auditRecord(`change${n}`, at + n),
    ]);
    const startMs = at;

    expect(idsOf(await readingOf(model, 'descope_usage_event_feed').poll({ startMs, limit: 1 }))).toEqual([
      'login3',
      'login2',
      'login1',
    ]);
    expect(idsOf(await readingOf(model).poll({ startMs, limit: 1 }))).toEqual(['change1', 'change2', 'change3']);
  });

  it('has a cursor of at most 4,096 bytes, however much happens in a minute', async () => {
    const model = new DescopeModel({});
    const end = serverNowMs - 2 * minute;
    model.audits = Array.from({ length: 1500 }, (_, n) => auditRecord(`record-${n}`, end - 59_000 + n * 10));
    for (const feed of ['descope_change_event_feed', 'descope_usage_event_feed'] as const) {
      const reading = readingOf(model, feed);
      await reading.poll({ startMs: end - day });
      expect(reading.cursor.length).toBeLessThanOrEqual(4096);
      model.nowMs += 10_000;
      await reading.poll();
      expect(reading.cursor.length).toBeLessThanOrEqual(4096);
      model.nowMs = serverNowMs;
    }
  });

  it.each([
    [240, 0],
    [300, 60],
  ])('of %i records of its last minute tells %i again', async (count, again) => {
    const end = serverNowMs - 2 * minute;
    for (const feed of ['descope_change_event_feed', 'descope_usage_event_feed'] as const) {
      const model = new DescopeModel({});
      const action = feed === 'descope_usage_event_feed' ? 'LoginSucceed' : 'UserModified';
      model.audits = Array.from({ length: count }, (_, n) => auditRecord(`r${n}`, end - minute + n * 200, { action }));
      const reading = readingOf(model, feed);
      expect(await reading.poll({ startMs: end - day })).toHaveLength(count);
      model.nowMs += minute;
      expect(await reading.poll()).toHaveLength(again);
    }
  });

  it('keeps the cursor of a call that failed', async () => {
    const model = new DescopeModel({});
    model.audits = [1, 2, 3].map((n) => auditRecord(`r${n}`, serverNowMs - day + n));
    const reading = readingOf(model);
    model.onRequest = () => {
      throw new ConnectorError('unavailable', 'down');
    };
    await expect(reading.page({ startMs: serverNowMs - day })).rejects.toThrow('down');
    model.onRequest = undefined;

    expect(idsOf(await reading.poll({ startMs: serverNowMs - day }))).toEqual(['r1', 'r2', 'r3']);
  });

  it('refuses a cursor of another feed, another project, or nobody', async () => {
    const model = new DescopeModel({});
    const changes = readingOf(model);
    await changes.page();
    const refused = 'the cursor is not one that descope_usage_event_feed of this project gave out';
    for (const cursor of [changes.cursor, 'nonsense', `${changes.cursor}x`, '2.e30.x']) {
      await expect(readingOf(model, 'descope_usage_event_feed').page({ cursor })).rejects.toThrow(refused);
    }
    await expect(changes.page({ cursor: 'x'.repeat(4097) })).rejects.toThrow('longer than 4096 bytes');
  });

  it('reads an instant with more records than an answer holds by its pages, and fails where they repeat', async () => {
    const model = new DescopeModel({});
    const at = serverNowMs - day;
    model.audits = [
      auditRecord('before', at - 1),
      ...Array.from({ length: 2500 }, (_, n) => auditRecord(`r${n}`, at)),
      auditRecord('after', at + 1),
    ];
    const expected = model.audits.map(({ id }) => id);
    expect(idsOf(await readingOf(model).poll({ startMs: at - 10 }))).toEqual(expected);

    const first = model.searchAudit;
    model.searchAudit = (query, call) => first({ ...query, page: 0 }, call);
    await expect(readingOf(model).poll({ startMs: at - 10 })).rejects.toThrow('page 1 repeats the pages before it');
  });

  it('believes no order that an answer does not show', async () => {
    const model = new DescopeModel({});
    const from = serverNowMs - day;
    model.audits = Array.from({ length: 4000 }, (_, n) => auditRecord(`r${n}`, from + n * 10));
    // A thousand of all that there are, now these and now those, and in any order.
    model.tamperAudit = (page, { fromMs, toMs }) => {
      const all = model.audits.filter(({ occurredMs }) => occurredMs >= fromMs && occurredMs <= toMs);
      const mixed = all.toSorted((a, b) => ((a.occurredMs * 7919) % 1013) - ((b.occurredMs * 7919) % 1013));
      return { ...page, records: mixed.slice(0, 1000) };
    };

    expect(idsOf(await readingOf(model).poll({ startMs: from }))).toEqual(model.audits.map(({ id }) => id));
  });

  it.each([
    ['no total', (total: number | undefined) => (total === undefined ? undefined : undefined)],
    ['a total that is cut', (total: number | undefined) => Math.min(total ?? 0, 1000)],
    ['a total of the page', (total: number | undefined) => Math.min(total ?? 0, 1000)],
    ['a total of 0', () => 0],
  ])('is complete with %s', async (_what, totalOf) => {
    const model = new DescopeModel({});
    const from = serverNowMs - day;
    model.audits = Array.from({ length: 3210 }, (_, n) => auditRecord(`r${n}`, from + n));
    model.tamperAudit = (page) => ({ ...page, total: totalOf(page.total) });

    expect(idsOf(await readingOf(model).poll({ startMs: from }))).toEqual(model.audits.map(({ id }) => id));
  });

  it('fails where the records are of another time than was asked for', async () => {
    const model = new DescopeModel({});
    model.tamperAudit = () => ({ records: [auditRecord('odd', 5)], total: 7 });

    await expect(readingOf(model).page()).rejects.toThrow('not of the time that was asked for');
  });
});
