import type { Row } from '../model/row.ts';
import { contentHashOf, ndjsonLayout, type Section } from '../sync-format/layout.ts';
import { messageToJson } from '../sync-format/stored-rows.ts';
import { type AtomicFile, createAtomicFile } from './atomic-file.ts';
import type { FileLayer } from './file-layer.ts';
import { HashedText } from './hashed-text.ts';
import type { SyncFile } from './sync-file.ts';

/**
 * The sync file as lines, for tools that take one JSON object after the other: first the format, then a row a line
 * under the name of its kind, last the summary. The summary's hash is that of all lines before it.
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
    section: Section,
    rows: readonly (Row<unknown> & { readonly typeId: string })[],
    counted: Record<string, number>,
  ): Promise<void> {
    const beginning = `{"${ndjsonLayout.keys[section]}":`;
    for (const row of rows) {
      out.text(beginning);
      row.writeJson(out);
      out.text('}\n');
      counted[row.typeId] = (counted[row.typeId] ?? 0) + 1;
      if (text.isFull) {
        await text.flush();
      }
    }
  }

  out.text(`${ndjsonLayout.head}\n`);
  return {
    counts,
    resourceTypes: async (rows) => {
      out.text(
        rows
          .map(
            (message) =>
              `${JSON.stringify({ [ndjsonLayout.keys.resourceTypes]: messageToJson({ section: 'resourceTypes', message }) })}\n`,
          )
          .join(''),
      );
      counts.resourceTypes += rows.length;
    },
    resources: (rows) => lines('resources', rows, counts.resources),
    entitlements: (rows) => lines('entitlements', rows, counts.entitlements),
    grants: (rows) => lines('grants', rows, counts.grants),
    finish: async (summary) => {
      const contentHash = contentHashOf(await text.digest());
      await file.write(`${ndjsonLayout.summary}${JSON.stringify(summary(contentHash))}}\n`);
      await file.commit();
    },
    discard: () => file.discard(),
  };
}
