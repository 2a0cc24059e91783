import { printableJson } from './printable.ts';

/**
 * One JSON object: the given fields, then a list whose rows stand on a line each, so that it can be read line by line.
 */
export function* jsonLines(fields: object, list: string, rows: Iterable<object>): Generator<string> {
  yield `${printableJson(fields).slice(0, -1)},"${list}":[`;
  let isFirst = true;
  for (const row of rows) {
    yield `${isFirst ? '' : ','}\n${printableJson(row)}`;
    isFirst = false;
  }
  yield `${isFirst ? '' : '\n'}]}\n`;
}
