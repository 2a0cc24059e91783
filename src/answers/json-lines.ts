import { printableJson } from './printable.ts';

/**
 * One JSON object: the given fields, then a list whose rows stand on a line each, so that it can be read line by line;
 * `after` tells further fields, once all rows are made.
 */
export function* jsonLines(
  fields: object,
  list: string,
  rows: Iterable<object>,
  after?: () => object,
): Generator<string> {
  yield `${printableJson(fields).slice(0, -1)},"${list}":[`;
  let isFirst = true;
  for (const row of rows) {
    yield `${isFirst ? '' : ','}\n${printableJson(row)}`;
    isFirst = false;
  }
  const rest = after === undefined ? '' : `,\n${printableJson(after()).slice(1, -1)}`;
  yield `${isFirst ? '' : '\n'}]${rest}}\n`;
}

/** The same of rows that are made one after the other, as their sources are opened. */
export async function* jsonLinesLater(
  fields: object,
  list: string,
  rows: AsyncIterable<object>,
  after: () => object,
): AsyncGenerator<string> {
  yield `${printableJson(fields).slice(0, -1)},"${list}":[`;
  let isFirst = true;
  for await (const row of rows) {
    yield `${isFirst ? '' : ','}\n${printableJson(row)}`;
    isFirst = false;
  }
  yield `${isFirst ? '' : '\n'}],\n${printableJson(after()).slice(1, -1)}}\n`;
}
