import type { SyncFile } from './sync-file.ts';

/**
 * A sync that is written twice, into a file and into a store. The store takes it first: it can still be refused there,
 * and then the file stays as it was, too. The summary that counts is the file's.
 */
export function both(file: SyncFile, store: SyncFile): SyncFile {
  return {
    counts: file.counts,
    resourceTypes: async (rows) => {
      await file.resourceTypes(rows);
      await store.resourceTypes(rows);
    },
    resources: async (rows) => {
      await file.resources(rows);
      await store.resources(rows);
    },
    entitlements: async (rows) => {
      await file.entitlements(rows);
      await store.entitlements(rows);
    },
    grants: async (rows) => {
      await file.grants(rows);
      await store.grants(rows);
    },
    finish: async (summary) => {
      await store.finish(summary);
      await file.finish(summary);
    },
    discard: async () => {
      await Promise.all([file.discard(), store.discard()]);
    },
  };
}
