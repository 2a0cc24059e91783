import { createHash } from 'node:crypto';
import { type JsonValue } from '@bufbuild/protobuf';
import { messageToJson, type StoredMessage } from '../model/stored-rows.ts';
import { createAtomicFile } from './atomic-file.ts';
import type { FileLayer } from './file-layer.ts';
import { syncFileFormat, syncFileVersion, type SyncFile } from './sync-file.ts';

const keys = { resourceTypes: 'resourceType', resources: 'resource', entitlements: 'entitlement', grants: 'grant' } as const;

/**
 * The sync file as lines, for tools that take one JSON object after the other: first the format, then a row a line under the
 * name of its kind, last the summary. The summary's hash is that of all lines before it.
 */
export async function createNdjsonFile(target: string, files?: FileLayer): Promise<SyncFile> {
  const file = await createAtomicFile(target, files);
  const hash = createHash('sha256');
  const counts = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };

  async function put(object: Readonly<Record<string, JsonValue>>): Promise<void> {
    const line = `${JSON.stringify(object)}\n`;
    hash.update(line);
    await file.write(line);
  }
  const row = (stored: StoredMessage): Promise<void> => put({ [keys[stored.section]]: messageToJson(stored) });

  await put({ format: syncFileFormat, version: syncFileVersion });
  return {
    counts,
    resourceType: async (message) => {
      await row({ section: 'resourceTypes', message });
      counts.resourceTypes += 1;
    },
    resource: async (message) => {
      await row({ section: 'resources', message });
      countOne(counts.resources, message.id?.resourceType);
    },
    entitlement: async (message) => {
      await row({ section: 'entitlements', message });
      countOne(counts.entitlements, message.resource?.id?.resourceType);
    },
    grant: async (message) => {
      await row({ section: 'grants', message });
      countOne(counts.grants, message.entitlement?.resource?.id?.resourceType);
    },
    finish: async (summary) => {
      await file.write(`${JSON.stringify({ summary: summary(`sha256:${hash.digest('hex')}`) })}\n`);
      await file.commit();
    },
    discard: () => file.discard(),
  };
}

function countOne(counts: Record<string, number>, typeId = 'unknown'): void {
  counts[typeId] = (counts[typeId] ?? 0) + 1;
}
