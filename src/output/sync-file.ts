import { createHash } from 'node:crypto';
import { type DescMessage, type MessageShape, toJson } from '@bufbuild/protobuf';
import { EntitlementSchema } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { GrantSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import { ResourceSchema, ResourceTypeSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import { annotationRegistry } from '../model/annotations.ts';
import type { Entitlement, Grant, Resource, ResourceType } from '../model/messages.ts';
import { createAtomicFile } from './atomic-file.ts';
import type { FileLayer } from './file-layer.ts';

export const syncFileFormat = 'baton-descope.sync';
export const syncFileVersion = 1;

const sections = ['resourceTypes', 'resources', 'entitlements', 'grants'] as const;
type Section = (typeof sections)[number];

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
  resourceType(row: ResourceType): Promise<void>;
  resource(row: Resource): Promise<void>;
  entitlement(row: Entitlement): Promise<void>;
  grant(row: Grant): Promise<void>;
  readonly counts: RowCounts;
  /** Closes the rows, appends the summary that is made of their hash, and puts the file in its place. */
  finish(summary: (contentHash: string) => object): Promise<void>;
  /** Gives up; the target stays as it was. */
  discard(): Promise<void>;
}

export async function createSyncFile(target: string, files?: FileLayer): Promise<SyncFile> {
  const file = await createAtomicFile(target, files);
  const hash = createHash('sha256');
  const counts = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };
  let current = -1;
  let isFirstRow = true;

  async function put(text: string): Promise<void> {
    hash.update(text);
    await file.write(text);
  }

  /** Closes sections and opens others until the given one is open. */
  async function enter(section: Section): Promise<void> {
    const place = sections.indexOf(section);
    if (place < current) {
      throw new Error(`a row of "${section}" came after that section was closed`);
    }
    for (; current < place; current += 1) {
      const opened = `,"${sections[current + 1] ?? ''}":[`;
      await put(current === -1 ? `{"format":"${syncFileFormat}","version":${syncFileVersion}${opened}` : `${isFirstRow ? '' : '\n'}]${opened}`);
      isFirstRow = true;
    }
  }

  async function row<Desc extends DescMessage>(section: Section, schema: Desc, message: MessageShape<Desc>): Promise<void> {
    await enter(section);
    await put(`${isFirstRow ? '' : ','}\n${JSON.stringify(toJson(schema, message, { registry: annotationRegistry }))}`);
    isFirstRow = false;
  }

  return {
    counts,
    resourceType: async (message) => {
      await row('resourceTypes', ResourceTypeSchema, message);
      counts.resourceTypes += 1;
    },
    resource: async (message) => {
      await row('resources', ResourceSchema, message);
      countOne(counts.resources, message.id?.resourceType);
    },
    entitlement: async (message) => {
      await row('entitlements', EntitlementSchema, message);
      countOne(counts.entitlements, message.resource?.id?.resourceType);
    },
    grant: async (message) => {
      await row('grants', GrantSchema, message);
      countOne(counts.grants, message.entitlement?.resource?.id?.resourceType);
    },
    finish: async (summary) => {
      await enter('grants');
      await put(`${isFirstRow ? '' : '\n'}]`);
      await file.write(`,"summary":${JSON.stringify(summary(`sha256:${hash.digest('hex')}`), undefined, 2)}}\n`);
      await file.commit();
    },
    discard: () => file.discard(),
  };
}

function countOne(counts: Record<string, number>, typeId = 'unknown'): void {
  counts[typeId] = (counts[typeId] ?? 0) + 1;
}
