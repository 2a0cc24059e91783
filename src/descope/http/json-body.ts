import { ConnectorError } from '../../errors.ts';
import type { Endpoint } from './endpoint.ts';
import { AttemptFailed, shapeError } from './errors.ts';

const [quote, backslash, comma, openObject, closeObject, openList, closeList] = Buffer.from('"\\,{}[]');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Parses a whole body at once. */
export function parseJson(body: Uint8Array): unknown {
  return JSON.parse(utf8.decode(body)) as unknown;
}

/** Parses strictly: a byte-order mark, invalid UTF-8 or a cut body is a fault. Another attempt may be free of it. */
export function parseBody(
  endpoint: Endpoint,
  body: Uint8Array,
  parse: (body: Uint8Array) => unknown = parseJson,
): unknown {
  try {
    return parse(body);
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      throw thrown;
    }
    throw new AttemptFailed({
      error: shapeError(endpoint, `the body (${body.length} bytes) is not whole JSON`),
      retry: 'body',
    });
  }
}

/**
 * Parses a large answer row by row and hands each row to `take`: a list that is parsed as a whole takes several times
 * its size in memory. Answers the rest of the object, with an empty list in place of the rows; without such a list, the
 * whole object. Throws SyntaxError or TypeError where the body is not whole JSON.
 */
export function parseLargeList(body: Uint8Array, key: string, take: (row: unknown, index: number) => void): unknown {
  const list = findList(body, key);
  if (list === undefined) {
    return parseJson(body);
  }
  const { start, end, cuts } = list;
  const rest: unknown = JSON.parse(utf8.decode(body.subarray(0, start)) + utf8.decode(body.subarray(end)));
  const isEmpty = cuts.length === 1 && utf8.decode(body.subarray(start, end)).trim() === '';
  let from = start;
  for (const [index, cut] of isEmpty ? [] : cuts.entries()) {
    take(parseJson(body.subarray(from, cut)), index);
    from = cut + 1;
  }
  return rest;
}

interface ListPlace {
  /** The first byte after the opening bracket, and the closing bracket. */
  readonly start: number;
  readonly end: number;
  /** Where each row ends: at a comma, the last one at the closing bracket. */
  readonly cuts: readonly number[];
}

/** Where the outermost object holds the list of this key. Looks at brackets and strings only. */
function findList(body: Uint8Array, key: string): ListPlace | undefined {
  const cuts: number[] = [];
  let depth = 0;
  let start = -1;
  let lastText = '';
  for (let place = 0; place < body.length; place += 1) {
    const byte = body[place];
    if (byte === quote) {
      const end = endOfText(body, place + 1);
      if (depth === 1) {
        lastText = utf8.decode(body.subarray(place + 1, end));
      }
      place = end;
    } else if (byte === openObject || byte === openList) {
      depth += 1;
      if (depth === 2 && byte === openList && start < 0 && lastText === key) {
        start = place + 1;
      }
    } else if (byte === closeObject || byte === closeList) {
      depth -= 1;
      if (depth === 1 && start >= 0) {
        cuts.push(place);
        return { start, end: place, cuts };
      }
    } else if (byte === comma && depth === 2 && start >= 0) {
      cuts.push(place);
    }
  }
  return undefined;
}

/** The place of the quotation mark that ends a text. */
function endOfText(body: Uint8Array, from: number): number {
  let place = from;
  while (place < body.length && body[place] !== quote) {
    place += body[place] === backslash ? 2 : 1;
  }
  return place;
}
