import type { Row } from '../model/row.ts';
import { messageToJson } from '../model/stored-rows.ts';
import { type AtomicFile, createAtomicFile } from './atomic-file.ts';
import type { FileLayer } from './file-layer.ts';
import { HashedText } from './hashed-text.ts';
import { syncFileFormat, syncFileVersion, type SyncFile } from './sync-file.ts';

/**
 * The sync file as lines, for tools that take one JSON object after the other: first the format, then a row a line under the
 * name of its kind, last the summary. The summary's hash is that of all lines before it.
 */
export async function createNdjsonFile(target: string, files?: FileLayer): Promise<SyncFile> {
  return ndjsonInto(await createAtomicFile(target, files));
}

/** The same into a file that is begun, or into what looks like one. */
export function ndjsonInto(file: AtomicFile): SyncFile {
  const text = new HashedText(file);
  const { out } = text;
  const counts = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };

  async function lines(
    key: string,
    rows: readonly (Row<unknown> & { readonly typeId: string })[],
    counted: Record<string, number>,
  ): Promise<void> {
    for (const row of rows) {
      out.text(`{"${key}":`);
      row.writeJson(out);
      out.text('}\n');
      counted[row.typeId] = (counted[row.typeId] ?? 0) + 1;
      if (text.isFull) {
        await text.flush();
      }
    }
  }

  out.text(`${JSON.stringify({ format: syncFileFormat, version: syncFileVersion })}\n`);
  return {
    counts,
    resourceTypes: async (rows) => {
      out.text(
        rows
          .map(
            (message) => `${JSON.stringify({ resourceType: messageToJson({ section: 'resourceTypes', message }) })}\n`,
          )
          .join(''),
      );
      counts.resourceTypes += rows.length;
    },
    resources: (rows) => lines('resource', rows, counts.resources),
    entitlements: (rows) => lines('entitlement', rows, counts.entitlements),
    grants: (rows) => lines('grant', rows, counts.grants),
    finish: async (summary) => {
      const contentHash = `sha256:${await text.digest()}`;
      await file.write(`${JSON.stringify({ summary: summary(contentHash) })}\n`);
      await file.commit();
    },
    discard: () => file.discard(),
  };
}
