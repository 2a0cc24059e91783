import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { type Bench, checkClean, type Scenario, withServer } from './bench.ts';
import type { EventLine, Report } from './processes.ts';

/** The SDK's own `--event-feed` over our server, and as the parent of our executable, beside our own flag. */
export const eventScenarios: readonly Scenario[] = [
  { name: 'event feeds, as the SDK lists them', run: listed },
  ...(['descope_usage_event_feed', 'descope_change_event_feed'] as const).map((feed) => ({
    name: `events of ${feed}, side by side with our own flag`,
    run: (bench: Bench) => sideBySide(bench, feed),
  })),
  { name: 'events of a feed that there is not', run: unknownFeed },
];

const dayMs = 86_400_000;
/** What is done meanwhile is no event yet. */
const settledMs = 240_000;

async function listed(bench: Bench): Promise<string> {
  return withServer(bench, [], async ({ address }) => {
    const report = await bench.client(['-address', address, 'feeds']);
    checkClean(report);
    deepEqual(report.feeds, [
      { id: 'descope_usage_event_feed', types: ['EVENT_TYPE_USAGE'] },
      {
        id: 'descope_change_event_feed',
        types: ['EVENT_TYPE_RESOURCE_CHANGE', 'EVENT_TYPE_CREATE_GRANT', 'EVENT_TYPE_CREATE_REVOKE'],
      },
    ]);
    return 'two feeds';
  });
}

async function sideBySide(bench: Bench, feed: string): Promise<string> {
  const untilMs = Date.now() - settledMs;
  const startAt = new Date(Date.now() - 29 * dayMs).toISOString();
  const ask = ['-feed', feed, '-start-at', startAt, 'events'];
  const served = await withServer(bench, [], ({ address }) => bench.client(['-address', address, ...ask]));
  const asParent = await bench.parent([], ask);
  const folder = bench.path('events');
  await mkdir(folder);
  const { code, stdout, stderr } = await bench.run(
    ['--event-feed', 'true', '--event-feed-id', feed, '--event-feed-start-at', startAt],
    folder,
  );
  equal(code, 0, stderr);
  const own = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EventLine);
  const settled = (events: readonly EventLine[] = []): readonly EventLine[] =>
    events.filter(({ occurredAt }) => Date.parse(occurredAt) < untilMs);
  ok(settled(own).length > 5, 'the sample company has events');
  for (const report of [served, asParent]) {
    checkClean(report);
    deepEqual(settled(report.events), settled(own));
  }
  return `${own.length} events, three times the same`;
}

async function unknownFeed(bench: Bench): Promise<string> {
  return withServer(bench, [], async ({ address }) => {
    const report: Report = await bench.client(['-address', address, '-start-at', new Date().toISOString(), 'events']);
    equal(report.code, 'NotFound');
    match(report.error ?? '', /event_feed_id is empty; the feeds are/);
    return report.code ?? '';
  });
}
