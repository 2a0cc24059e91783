import { csvFileNames } from '../answers/csv-schema.ts';
import type { DerivedOutputs } from '../output/outputs.ts';

/**
 * The kinds of file that are made of a complete sync file: tables, and a spreadsheet. What makes them is loaded when it
 * is needed.
 */
export function derivedOutputs(signal: AbortSignal): DerivedOutputs {
  return {
    tableNames: csvFileNames,
    convert: async (syncFile, target) => (await import('./derived-files.ts')).convert(syncFile, target, signal),
  };
}
