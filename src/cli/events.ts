import { printable, printableJson } from '../answers/printable.ts';
import { type Connector, createConnector } from '../connector.ts';
import { ConnectorError, isKind } from '../errors.ts';
import { type FeedId, feedIds } from '../feeds/feed.ts';
import { eventJson, eventText, notesIn, toListEventsRequest } from '../model/event-message.ts';
import { isDay } from '../moment.ts';
import type { CommandContext } from './command-context.ts';
import { rateWaits } from './full-sync.ts';
import type { OneShotCall } from './one-shot-operations.ts';
import type { SettingFlags } from './setting-sources.ts';
import { setUp } from './settings.ts';
import { tell } from './tell.ts';

export type TailFlags = SettingFlags & {
  readonly feed?: 'usage' | 'change';
  readonly startAt?: string;
  readonly cursor?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
};

/** Waits, and ends early when the process is asked to end. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

const pageSize = 100; // as the local loop of Go connectors asks for
const dayMs = 86_400_000;
/** Between two looks of `--follow`. */
const followMs = 60_000;

/** `--event-feed`: the events of one feed as every Baton connector prints them, one line of protobuf JSON each. */
export async function eventsAsked({ options, asked, context }: OneShotCall): Promise<void> {
  const { eventFeedId: feedId = '', eventFeedStartAt: startAt, eventFeedCursor: cursor = '' } = asked;
  if (feedId === '') {
    throw new ConnectorError('config', `--event-feed needs --event-feed-id: ${Object.values(feedIds).join(' or ')}`);
  }
  const startMs = startOf(startAt, '--event-feed-start-at');
  await withConnector(options, context, async (connector) => {
    await readFeed(connector, { feedId, cursor, startMs }, context.signal, {
      event: (event) => context.print(JSON.stringify(eventJson(event))),
    });
  });
}

/** `events tail`: one feed or both, once or until the process is asked to end. */
export async function tailEvents(
  flags: TailFlags,
  context: Pick<CommandContext, 'env' | 'signal' | 'print'>,
  pause: Pause = pauseFor,
): Promise<void> {
  const { feed, cursor = '', follow = false, json = false } = flags;
  if (flags.cursor === '') {
    throw new ConnectorError(
      'config',
      '--cursor is empty: give one that --json printed, or leave it out to begin anew',
    );
  }
  if (cursor !== '' && feed === undefined) {
    throw new ConnectorError('config', '--cursor belongs to one feed: add --feed usage or --feed change');
  }
  const startMs = startOf(flags.startAt, '--start-at');
  const ids = Object.entries(feedIds).filter(([name]) => feed === undefined || feed === name);
  const cursors = new Map<FeedId, string>(ids.map(([, id]) => [id, cursor]));
  const { signal, print } = context;

  const look = async (connector: Connector): Promise<void> => {
    for (const [feedId, from] of cursors) {
      await readFeed(connector, { feedId, cursor: from, startMs }, signal, {
        event: (event) =>
          print(json ? printableJson({ feed: feedId, event: eventJson(event) }) : printable(eventText(event))),
        cursor: (next) => cursors.set(feedId, next),
      });
      if (json) {
        print(printableJson({ feed: feedId, cursor: cursors.get(feedId) }));
      }
    }
  };
  await withConnector(flags, context, async (connector) => {
    for (;;) {
      try {
        await look(connector);
      } catch (thrown) {
        // What passes is waited for: the cursor still holds. A wrong key, cursor or answer would stay wrong.
        if (!follow || signal.aborted || !isKind(thrown, 'rate-limited', 'unavailable', 'timeout')) {
          throw thrown;
        }
        tell('warn', `${thrown.message}; looking again in ${followMs / 1000} s`);
      }
      if (!follow) {
        return;
      }
      await pause(followMs, signal);
      if (signal.aborted) {
        return;
      }
    }
  });
}

interface Told {
  event(this: void, event: Parameters<typeof eventText>[0]): void;
  /** After each page, when its events are told. */
  cursor?(this: void, cursor: string): void;
}

/** Reads a feed until it has no more for now. */
async function readFeed(
  connector: Connector,
  { feedId, cursor, startMs }: { readonly feedId: string; readonly cursor: string; readonly startMs: number },
  signal: AbortSignal,
  told: Told,
): Promise<void> {
  let from = cursor;
  for (let hasMore = true; hasMore;) {
    const page = await connector.listEvents(toListEventsRequest({ feedId, cursor: from, startMs, pageSize }), signal);
    notesIn(page.annotations).forEach((note) => tell('warn', note));
    page.events.forEach(told.event);
    told.cursor?.(page.cursor);
    if (page.hasMore && page.cursor === from) {
      throw new Error(`${feedId} says that there is more, and comes no further`);
    }
    [from, hasMore] = [page.cursor, page.hasMore];
  }
}

async function withConnector(
  flags: SettingFlags,
  { env }: Pick<CommandContext, 'env'>,
  work: (connector: Connector) => Promise<void>,
): Promise<void> {
  const { client, policy } = await setUp(flags, env, rateWaits);
  const connector = createConnector({ project: client, policy });
  try {
    await work(connector);
  } finally {
    connector.close();
  }
}

/** RFC 3339 with a zone, as every Baton connector takes it, or a day, which means its beginning; a day ago when left out. */
function startOf(text: string | undefined, flag: string): number {
  if (text === undefined) {
    return Date.now() - dayMs;
  }
  const day = /^(\d{4}-\d\d-\d\d)(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d))?$/.exec(text)?.[1];
  const ms = day !== undefined && isDay(day) ? Date.parse(text) : Number.NaN; // a day alone is read in UTC
  if (Number.isNaN(ms)) {
    throw new ConnectorError(
      'config',
      `${flag} must be a day, such as 2026-05-01 (its beginning, in UTC), or a time in RFC 3339, such as 2026-05-01T08:00:00Z`,
    );
  }
  if (ms > Date.now()) {
    throw new ConnectorError('config', `${flag} is in the future: nothing that happens then can be told`);
  }
  return ms;
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
