import { csvFileNames } from '../answers/csv-schema.ts';
import type { DerivedOutputs } from '../output/outputs.ts';
import { printable } from '../printable.ts';
import { tell } from './tell.ts';
import { shownStore } from '../store-url.ts';

/**
 * The kinds of file that are made of all rows of a sync, tables and a spreadsheet, and the store. What makes them is
 * loaded when it is needed.
 */
export const derivedOutputs: DerivedOutputs = {
  tableNames: csvFileNames,
  store: storeKeeping(undefined),
  begin: async (target) => await (await import('./derived-files.ts')).beginDerived(target),
};

/** The store as a target, which keeps what is over for so long; for ever where that is not said. */
export function storeKeeping(keepMs: number | undefined): NonNullable<DerivedOutputs['store']> {
  return async (target, { syncId, about, isAnswering }) =>
    await (
      await import('../history/write-sync.ts')
    ).createStoreTarget(target, {
      syncId,
      projectId: about?.projectId ?? '',
      keepMs,
      isAnswering,
      onWait: () => tell('info', `waiting for another sync or command that writes to ${printable(shownStore(target))}`),
    });
}
