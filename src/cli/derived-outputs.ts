import { csvFileNames } from '../answers/csv-schema.ts';
import type { DerivedOutputs } from '../output/outputs.ts';
import { printable } from '../printable.ts';
import { tell } from './tell.ts';

/**
 * The kinds of file that are made of a complete sync file, tables and a spreadsheet, and the store. What makes them is
 * loaded when it is needed.
 */
export function derivedOutputs(signal: AbortSignal): DerivedOutputs {
  return {
    tableNames: csvFileNames,
    store: async (target, { syncId, about }) =>
      await (
        await import('../history/write-sync.ts')
      ).createStoreTarget(target, {
        syncId,
        projectId: about?.projectId ?? '',
        onWait: () => tell('info', `waiting for another sync or command that writes to ${printable(target)}`),
      }),
    convert: async (syncFile, target) => (await import('./derived-files.ts')).convert(syncFile, target, signal),
  };
}
