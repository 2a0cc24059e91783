import { timestampMs } from '@bufbuild/protobuf/wkt';
import { ConnectorError } from '../errors.ts';
import { type Feeds, feedWords } from '../feeds/feeds.ts';
import { EventService } from '../gen/c1/connector/v2/event_feed_pb.ts';
import { eventTypes, noteAnnotation, toEvent } from '../model/event-message.ts';
import { type AnsweredService, answering } from './answers.ts';
import { quoted } from '../printable.ts';

const maxPageSize = 1_000;
/** How many events a page has when nobody says, as the local loop of Go connectors asks for. */
const usualPageSize = 100;

export interface EventServiceOptions {
  readonly feeds: Feeds;
}

/** EventService: the feeds that there are, and their events, page by page. */
export function eventService({ feeds }: EventServiceOptions): AnsweredService {
  return answering(EventService, {
    listEventFeeds: () => ({
      list: feedWords.map(({ id, kinds }) => ({ id, supportedEventTypes: kinds.map((kind) => eventTypes[kind]) })),
    }),

    listEvents: async ({ eventFeedId, cursor, startAt, pageSize }, signal) => {
      if (pageSize > maxPageSize) {
        throw new ConnectorError('invalid', `page_size is ${pageSize}, at most ${maxPageSize} is allowed`);
      }
      const read = feeds.readerOf(eventFeedId) ?? noFeed(eventFeedId);
      const page = await read({
        cursor,
        startMs: startAt === undefined ? undefined : Math.ceil(timestampMs(startAt)),
        limit: pageSize === 0 ? usualPageSize : pageSize,
        signal,
      });
      const { gap } = page;
      return {
        events: page.events.map(toEvent),
        cursor: page.cursor,
        hasMore: page.hasMore,
        annotations:
          gap === undefined
            ? []
            : [
                noteAnnotation('the audit log goes back 30 days: events before begins_at are not told', {
                  asked_at: new Date(gap.askedMs).toISOString(),
                  begins_at: new Date(gap.beginsMs).toISOString(),
                }),
              ],
      };
    },
  });
}

/** The name that an empty id stands for in Go connectors is that of no feed here. */
function noFeed(id: string): never {
  const known = feedWords.map((feed) => feed.id).join(' and ');
  const asked = id === '' ? 'event_feed_id is empty' : `there is no event feed ${quoted(id)}`;
  throw new ConnectorError('not-found', `${asked}; the feeds are ${known}`);
}
