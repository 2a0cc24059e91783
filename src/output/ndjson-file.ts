import { createHash } from 'node:crypto';
import { messageToJson } from '../model/stored-rows.ts';
import { createAtomicFile } from './atomic-file.ts';
import type { FileLayer } from './file-layer.ts';
import { syncFileFormat, syncFileVersion, type SyncFile } from './sync-file.ts';

/**
 * The sync file as lines, for tools that take one JSON object after the other: first the format, then a row a line under the
 * name of its kind, last the summary. The summary's hash is that of all lines before it.
 */
export async function createNdjsonFile(target: string, files?: FileLayer): Promise<SyncFile> {
  const file = await createAtomicFile(target, files);
  const hash = createHash('sha256');
  const counts = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };

  async function put(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    hash.update(bytes);
    await file.writeBytes(bytes);
  }

  async function lines(key: string, rows: readonly { readonly typeId: string; json(): string }[], counted: Record<string, number>): Promise<void> {
    let text = '';
    for (const row of rows) {
      text += `{"${key}":${row.json()}}\n`;
      counted[row.typeId] = (counted[row.typeId] ?? 0) + 1;
    }
    await put(text);
  }

  await put(`${JSON.stringify({ format: syncFileFormat, version: syncFileVersion })}\n`);
  return {
    counts,
    resourceTypes: async (rows) => {
      await put(rows.map((message) => `${JSON.stringify({ resourceType: messageToJson({ section: 'resourceTypes', message }) })}\n`).join(''));
      counts.resourceTypes += rows.length;
    },
    resources: (rows) => lines('resource', rows, counts.resources),
    entitlements: (rows) => lines('entitlement', rows, counts.entitlements),
    grants: (rows) => lines('grant', rows, counts.grants),
    finish: async (summary) => {
      await file.write(`${JSON.stringify({ summary: summary(`sha256:${hash.digest('hex')}`) })}\n`);
      await file.commit();
    },
    discard: () => file.discard(),
  };
}
