import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { from, to } from 'pg-copy-streams';
import type { Value } from '../columns.ts';
import type { Connection } from './connection.ts';

/** Stands for U+0000, which PostgreSQL does not take in a text, and for itself. No name has it: it is no character. */
const mark = '\u{10FFFF}';
/** What has to be written otherwise; the half of a pair of code units that the mark begins with is rare enough. */
const odd = /[\\\n\r\t\0\uDBFF]/;
const escapes: Readonly<Record<string, string>> = {
  '\\': String.raw`\\`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\0': `${mark}0`,
  [mark]: `${mark}1`,
};
const meant: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };

/** A text as the database takes it. */
export function toStored(text: string): string {
  return text.includes('\0') || text.includes(mark)
    ? text.replaceAll(mark, `${mark}1`).replaceAll('\0', `${mark}0`)
    : text;
}

/** A text of the database as it was. */
export function fromStored(text: string): string {
  return text.includes(mark) ? text.replaceAll(`${mark}0`, '\0').replaceAll(`${mark}1`, mark) : text;
}

/** A row in the text format of COPY, with the end of its line. */
export function copyLine(values: readonly Value[]): string {
  let line = '';
  for (const [place, value] of values.entries()) {
    line += place === 0 ? fieldOf(value) : `\t${fieldOf(value)}`;
  }
  return `${line}\n`;
}

function fieldOf(value: Value): string {
  if (value === null) {
    return String.raw`\N`;
  }
  if (typeof value === 'string') {
    return odd.test(value) ? value.replaceAll(/[\\\n\r\t\0\u{10FFFF}]/gu, (one) => escapes[one] ?? one) : value;
  }
  return typeof value === 'number'
    ? String(value)
    : String.raw`\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
}

/** Puts rows, in the text format, into a table, while others are made: `Connection.begin` has what that means. */
export async function copyIn(connection: Connection, into: string, text: string): Promise<void> {
  await connection.begin(async () => {
    const stream = connection.client.query(from(`copy ${into} from stdin`));
    stream.end(Buffer.from(text, 'utf8'));
    await once(stream, 'finish');
  });
}

/** The rows of a query, some at once: texts, bytes as `bytesIn` reads them, null. */
export async function* copyOut(
  connection: Connection,
  query: string,
): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  const stream = connection.client.query(to(`copy (${query}) to stdout`));
  const decoder = new StringDecoder('utf8');
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>; // it yields what the server sent
  let rest = '';
  for (;;) {
    const next = await connection.guarded(() => pieces.next());
    if (next.done === true) {
      return;
    }
    const text = rest + decoder.write(next.value);
    const hasMarks = text.includes(mark);
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    yield lines.map((line) => valuesIn(line, hasMarks));
  }
}

/** Most fields are as they stand: there are many of them. */
function valuesIn(line: string, hasMarks: boolean): readonly (string | null)[] {
  const fields: (string | null)[] = line.split('\t');
  if (hasMarks || line.includes('\\')) {
    for (const [place, field] of fields.entries()) {
      if (field !== null && (hasMarks || field.includes('\\'))) {
        fields[place] =
          field === none ? null : fromStored(field.replaceAll(/\\(.)/gs, (_all, one: string) => meant[one] ?? one));
      }
    }
  }
  return fields;
}

const none = String.raw`\N`;

/** Bytes of a row that came out. */
export function bytesIn(text: string): Uint8Array {
  return Buffer.from(text.slice(2), 'hex');
}
