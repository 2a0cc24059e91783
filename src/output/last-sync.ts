import { type FileHandle, open, stat } from 'node:fs/promises';
import { z } from 'zod';
import { anyHeadOfVersion, firstTail, jsonLayout, longestSummary, ndjsonLayout } from '../sync-format/layout.ts';
import { tenantRoleWords, type TenantRoles } from '../sync-format/summary.ts';

const countsByType = z.record(z.string(), z.number().int().nonnegative());
const schema = z.object({
  summary: z.object({
    complete: z.literal(true),
    projectId: z.string(),
    tenantRoles: z.enum(tenantRoleWords).optional(),
    exportedFrom: z.string().optional(),
    counts: z.object({ resources: countsByType, grants: countsByType }),
    access_keys: z.object({ scim_keys: z.number() }).optional().catch(undefined),
  }),
});

/** What a file tells of the sync that wrote it. A `.c1z` file need not tell its project and policy. */
export interface LastSync {
  readonly projectId: string | undefined;
  readonly tenantRoles?: TenantRoles | undefined;
  /** True for the sync of another product's connector. */
  readonly isForeign?: boolean;
  /** True for the sync of a part of the project. */
  readonly isNarrow?: boolean;
  /** How many access keys it knows to be those of SCIM. */
  readonly scimKeys?: number | undefined;
  readonly counts: {
    readonly resources: Readonly<Record<string, number>>;
    readonly grants: Readonly<Record<string, number>>;
  };
}

/**
 * How a file begins, and what stands before its summary: the last place of that is where the summary begins. One
 * character of it does not belong to the summary as an object of its own.
 */
const layouts = [
  { head: `${jsonLayout.head},`, beginning: jsonLayout.summary, open: '{' },
  { head: `${ndjsonLayout.head}\n`, beginning: `\n${ndjsonLayout.summary}`, open: '' },
] as const;

/** Reads the summary of the sync file at a path, from its end. Undefined when there is none to be understood. */
export async function readLastSync(path: string): Promise<LastSync | undefined> {
  try {
    if (!(await stat(path)).isFile()) {
      return undefined; // a pipe would keep us waiting
    }
    await using handle = await open(path, 'r');
    const text = await readSummary(handle, (await handle.stat()).size);
    return text === undefined ? undefined : toLastSync(schema.safeParse(JSON.parse(text)).data);
  } catch {
    return undefined;
  }
}

/** The same of a summary that was read elsewhere. */
export function lastSyncOf(summary: unknown): LastSync | undefined {
  return toLastSync(schema.safeParse({ summary }).data);
}

function toLastSync(file: z.output<typeof schema> | undefined): LastSync | undefined {
  if (file === undefined) {
    return undefined;
  }
  const { projectId, tenantRoles, exportedFrom, counts, access_keys: keys } = file.summary;
  return {
    projectId: projectId === '' ? undefined : projectId,
    tenantRoles,
    ...(keys !== undefined && { scimKeys: keys.scim_keys }),
    // The file was made from one that others wrote. It may hold derived grants, which a sync never finds.
    counts: exportedFrom === undefined ? counts : { resources: counts.resources, grants: {} },
  };
}

/** The summary as a JSON object of its own: {"summary":...}. */
async function readSummary(handle: FileHandle, size: number): Promise<string | undefined> {
  const begins = (await readAt(handle, 0, Math.min(size, 200))).toString('latin1');
  const layout = layouts.find(({ head }) => begins.startsWith(head));
  const isReformatted = layout === undefined && anyHeadOfVersion.test(begins);
  if (layout === undefined && !isReformatted) {
    return undefined;
  }
  for (let length = Math.min(size, firstTail); length <= longestSummary; length = Math.min(size, length * 4)) {
    const tail = await readAt(handle, size - length, length);
    const text = layout === undefined ? summaryAtEnd(tail.toString('utf8')) : textBehind(tail, layout);
    if (text !== undefined || length === size) {
      return text;
    }
  }
  return undefined;
}

function textBehind(tail: Buffer, { beginning, open }: (typeof layouts)[number]): string | undefined {
  const at = tail.lastIndexOf(beginning);
  return at === -1 ? undefined : `${open}${tail.toString('utf8', at + 1)}`;
}

function summaryAtEnd(text: string): string | undefined {
  const last = [...text.matchAll(/(?<=[,\]]\s*)"summary"\s*:\s*\{/g)].at(-1);
  return last === undefined ? undefined : `{${text.slice(last.index)}`;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}
