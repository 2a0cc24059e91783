import { listedRoles } from '../access/catalog-list.ts';
import type { DescopeClient } from '../descope/client.ts';
import { changeFeed } from './change-feed.ts';
import type { Feed, FeedEventKind, FeedId } from './feed.ts';
import { createFeedReader, type FeedPage } from './feed-reader.ts';
import { createRoleNames } from './role-names.ts';
import { usageFeed } from './usage-feed.ts';

/** Every feed, one line each. */
const all: readonly Feed[] = [usageFeed, changeFeed];

/** What a feed is called, and what it tells. */
export interface FeedWords {
  readonly id: FeedId;
  readonly kinds: readonly FeedEventKind[];
}

export const feedWords: readonly FeedWords[] = all.map(({ id, kinds }) => ({ id, kinds }));

export interface FeedsOptions {
  readonly project: Pick<DescopeClient, 'projectId' | 'readList' | 'searchAudit'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onUnknownAction: (action: string) => void;
  readonly onNamelessLogin: () => void;
}

export interface EventsRequest {
  readonly cursor: string;
  /** Epoch milliseconds. */
  readonly startMs?: number | undefined;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

export interface Feeds {
  /** The reader of a feed; undefined where there is none of this id. */
  readerOf(id: string): ((request: EventsRequest) => Promise<FeedPage>) | undefined;
}

/** The feeds of a project, over its audit log. */
export function createFeeds({ project, now, onUnknownAction, onNamelessLogin }: FeedsOptions): Feeds {
  const { projectId } = project;
  const read = createFeedReader({ projectId, search: project.searchAudit, now });
  return {
    readerOf: (id) => {
      const feed = all.find((each) => each.id === id);
      return feed === undefined
        ? undefined
        : async ({ signal, ...request }) => {
            const call = signal === undefined ? {} : { signal };
            const roleNames = createRoleNames(() => project.readList(listedRoles.whole, call));
            return await read({
              ...request,
              feed,
              call,
              context: { projectId, roleNames, onUnknownAction, onNamelessLogin },
            });
          };
    },
  };
}
