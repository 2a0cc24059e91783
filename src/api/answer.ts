import { basename } from 'node:path';
import { accessOf } from '../answers/access-of.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { type ListKind, listingOf } from '../answers/listing.ts';
import { accessJson, type JsonAnswer, listJson, whoCanJson } from '../answers/question-json.ts';
import { whoCan } from '../answers/who-can.ts';
import type { WorkPlace } from '../answers/work-place.ts';
import { ConnectorError } from '../errors.ts';
import { openHistory } from '../history/open-history.ts';
import type { HistoryReader, KeptSync, Question as StoreQuestion } from '../history/store.ts';
import { timelineJson, timelineOf } from '../history/timeline.ts';
import { momentOf } from '../moment.ts';
import { shownStore } from '../store-url.ts';
import type { Asked } from './endpoints.ts';
import { type Place, placeOf } from './cursor.ts';
import { page } from './page.ts';

/** A question and the store that is asked. */
export interface Question {
  readonly store: string;
  readonly asked: Asked;
}

/** Answers a question with a page of JSON. Errors are those of the command line; `not-found` for a sync that was pruned. */
export async function answer({ store, asked }: Question, work: WorkPlace): Promise<string> {
  await using history = await openHistory(store);
  const { query } = asked;
  const place = query.cursor === undefined ? undefined : placeOf(asked, query.cursor);
  if (asked.name === '/v1/syncs') {
    const syncs = await history.syncs(asked.query.project);
    return page(asked, syncsJson(basename(history.path), syncs), place ?? { sync: 0, rows: 0 });
  }
  const sync = await syncOf(history, asked, place);
  await using index = await history.index(sync, { question: questionOf(asked), names: namesIn(asked), work });
  const told = { ...index, path: basename(shownStore(store)) }; // a caller need not know where it lies
  return page(asked, answerIn(told, asked), place ?? { sync: sync.n, rows: 0 });
}

async function syncOf(history: HistoryReader, { query }: Asked, place: Place | undefined): Promise<KeptSync> {
  if (place === undefined) {
    const at = 'at' in query ? query.at : undefined;
    return await history.choose({ projectId: query.project, atMs: at === undefined ? undefined : momentOf(at) });
  }
  const found = (await history.syncs(query.project)).find(({ n }) => n === place.sync);
  if (found === undefined) {
    throw new ConnectorError(
      'not-found',
      'the store does not keep the sync of this cursor any more: ask anew without it',
    );
  }
  return found;
}

/** What a store that is elsewhere brings no more for. */
function questionOf(asked: Asked): StoreQuestion | undefined {
  switch (asked.name) {
    case '/v1/who-can':
      return { about: 'who-can', of: asked.query.held };
    case '/v1/access':
      return { about: 'access', of: asked.query.principal };
    case '/v1/timeline':
      return { about: 'timeline', of: asked.query.of };
    default:
      return undefined;
  }
}

/** What a question names besides. */
function namesIn({ query }: Asked): readonly string[] {
  return 'tenant' in query && query.tenant !== undefined ? [query.tenant] : [];
}

function answerIn(index: FileIndex, asked: Exclude<Asked, { readonly name: '/v1/syncs' }>): JsonAnswer {
  switch (asked.name) {
    case '/v1/who-can': {
      const { held, tenant, directOnly } = asked.query;
      const found = whoCan(index, held, tenant, { directOnly });
      const { head, ...others } = whoCanJson(index, found);
      const [users, principals] = [found.counts(), found.otherCounts()];
      const counts = { ...users, principals: principals.principals, heldByPrincipals: principals.held };
      return { ...others, head: { ...head, counts } };
    }
    case '/v1/access': {
      const { principal, directOnly } = asked.query;
      return accessJson(index, accessOf(index, principal, { directOnly }));
    }
    case '/v1/timeline':
      return timelineJson(index, timelineOf(index, asked.query.of));
    case '/v1/list/{kind}': {
      const kind = asked.path.slice('/v1/list/'.length) as ListKind; // as was looked up when it was understood
      const { match } = asked.query;
      return listJson(index, listingOf(index, kind, match), { kind, match });
    }
  }
}

function syncsJson(file: string, syncs: readonly KeptSync[]): JsonAnswer {
  return {
    head: { question: 'syncs', file },
    list: 'rows',
    *rows() {
      for (const { n, projectId, syncId, startedAt, finishedAt, added, ended } of syncs) {
        yield { sync: n, projectId, syncId, startedAt, finishedAt, added, ended };
      }
    },
  };
}
