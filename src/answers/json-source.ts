import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { throwIfCancelled } from '../errors.ts';
import {
  contentHashOf,
  isSection,
  jsonLayout,
  type Section,
  sections,
  syncFileFormat,
  syncFileVersion,
} from '../sync-format/layout.ts';
import { messageFromJson, type StoredMessage, unknownAnnotationIn } from '../sync-format/stored-rows.ts';
import { foreign, incomplete, reading, tooNew } from './faults.ts';
import { bytesAt, wholeLines } from './lines.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import type { FileRow } from './rows.ts';
import type { SyncSource } from './source.ts';
import { closing, type ClosingSummary, parsed, summaryOf, textAfterLast } from './summary.ts';
import { type JsonGrant, rowOfJsonGrant } from './grant-to-row.ts';
import { type JsonResource, rowOfJsonResource } from './to-row.ts';

/** Rows of one section, as JSON. */
export interface JsonBatch {
  readonly section: Section;
  readonly rows: readonly unknown[];
}

const head = `${jsonLayout.head}${jsonLayout.opening('resourceTypes')}\n`;
/** A file that another tool has reformatted cannot be read line by line. It is read into memory, up to this size. */
const largestReformatted = 256 * 1024 * 1024;
const batchRows = 2_000;

/**
 * Opens a sync file in JSON. Its summary is read from its end; a file without one is `inconsistent`, another kind
 * `invalid`.
 */
export async function openJsonSource(path: string, size: number): Promise<SyncSource> {
  if ((await bytesAt(path, 0, head.length)).toString('latin1') !== head) {
    return await openReformatted(path, size);
  }
  const text = await textAfterLast(path, size, jsonLayout.summary);
  const closed = summaryOf(text === undefined ? undefined : `{"summary":${text}`);
  if (closed === undefined) {
    throw incomplete(path, 'its closing summary is missing, so it is not complete');
  }
  return sourceOf({ path, size, ...closed, kind: 'json', batches: (signal) => linesOf(path, closed.summary, signal) });
}

export interface BatchSource extends ClosingSummary {
  readonly path: string;
  readonly size: number;
  readonly kind: 'json' | 'ndjson';
  readonly batches: (signal?: AbortSignal) => AsyncGenerator<JsonBatch>;
}

