import type { ResourceType } from '../model/messages.ts';
import type { GrantRow, ResourceRow } from '../model/row.ts';
import type { AtomicFile } from './atomic-file.ts';
import { jsonInto, type SyncFile } from './sync-file.ts';

/**
 * A kind of file that can be made only from all rows, as it takes them: resources first, then grants. Nothing stands at
 * the target before `finish`.
 */
export interface DerivedRows {
  resourceTypes(rows: readonly ResourceType[]): void;
  resources(rows: readonly ResourceRow[]): void;
  grants(rows: readonly GrantRow[]): void;
  /** Makes the file of the rows and of the summary of the sync, which is whole. */
  finish(summary: object): Promise<void>;
  /** Takes away what the rows were kept in; never throws. */
  discard(): Promise<void>;
}

/** Begins what is put at the target. */
export type BeginDerived = (target: string) => Promise<DerivedRows>;

/**
 * Writes a sync into a kind of file that is derived. Its summary carries the hash of the sync file that the same rows
 * would be, so that one tells whether the project has changed, whatever kind of file was written.
 */
export async function createDerivedFile(target: string, begin: BeginDerived): Promise<SyncFile> {
  const derived = await begin(target);
  const hashed = jsonInto(nowhere);
  return {
    counts: hashed.counts,
    resourceTypes: async (rows) => {
      await hashed.resourceTypes(rows);
      derived.resourceTypes(rows);
    },
    resources: async (rows) => {
      await hashed.resources(rows);
      derived.resources(rows);
    },
    entitlements: (rows) => hashed.entitlements(rows),
    grants: async (rows) => {
      await hashed.grants(rows);
      derived.grants(rows);
    },
    finish: async (summary) => {
      let told: object = {};
      await hashed.finish((contentHash) => (told = summary(contentHash)));
      try {
        await derived.finish(told);
      } finally {
        await derived.discard();
      }
    },
    discard: () => derived.discard(),
  };
}

/** Takes text that only its hash is wanted of. Nothing waits for a disk here, so others are given a turn. */
const nowhere: AtomicFile = {
  write: async () => undefined,
  writeBytes: async () => await new Promise(setImmediate),
  commit: async () => undefined,
  discard: async () => undefined,
};
