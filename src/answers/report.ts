import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { throwIfCancelled } from '../errors.ts';
import { ownerMarks } from '../sync-format/owner-marks.ts';
import { createReportBuilder, type ReportBuilder, type ReportComparison, type ReportNames } from './report-builder.ts';
import type { ReportJudgement } from './report-findings.ts';
import type { ReportTimeline } from './report-things.ts';
import type { SyncSource } from './source.ts';

/** Where the page's data goes, in its template. */
export const dataMark = '<!--data-->';

export interface ReportWork {
  readonly source: SyncSource;
  /** What `diff` finds since an older file; absent when no changes are asked for. */
  readonly comparison?: ReportComparison | undefined;
  /** What the rules find in the same file; absent where nothing is judged. */
  readonly judgement?: ReportJudgement | undefined;
  readonly names: ReportNames;
  /** The past, where the source is a sync of a store. */
  readonly timeline?: ReportTimeline | undefined;
  /** Leaves out access keys and management keys. */
  readonly isHumansOnly?: boolean | undefined;
  /** The built page, with `dataMark` in it once. */
  readonly template: string;
  readonly write: (text: string) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the page: the template, with the data in it as gzip in base64. Nothing that was read can end the element it
 * stands in, since base64 has no "<". The data is compressed and written while the file is read. Returns what the file
 * holds that the page does not show, as sentences without an end.
 */
export async function writeReport({
  source,
  comparison,
  judgement,
  names,
  timeline,
  isHumansOnly = false,
  template,
  write,
  signal,
}: ReportWork): Promise<readonly string[]> {
  const [before, after, more] = template.split(dataMark);
  if (before === undefined || after === undefined || more !== undefined) {
    throw new Error('the page has no single place for its data');
  }

  const builder = createReportBuilder({ isHumansOnly });
  await write(withOwner(before, source.summary.projectId ?? ''));
  const pieces = Readable.from(sections(builder, source, { comparison, judgement, names, timeline, signal }), {
    objectMode: true,
  });
  const zip = createGzip({ level: 9 });
  pieces.on('error', (error) => zip.destroy(error));
  for await (const text of inBase64(pieces.pipe(zip))) {
    throwIfCancelled(signal);
    await write(text);
  }
  await write(after);
  return builder.unknown();
}

async function* sections(
  builder: ReportBuilder,
  source: SyncSource,
  {
    comparison,
    judgement,
    names,
    timeline,
    signal,
  }: Pick<ReportWork, 'comparison' | 'judgement' | 'names' | 'timeline' | 'signal'>,
): AsyncGenerator<Uint8Array> {
  yield* drained(source, builder, signal);
  if (comparison !== undefined) {
    builder.compare(comparison);
  }
  if (judgement !== undefined) {
    yield* builder.judge(judgement);
  }
  const types = await source.types(signal);
  builder.finish({ names, types, summary: source.summary, olderSummary: comparison?.summary, timeline });
  yield builder.take();
}

async function* drained(
  source: SyncSource,
  builder: ReportBuilder,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const rows of source.rows(signal)) {
    rows.forEach((row) => builder.add(row));
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

/** The beginning of a page that says of which project it is. */
export function withOwner(beginning: string, projectId: string): string {
  return beginning.replace(
    '<head>',
    () => `<head>\n<meta name="${ownerMarks.page}" content="${attributeText(projectId)}">`,
  );
}

function attributeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
