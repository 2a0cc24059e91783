import { createHash } from 'node:crypto';
import { contentHashOf, ndjsonLayout, type Section, sections } from '../sync-format/layout.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { foreign, incomplete } from './faults.ts';
import { type JsonBatch, sourceOf } from './json-source.ts';
import { bytesAt, wholeLines } from './lines.ts';
import type { SyncSource } from './source.ts';
import { parsed, summaryOf, textAfterLast } from './summary.ts';

const sectionsByKey: ReadonlyMap<string, Section> = new Map(
  sections.map((section) => [ndjsonLayout.keys[section], section]),
);
const summaryMark = Buffer.from(ndjsonLayout.summary, 'latin1');
const summaryLine = Buffer.from(`\n${ndjsonLayout.summary}`, 'latin1');

/** Opens a sync file in which every line is a JSON object of its own, the last one the summary. */
export async function openNdjsonSource(path: string, size: number): Promise<SyncSource> {
  if ((await bytesAt(path, 0, ndjsonLayout.head.length + 1)).toString('latin1') !== `${ndjsonLayout.head}\n`) {
    throw foreign(path, `it is no sync file: its first line is not ${ndjsonLayout.head}`);
  }
  const text = await textAfterLast(path, size, `\n${ndjsonLayout.summary}`);
  const closed = summaryOf(text === undefined ? undefined : `{"summary":${text}`);
  if (closed === undefined) {
    throw incomplete(path, 'it is cut off: its last line is not the summary of a complete sync');
  }
  return sourceOf({
    path,
    size,
    ...closed,
    kind: 'ndjson',
    batches: (signal) => batchesOf(path, closed.summary, signal),
  });
}

async function* batchesOf(path: string, { contentHash }: FileSummary, signal?: AbortSignal): AsyncGenerator<JsonBatch> {
  const hash = createHash('sha256');
  for await (const bytes of wholeLines(path, signal)) {
    const end = bytes.subarray(0, summaryMark.length).equals(summaryMark) ? 0 : bytes.indexOf(summaryLine) + 1;
    const isLast = end > 0 || bytes.subarray(0, summaryMark.length).equals(summaryMark);
    const body = isLast ? bytes.subarray(0, end) : bytes;
    hash.update(body);
    yield* byRuns(path, body.toString('utf8').split('\n'));
    if (isLast) {
      if (contentHashOf(hash.digest('hex')) !== contentHash) {
        throw incomplete(path, 'it is damaged: its rows are not those that its closing summary was made of');
      }
      return;
    }
  }
  throw incomplete(path, 'it is cut off: its last line is missing');
}

/** Lines as batches of one section each. */
function* byRuns(path: string, lines: readonly string[]): Generator<JsonBatch> {
  let section: Section | undefined;
  let rows: unknown[] = [];
  for (const line of lines) {
    if (line === '' || line === ndjsonLayout.head) {
      continue;
    }
    const object = parsed(line);
    const [key, row] = typeof object === 'object' && object !== null ? (Object.entries(object)[0] ?? []) : [];
    const found = key === undefined ? undefined : sectionsByKey.get(key);
    if (found === undefined || typeof row !== 'object' || row === null) {
      throw incomplete(path, 'it is damaged: one of its lines is not a row');
    }
    if (section !== undefined && section !== found) {
      yield { section, rows };
      rows = [];
    }
    section = found;
    rows.push(row);
  }
  if (section !== undefined && rows.length > 0) {
    yield { section, rows };
  }
}
