import { toJson } from '@bufbuild/protobuf';
import { ResourceTypeSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import { annotationRegistry } from '../model/annotations.ts';
import type { ResourceType } from '../model/messages.ts';
import type { EntitlementRow, GrantRow, ResourceRow, Row } from '../model/row.ts';
import { contentHashOf, jsonLayout, type Section, sections } from '../sync-format/layout.ts';
import { type AtomicFile, createAtomicFile } from './atomic-file.ts';
import type { FileLayer } from './file-layer.ts';
import { HashedText } from './hashed-text.ts';

/** Rows written, by section and by resource type; a grant counts for the type of its entitlement's resource. */
export interface RowCounts {
  readonly resourceTypes: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly entitlements: Readonly<Record<string, number>>;
  readonly grants: Readonly<Record<string, number>>;
}

/**
 * The sync file as it grows: one JSON object, a row a line, the sections in the order of the methods. Only rows of the
 * current section or a later one may come. Nothing stands at the target before `finish`.
 */
export interface SyncFile {
  resourceTypes(rows: readonly ResourceType[]): Promise<void>;
  resources(rows: readonly ResourceRow[]): Promise<void>;
  entitlements(rows: readonly EntitlementRow[]): Promise<void>;
  grants(rows: readonly GrantRow[]): Promise<void>;
  readonly counts: RowCounts;
  /** Closes the rows, appends the summary that is made of their hash, and puts the file in its place. */
  finish(summary: (contentHash: string) => object): Promise<void>;
  /** Gives up; the target stays as it was. */
  discard(): Promise<void>;
}

export async function createSyncFile(target: string, files?: FileLayer): Promise<SyncFile> {
  return jsonInto(await createAtomicFile(target, files));
}

/** The same into a file that is begun, or into what looks like one. */
export function jsonInto(file: AtomicFile): SyncFile {
  const text = new HashedText(file);
  const { out } = text;
  const counts = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };
  let current = -1;
  let isFirstRow = true;

  /** Closes sections and opens others until the given one is open. */
  function enter(section: Section): void {
    const place = sections.indexOf(section);
    if (place < current) {
      throw new Error(`a row of "${section}" came after that section was closed`);
    }
    for (; current < place; current += 1) {
      const opening = jsonLayout.opening(sections[current + 1] ?? section);
      out.text(current === -1 ? `${jsonLayout.head}${opening}` : `${isFirstRow ? '' : '\n'}]${opening}`);
      isFirstRow = true;
    }
  }

  /** Writes rows of a section, a line each. */
  async function lines<R>(section: Section, rows: readonly R[], write: (row: R) => void): Promise<void> {
    if (rows.length === 0) {
      return;
    }
    enter(section);
    for (const row of rows) {
      out.text(isFirstRow ? '\n' : ',\n');
      isFirstRow = false;
      write(row);
      if (text.isFull) {
        await text.flush();
      }
    }
  }

  const writeRow = (row: Row<unknown>): void => row.writeJson(out);

  return {
    counts,
    resourceTypes: async (rows) => {
      await lines('resourceTypes', rows, (row) =>
        out.text(JSON.stringify(toJson(ResourceTypeSchema, row, { registry: annotationRegistry }))),
      );
      counts.resourceTypes += rows.length;
    },
    resources: async (rows) => {
      await lines('resources', rows, writeRow);
      countAll(counts.resources, rows);
    },
    entitlements: async (rows) => {
      await lines('entitlements', rows, writeRow);
      countAll(counts.entitlements, rows);
    },
    grants: async (rows) => {
      await lines('grants', rows, writeRow);
      countAll(counts.grants, rows);
    },
    finish: async (summary) => {
      enter('grants');
      out.text(isFirstRow ? ']' : '\n]');
      const contentHash = contentHashOf(await text.digest());
      await file.write(`${jsonLayout.summary}${JSON.stringify(summary(contentHash), undefined, 2)}}\n`);
      await file.commit();
    },
    discard: () => file.discard(),
  };
}

/** Adds rows to counts by resource type. */
export function countAll(counts: Record<string, number>, rows: readonly { readonly typeId: string }[]): void {
  for (const { typeId } of rows) {
    counts[typeId] = (counts[typeId] ?? 0) + 1;
  }
}