/** A source of rows and messages over batches of their JSON. */
export function sourceOf({ path, size, kind, summary, wholeSummary, batches }: BatchSource): SyncSource {
  return {
    path,
    size,
    kind,
    summary,
    wholeSummary,
    async *rows(signal) {
      for await (const { section, rows } of batches(signal)) {
        if (section === 'resources') {
          yield defined(rows.map((row) => rowOfJsonResource(row as JsonResource))); // every field of it is optional
        } else if (section === 'grants') {
          yield defined(rows.map((row) => rowOfJsonGrant(row as JsonGrant)));
        }
      }
    },
    async types(signal) {
      const types = new Set<string>();
      for await (const { section, rows } of batches(signal)) {
        if (section !== 'resourceTypes') {
          break;
        }
        rows.forEach((row) => types.add((row as { readonly id?: string }).id ?? '')); // every field of it is optional
      }
      return types;
    },
    async *messages(signal) {
      for await (const { section, rows } of batches(signal)) {
        yield rows.map((row) => toMessage(path, section, row));
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function toMessage(path: string, section: Section, row: unknown): StoredMessage {
  try {
    return messageFromJson(section, row);
  } catch (thrown) {
    const type = unknownAnnotationIn(thrown);
    throw type === undefined ? incomplete(path, `one of its ${section} is not understood`) : tooNew(path, type);
  }
}

function defined(rows: readonly (FileRow | undefined)[]): FileRow[] {
  return rows.filter((row) => row !== undefined);
}

/**
 * Reads line by line: a line that begins with "]" closes a section, all others but the first are rows. Checks the hash
 * at the end.
 */
async function* linesOf(path: string, { contentHash }: FileSummary, signal?: AbortSignal): AsyncGenerator<JsonBatch> {
  const hash = createHash('sha256');
  let section: string = 'resourceTypes';
  let isFirstLine = true;
  for await (const bytes of wholeLines(path, signal)) {
    const text = bytes.toString('utf8');
    let rows: unknown[] = [];
    for (let from = 0; from < text.length;) {
      const lineEnd = text.indexOf('\n', from);
      const to = lineEnd === -1 ? text.length : lineEnd;
      if (isFirstLine || text.charCodeAt(from) === 0x5d) {
        const line = text.slice(from, to);
        const end = line.indexOf(jsonLayout.summary);
        if (end !== -1) {
          if (rows.length > 0) {
            yield { section: asSection(path, section), rows };
          }
          hash.update(bytes.subarray(0, Buffer.byteLength(text.slice(0, from + end), 'utf8')));
          if (contentHashOf(hash.digest('hex')) !== contentHash) {
            throw incomplete(path, 'it is damaged: its rows are not those that its closing summary was made of');
          }
          return;
        }
        if (rows.length > 0) {
          yield { section: asSection(path, section), rows };
          rows = [];
        }
        section = jsonLayout.opened.exec(line)?.[1] ?? '';
        isFirstLine = false;
      } else if (to > from) {
        rows.push(rowOf(path, text.slice(from, text.charCodeAt(to - 1) === 0x2c ? to - 1 : to)));
      }
      from = to + 1;
    }
    if (rows.length > 0) {
      yield { section: asSection(path, section), rows };
    }
    hash.update(bytes);
  }
  throw incomplete(path, 'it is cut off: its closing summary is missing');
}

function asSection(path: string, name: string): Section {
  if (isSection(name)) {
    return name;
  }
  throw incomplete(path, 'it is damaged: it has rows outside its lists');
}

function rowOf(path: string, line: string): unknown {
  const row = parsed(line);
  if (typeof row !== 'object' || row === null) {
    throw incomplete(path, 'it is damaged: one of its lines is not a row');
  }
  return row;
}

/**
 * A file that jq or an editor has reformatted: the same JSON, but not one row a line. Its hash cannot be checked any
 * more.
 */
async function openReformatted(path: string, size: number): Promise<SyncSource> {
  const beginsLikeJson = (await bytesAt(path, 0, 64)).toString('utf8').trimStart().startsWith('{');
  if (!beginsLikeJson) {
    throw foreign(path, 'it is no sync file (those are JSON and begin with their format)');
  }
  if (size > largestReformatted) {
    throw foreign(
      path,
      'it was reformatted (a sync file has one row per line) and is too large to be read in one piece (256 MiB)',
    );
  }
  const file = parsed(await reading(path, () => readFile(path, 'utf8')));
  if (typeof file !== 'object' || file === null || !('format' in file) || file.format !== syncFileFormat) {
    throw foreign(path, `it is no sync file: its format is not "${syncFileFormat}"`);
  }
  if (!('version' in file) || file.version !== syncFileVersion) {
    throw foreign(path, `its version is not ${syncFileVersion}, the only one that is supported`);
  }
  const closed = 'summary' in file ? closing(file.summary) : undefined;
  if (closed === undefined) {
    throw incomplete(path, 'its closing summary is missing, so it is not complete');
  }
  const lists = sections.map((section) => ({
    section,
    rows: listOf(path, file, section),
  }));
  return sourceOf({
    path,
    size,
    ...closed,
    kind: 'json',
    async *batches(signal) {
      for (const { section, rows } of lists) {
        for (let from = 0; from < rows.length; from += batchRows) {
          throwIfCancelled(signal);
          yield { section, rows: rows.slice(from, from + batchRows) };
        }
      }
    },
  });
}

function listOf(path: string, file: object, section: Section): readonly unknown[] {
  const list: unknown = Object.getOwnPropertyDescriptor(file, section)?.value;
  if (!Array.isArray(list)) {
    throw incomplete(path, `it has no list of ${section}`);
  }
  return list;
}
