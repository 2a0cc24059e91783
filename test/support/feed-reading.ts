import type { AuditRecord } from '../../src/descope/audit/audit.ts';
import type { FeedEvent, FeedId } from '../../src/feeds/feed.ts';
import type { FeedPage } from '../../src/feeds/feed-reader.ts';
import { createFeeds, type EventsRequest } from '../../src/feeds/feeds.ts';
import type { DescopeModel } from './descope-model.ts';

/** A record of a model's log. */
export function auditRecord(id: string, occurredMs: number, rest: Partial<AuditRecord> = {}): AuditRecord {
  return { id, action: 'UserModified', occurredMs, userId: `U-${id}`, tenantIds: [], actorId: '', data: {}, ...rest };
}

export interface Reading {
  readonly unknownActions: readonly string[];
  /** Logins that name nobody. */
  readonly nameless: () => number;
  /** One call. */
  page(request?: Partial<EventsRequest>): Promise<FeedPage>;
  /** Calls until there is no more for now, from the cursor of the last call on. */
  poll(request?: Partial<EventsRequest>): Promise<readonly FeedEvent[]>;
  /** Goes on as another process would: with the cursor alone. */
  restart(): void;
  readonly cursor: string;
}

/** Reads a feed of a model by the model's clock, with the cursor of each answer. */
export function readingOf(model: DescopeModel, feedId: FeedId = 'descope_change_event_feed'): Reading {
  const unknownActions: string[] = [];
  let nameless = 0;
  let cursor = '';
  const start = () =>
    createFeeds({
      project: model,
      now: () => model.nowMs,
      onUnknownAction: (action) => unknownActions.push(action),
      onNamelessLogin: () => (nameless += 1),
    });
  let feeds = start();
  const page = async (request: Partial<EventsRequest> = {}): Promise<FeedPage> => {
    const read = feeds.readerOf(feedId);
    if (read === undefined) {
      throw new Error(`no feed ${feedId}`);
    }
    const answer = await read({ cursor, limit: 100, signal: undefined, ...request });
    ({ cursor } = answer);
    return answer;
  };
  return {
    unknownActions,
    nameless: () => nameless,
    page,
    async poll(request) {
      const events: FeedEvent[] = [];
      for (let calls = 0; calls < 10_000; calls += 1) {
        const before = cursor;
        const answer = await page(request);
        events.push(...answer.events);
        if (!answer.hasMore) {
          return events;
        }
        if (answer.cursor === before) {
          throw new Error('has_more without an advance');
        }
      }
      throw new Error('has_more without an end');
    },
    restart() {
      feeds = start();
    },
    get cursor() {
      return cursor;
    },
  };
}
