import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isC1z } from '../sync-format/layout.ts';
import { ownerMarks } from '../sync-format/owner-marks.ts';
import { type LastSync, readLastSync } from './last-sync.ts';
import { readZipPart } from './zip-part.ts';

/** What stands at a target: the sync that it holds or was made of, as far as it tells. */
export type LastOutput = Omit<LastSync, 'counts'> & { readonly counts: LastSync['counts'] | undefined };

const largestAbout = 1024 * 1024;
const pageHeadBytes = 16 * 1024;

/**
 * What the output of ours that stands at a target tells of itself, by its content and not by its name: undefined when
 * there is none. Tables, spreadsheets, pages and graphs are extracts, and tell their project only; so does a `.c1z` that is not
 * to be unpacked.
 */
export async function readLast(target: string, signal?: AbortSignal): Promise<LastOutput | undefined> {
  const found = await stat(target).catch(() => undefined);
  if (found?.isDirectory() === true) {
    return extractOf(await projectOfTables(target));
  }
  if (found?.isFile() !== true) {
    return undefined; // a pipe would keep us waiting
  }
  const bytes = await headOf(target);
  const head = bytes.toString('utf8');
  if (isC1z(bytes)) {
    const last = await (await import('./last-c1z.ts')).readLastC1z(target, signal);
    return last === 'untold' ? { projectId: undefined, counts: undefined } : last;
  }
  if (head.startsWith('PK')) {
    return extractOf(await projectOfWorkbook(target));
  }
  if (head.startsWith(ownerMarks.graph)) {
    return extractOf(projectOfGraph(head));
  }
  const page = new RegExp(`<meta name="${ownerMarks.page}" content="([^"]*)">`).exec(head);
  return page === null ? await readLastSync(target) : extractOf(unescaped(page[1] ?? ''));
}

function extractOf(projectId: string | undefined): LastOutput | undefined {
  return projectId === undefined
    ? undefined
    : { projectId: projectId === '' ? undefined : projectId, counts: undefined };
}

async function headOf(path: string): Promise<Buffer> {
  try {
    await using handle = await open(path, 'r');
    const bytes = Buffer.alloc(pageHeadBytes);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } catch {
    return Buffer.alloc(0);
  }
}

async function projectOfTables(folder: string): Promise<string | undefined> {
  try {
    const path = join(folder, ownerMarks.table);
    const about: unknown =
      (await stat(path)).size > largestAbout ? undefined : JSON.parse(await readFile(path, 'utf8'));
    return typeof about === 'object' && about !== null && 'projectId' in about && typeof about.projectId === 'string'
      ? about.projectId
      : undefined;
  } catch {
    return undefined;
  }
}

async function projectOfWorkbook(path: string): Promise<string | undefined> {
  const part = (await readZipPart(path, ownerMarks.workbookPart, largestAbout))?.toString('utf8') ?? '';
  const property = new RegExp(`name="${ownerMarks.workbookProperty}"[^>]*>\\s*<vt:lpwstr>([^<]*)</vt:lpwstr>`).exec(
    part,
  );
  return property === null ? undefined : unescaped(property[1] ?? '');
}

/** By the first node: ids and kinds of ours have no such text in them. */
function projectOfGraph(head: string): string | undefined {
  const property = new RegExp(`"properties":\\{"${ownerMarks.graphProperty}":"((?:[^"\\\\]|\\\\.)*)"`).exec(head);
  return property === null ? undefined : String(JSON.parse(`"${property[1] ?? ''}"`));
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|apos|#39);/g, (_all, name: string) => entities[name] ?? '');
}
