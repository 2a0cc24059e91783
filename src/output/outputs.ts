import { extname } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { syncFileKinds } from '../sync-format/layout.ts';
import type { C1zFileOptions } from './c1z-file.ts';
import { type BeginDerived, createDerivedFile } from './derived-file.ts';
import { createNdjsonFile } from './ndjson-file.ts';
import { checkFolderTarget, checkTarget, refuseFolderName } from './place.ts';
import { createSyncFile, type SyncFile } from './sync-file.ts';
import { fullPath, isPostgres, shownStore } from '../store-url.ts';

/** Begins a file of the kind that was chosen. */
export type CreateOutput = (options: C1zFileOptions) => Promise<SyncFile>;

/**
 * The kinds of file, by extension. The first three hold all that a sync brings; two are made of it, for people; a
 * store takes sync after sync.
 */
export const outputKinds = [...syncFileKinds, '.csv', '.xlsx', '.db'] as const;
export type OutputKind = (typeof outputKinds)[number];

/** What makes the kinds that are not made here, and the names of the tables in a folder. */
export interface DerivedOutputs {
  readonly begin: BeginDerived;
  /** Begins a sync in a store. */
  readonly store?: (target: string, options: C1zFileOptions) => Promise<SyncFile>;
  readonly tableNames: readonly string[];
}

/**
 * The kind of file that a target's extension asks for. Any other extension is a `config` error, before anything is
 * done.
 */
export function kindOf(target: string): OutputKind {
  const extension = isPostgres(target) ? '.db' : extname(target).toLowerCase();
  const kind = outputKinds.find((known) => known === extension);
  if (kind === undefined) {
    throw new ConnectorError(
      'config',
      `cannot tell the format of ${shownStore(target)}: end its name with .json or .ndjson (for people and scripts), ` +
        `.c1z (for Baton's tools), .csv (a folder of tables), .xlsx (for a review) or .db (a store that answers of any ` +
        'day); a store in PostgreSQL is postgres://HOST/DATABASE',
    );
  }
  return kind;
}

/** The path in full of an output that was named; errors are those of `kindOf`, and of a name that is a folder's. */
export function targetNamed(name: string): string {
  if (kindOf(name) !== '.csv' && !isPostgres(name)) {
    refuseFolderName(name);
  }
  return fullPath(name);
}

/** What begins a file of the kind that a target's extension asks for; errors as those of `kindOf`. */
export function chooseOutput(target: string, derived?: Pick<DerivedOutputs, 'begin' | 'store'>): CreateOutput {
  switch (kindOf(target)) {
    case '.json':
      return () => createSyncFile(target);
    case '.ndjson':
      return () => createNdjsonFile(target);
    case '.c1z':
      return async (options) => await (await import('./c1z-file.ts')).createC1zFile(target, options);
    case '.csv':
    case '.xlsx':
      if (derived === undefined) {
        throw new ConnectorError('config', `cannot write ${target} here: end its name with .json, .ndjson or .c1z`);
      }
      return () => createDerivedFile(target, derived.begin);
    case '.db': {
      const store = derived?.store;
      if (store === undefined) {
        throw new ConnectorError('config', `cannot write ${target} here: end its name with .json, .ndjson or .c1z`);
      }
      return (options) => store(target, options);
    }
  }
}

/** Checks before any work that what was chosen can be put at the target. */
export async function checkOutput(target: string, { tableNames }: Pick<DerivedOutputs, 'tableNames'>): Promise<void> {
  if (isPostgres(target)) {
    return; // whoever compares it with what is there connects
  }
  await (kindOf(target) === '.csv' ? checkFolderTarget(target, tableNames) : checkTarget(target));
}

/** Whether a path or a URL names a store, and not the file of one sync. */
export function isStore(path: string): boolean {
  return isPostgres(path) || extname(path).toLowerCase() === '.db';
}
