import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { ConnectorError } from '../errors.ts';
import { createReportBuilder, type ReportBuilder, type ReportNames } from './report-builder.ts';
import type { ReportSummary } from './report-format.ts';
import type { FileRow } from './rows.ts';

/** Where the page's data goes, in its template. */
export const dataMark = '<!--data-->';

/** A file to report on. */
export interface ReportInput {
  /** All rows, resources before grants. */
  readonly rows: AsyncIterable<FileRow>;
  /** Called once, after the last row. */
  readonly summary: () => ReportSummary | Promise<ReportSummary>;
}

export interface ReportWork {
  readonly input: ReportInput;
  /** The older file, read after the other; absent when no changes are asked for. */
  readonly older?: ReportInput | undefined;
  readonly names: ReportNames;
  /** The built page, with `dataMark` in it once. */
  readonly template: string;
  readonly write: (text: string) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the page: the template, with the data in it as gzip in base64. Nothing that was read can end the element it
 * stands in, since base64 has no "<". The data is compressed and written while the file is read.
 */
export async function writeReport({ input, older, names, template, write, signal }: ReportWork): Promise<void> {
  const [before, after, more] = template.split(dataMark);
  if (before === undefined || after === undefined || more !== undefined) {
    throw new Error('the page has no single place for its data');
  }

  await write(before);
  const pieces = Readable.from(sections(input, older, names), { objectMode: true });
  const zip = createGzip({ level: 9 });
  pieces.on('error', (error) => zip.destroy(error));
  for await (const text of inBase64(pieces.pipe(zip))) {
    if (signal?.aborted) {
      throw new ConnectorError('cancelled', 'stopped before the report was written');
    }
    await write(text);
  }
  await write(after);
}

async function* sections(input: ReportInput, older: ReportInput | undefined, names: ReportNames): AsyncGenerator<Uint8Array> {
  const builder = createReportBuilder({ withOlder: older !== undefined });
  yield* drained(input.rows, builder);
  const summary = await input.summary();
  if (older !== undefined) {
    builder.beginOlder();
    yield* drained(older.rows, builder);
  }
  builder.finish(names, summary, await older?.summary());
  yield builder.take();
}

async function* drained(rows: AsyncIterable<FileRow>, builder: ReportBuilder): AsyncGenerator<Uint8Array> {
  for await (const row of rows) {
    builder.add(row);
    if (builder.pending > 0) {
      yield builder.take();
    }
  }
}

async function* inBase64(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 3); // so that no padding comes up in the middle
    rest = bytes.subarray(whole);
    yield bytes.toString('base64', 0, whole);
  }
  yield rest.toString('base64');
}
