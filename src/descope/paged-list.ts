import { ConnectorError, isKind } from '../errors.ts';
import { answerObject, listIn, rowDecoder } from './answer-shape.ts';
import { DecodeError, integer } from './decode.ts';
import type { CallOptions } from './http/call.ts';
import { endpointLabel, type ListEndpoint } from './http/endpoint.ts';
import { shapeError } from './http/errors.ts';
import type { HttpClient } from './http/http-client.ts';
import { parseJson } from './http/json-body.ts';
import type { HttpRequest } from './http/transport.ts';
import type { ListInPages } from './whole-list.ts';

/** A read that is not believed after so many passes fails: the list changes faster than it can be read. */
const maxPasses = 4;
/** A pass that brings so many times as many rows as were counted at first, and some more, has no end in sight. */
const mostTimes = 2;
const someMore = 1_000;
/** A row counts as created during the read from this long before it on: clocks differ, and lists lag. */
const newMarginSeconds = 60;

export interface ListPage<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/**
 * All rows of a list that comes in pages. A page may lack a row because one on a page before was deleted meanwhile, so
 * a pass over all pages is believed only when
 * - its first page held all rows that it counted, or
 * - every page counted the same, that many different rows came, none of them twice or created meanwhile: a deletion
 *   changes the count unless something was created, too; or
 * - as many different rows came as the last page counted, and the older ones are those of the pass before.
 * Where none of these holds the list is read again, four times at most. A row that vanishes is no loss, one missed is.
 */
export async function readPagedList<Row>(
  http: Pick<HttpClient, 'read'>,
  list: ListInPages<Row>,
  call?: CallOptions,
  now: () => number = Date.now,
): Promise<readonly Row[]> {
  for (const endpoint of [list.endpoint, ...list.pages.otherwise]) {
    const first = await firstPage(http, list, endpoint, call);
    if (first !== undefined) {
      const ask = async (page: number): Promise<ListPage<Row>> => await askPage(http, list, endpoint, page, call);
      const clockMs = Math.min(now(), first.serverTimeMs ?? Number.POSITIVE_INFINITY);
      return list.pages.isFirstOnly === true ? first.rows : await readPasses(list, endpoint, first, ask, clockMs);
    }
  }
  call?.onNotOffered?.(list.what);
  return [];
}

/** The parameters of a page, as a deployment takes them: in the address of a GET, else in the body. */
export function requestOfPage<Row>(
  { pages: { limit, criteria } }: ListInPages<Row>,
  { method }: ListEndpoint,
  page: number,
): Pick<HttpRequest, 'query' | 'json'> {
  return method === 'GET'
    ? { query: { page: String(page), limit: String(limit) } }
    : { json: { page, limit, ...criteria } };
}

/** The rows of one page, and how many there are in all. */
export function decodeListPage<Row>(
  list: ListInPages<Row>,
  endpoint: ListEndpoint,
  json: unknown,
  page = 0,
): ListPage<Row> {
  const answer = answerObject(endpoint, json);
  const decode = rowDecoder(endpoint, list.key, list.decode, list.nameOf, ` of page ${page}`);
  try {
    return { rows: listIn(endpoint, answer, list.key).map(decode), total: integer(answer, 'total') ?? 0 };
  } catch (thrown) {
    throw thrown instanceof DecodeError ? shapeError(endpoint, thrown.message) : thrown;
  }
}

/** Whether a failure says that the deployment has no such call. */
export function isListMissing(thrown: unknown): boolean {
  return isKind(thrown, 'upstream-contract', 'not-found') && thrown.facts['status'] === 404;
}

type TimedPage<Row> = ListPage<Row> & { readonly serverTimeMs: number | undefined };

