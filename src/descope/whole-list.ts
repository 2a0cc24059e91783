import { answerObject, listIn, rowDecoder } from './answer-shape.ts';
import { isJsonObject, type JsonObject } from './decode.ts';
import type { CallOptions } from './http/call.ts';
import type { ListEndpoint, WholeListEndpoint } from './http/endpoint.ts';
import { shapeError } from './http/errors.ts';
import type { HttpClient } from './http/http-client.ts';
import { parseJson, parseLargeList } from './http/json-body.ts';

/**
 * A list that is read whole, in one answer or page by page: how to ask for it, and how to decode its rows and tell them
 * apart. A family of Descope's API is a file with the row, its decoder and one of these.
 */
export type WholeList<Row> = ListInOne<Row> | ListInPages<Row>;

interface ListRows<Row> {
  /** The word for its rows in texts for people: "tenants". */
  readonly what: string;
  /** The field of the answer that holds the rows. */
  readonly key: string;
  readonly decode: (row: JsonObject) => Row;
  /** The name of a row in an error. The row may be broken. */
  readonly nameOf: (row: JsonObject) => string;
  /** No two rows of a list may share it. A method, so that lists of different rows fit into one array. */
  identityOf(this: void, row: Row): string;
}

/** It comes in one answer. */
export interface ListInOne<Row> extends ListRows<Row> {
  readonly endpoint: WholeListEndpoint;
  /** The body of the request, where it is a POST. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly pages?: undefined;
}

/** It comes in pages, counted from 0; a deployment may lack it. See `paged-list.ts`. */
export interface ListInPages<Row> extends ListRows<Row> {
  readonly endpoint: ListEndpoint;
  readonly pages: {
    readonly limit: number;
    /** Calls that tell the same rows, each for deployments that lack the ones before. */
    readonly otherwise: readonly ListEndpoint[];
    /** True to read the first page only, which shows that the list may be read. */
    readonly isFirstOnly?: true;
    /** Fields of the request by which only some rows are asked for, where it has a body. */
    readonly criteria?: Readonly<Record<string, string>>;
  };
  /** When a row was created, in epoch seconds, where its record tells. */
  createdTimeOf?(this: void, row: Row): number | undefined;
}

/** Every call that a list may be read by. */
export function endpointsOf<Row>({ endpoint, pages }: WholeList<Row>): readonly ListEndpoint[] {
  return pages === undefined ? [endpoint] : [endpoint, ...pages.otherwise];
}

/** Reads all rows of a list. Each row is decoded as soon as it is parsed, since a list may be large. */
export async function readWholeList<Row>(
  http: Pick<HttpClient, 'read'>,
  list: ListInOne<Row>,
  call?: CallOptions,
): Promise<readonly Row[]> {
  let rows: readonly Row[] = [];
  const parse = (body: Uint8Array): void => {
    rows = parseWholeList(list, body);
  };
  await http.read(list.endpoint, { ...(list.body !== undefined && { json: list.body }), parse }, call);
  return rows;
}

/** The rows of an answer, from its JSON. */
export function decodeWholeList<T>(list: WholeList<T>, json: unknown): readonly T[] {
  const { endpoint, key, decode, nameOf } = list;
  const take = unique(list);
  const decodeRow = rowDecoder(endpoint, key, decode, nameOf);
  return listIn(endpoint, answerObject(endpoint, json), key).map((item, index) =>
    take(decodeRow(item, index), item, index),
  );
}

/** A larger body is parsed row by row. */
const largeBodyBytes = 4 * 1024 * 1024;

/** The rows of an answer, from its body. Throws what JSON.parse throws where the body is not whole JSON. */
export function parseWholeList<T>(list: WholeList<T>, body: Uint8Array): readonly T[] {
  if (body.length < largeBodyBytes) {
    return decodeWholeList(list, parseJson(body));
  }
  const { endpoint, key, decode, nameOf } = list;
  const take = unique(list);
  const decodeRow = rowDecoder(endpoint, key, decode, nameOf);
  const rows: T[] = [];
  const rest = parseLargeList(body, key, (item, index) => void rows.push(take(decodeRow(item, index), item, index)));
  if (listIn(endpoint, answerObject(endpoint, rest), key).length > 0) {
    throw shapeError(endpoint, `"${key}" is there twice`);
  }
  return rows;
}

/** Rejects a second row with the same identity: the two would be one object with two contents. */
function unique<T>({ endpoint, identityOf, nameOf }: WholeList<T>): (row: T, item: unknown, index: number) => T {
  const seen = new Map<string, number>();
  return (row, item, index) => {
    const identity = identityOf(row);
    const before = seen.get(identity);
    if (before !== undefined) {
      throw shapeError(
        endpoint,
        `${isJsonObject(item) ? nameOf(item) : 'something'} is listed twice (rows ${before + 1} and ${index + 1})`,
      );
    }
    seen.set(identity, index);
    return row;
  };
}