/** Undefined where the deployment has no such call. */
async function firstPage<Row>(
  http: Pick<HttpClient, 'read'>,
  list: ListInPages<Row>,
  endpoint: ListEndpoint,
  call?: CallOptions,
): Promise<TimedPage<Row> | undefined> {
  try {
    return await askPage(http, list, endpoint, 0, call);
  } catch (thrown) {
    if (isListMissing(thrown)) {
      return undefined;
    }
    throw thrown;
  }
}

async function askPage<Row>(
  http: Pick<HttpClient, 'read'>,
  list: ListInPages<Row>,
  endpoint: ListEndpoint,
  page: number,
  call?: CallOptions,
): Promise<TimedPage<Row>> {
  let told: ListPage<Row> = { rows: [], total: 0 };
  const parse = (body: Uint8Array): void => {
    told = decodeListPage(list, endpoint, parseJson(body), page);
  };
  const { serverTimeMs } = await http.read(endpoint, { ...requestOfPage(list, endpoint, page), parse }, call);
  return { ...told, serverTimeMs };
}

async function readPasses<Row>(
  list: ListInPages<Row>,
  endpoint: ListEndpoint,
  first: ListPage<Row>,
  ask: (page: number) => Promise<ListPage<Row>>,
  startMs: number,
): Promise<readonly Row[]> {
  const newFrom = Math.floor(startMs / 1000) - newMarginSeconds;
  const isNew = (row: Row): boolean => (list.createdTimeOf?.(row) ?? 0) >= newFrom;
  let before: ReadonlySet<string> | undefined;
  for (let number = 1; number <= maxPasses; number += 1) {
    const pass = await readPass(list, number === 1 ? first : await ask(0), ask, isNew);
    const isSeenTwice = before !== undefined && before.symmetricDifference(pass.older).size === 0;
    if (pass.isProved || (pass.fits && isSeenTwice)) {
      return pass.rows;
    }
    before = pass.older;
  }
  throw new ConnectorError(
    'inconsistent',
    `the ${list.what} were read ${maxPasses} times, and their number never fitted what Descope counts; run the sync again`,
    { endpoint: endpointLabel(endpoint) },
  );
}

interface PagesRead<Row> {
  readonly rows: readonly Row[];
  readonly isProved: boolean;
  /** As many different rows came as the last page counted. */
  readonly fits: boolean;
  /** The rows that were there before the read began. */
  readonly older: ReadonlySet<string>;
}

/**
 * Reads to the first page without rows, or to the second in a row that brings none that is new to us, or until far more
 * have come than there can be.
 */
async function readPass<Row>(
  { identityOf }: ListInPages<Row>,
  first: ListPage<Row>,
  ask: (page: number) => Promise<ListPage<Row>>,
  isNew: (row: Row) => boolean,
): Promise<PagesRead<Row>> {
  const rows = new Map<string, Row>();
  const older = new Set<string>();
  let isQuiet = true;
  const take = (page: ListPage<Row>): void => {
    isQuiet &&= page.total === first.total;
    for (const row of page.rows) {
      const id = identityOf(row);
      const isOld = !isNew(row);
      isQuiet &&= isOld && !rows.has(id);
      rows.set(id, row);
      if (isOld) {
        older.add(id);
      }
    }
  };
  let [page, number, vainPages] = [first, 0, 0];
  const most = first.total * mostTimes + someMore;
  while (page.rows.length > 0 && vainPages < 2 && rows.size <= most) {
    const known = rows.size;
    take(page);
    vainPages = rows.size === known ? vainPages + 1 : 0;
    number += 1;
    page = await ask(number);
  }
  isQuiet &&= page.total === first.total;
  for (const at of [number - 1, 0].filter((each) => each >= 0)) {
    if (page.total > rows.size) {
      page = await ask(at); // what was created after its page had been read stands on the last one or on the first
      take(page);
    }
  }
  const fits = rows.size === page.total;
  const wasAllInFirst = rows.size === first.rows.length && rows.size === first.total;
  return { rows: [...rows.values()], isProved: wasAllInFirst || (fits && isQuiet), fits, older };
}
