import { extname } from 'node:path';
import { tooNew } from '../answers/faults.ts';
import type { SyncSource } from '../answers/source.ts';
import { entitlementRow, grantRow, resourceRow } from '../model/row.ts';
import { unknownAnnotationIn } from '../sync-format/stored-rows.ts';
import type { SyncTarget } from '../sync/run.ts';

/** Every message of a source, a batch of one section at a time, into a target, which is there whole or not at all. */
export async function copySource(source: SyncSource, target: SyncTarget, signal: AbortSignal): Promise<void> {
  try {
    for await (const batch of source.messages(signal)) {
      await target.resourceTypes(
        batch.flatMap(({ section, message }) => (section === 'resourceTypes' ? [message] : [])),
      );
      await target.resources(
        batch.flatMap(({ section, message }) => (section === 'resources' ? [resourceRow(message)] : [])),
      );
      await target.entitlements(
        batch.flatMap(({ section, message }) => (section === 'entitlements' ? [entitlementRow(message)] : [])),
      );
      await target.grants(batch.flatMap(({ section, message }) => (section === 'grants' ? [grantRow(message)] : [])));
    }
    await target.finish((contentHash) => ({ ...(source.wholeSummary ?? madeSummary(source, target)), contentHash }));
  } catch (thrown) {
    await target.discard();
    const type = unknownAnnotationIn(thrown);
    throw type === undefined ? thrown : tooNew(source.path, type);
  }
}

/** A `.c1z` of another program has no summary and does not name its project: the summary holds what is known. */
function madeSummary({ path, summary }: SyncSource, { counts }: SyncTarget): object {
  const { resourceTypes, resources, entitlements, grants } = counts;
  return {
    complete: true,
    projectId: summary.projectId ?? '',
    ...(summary.tenantRoles !== undefined && { tenantRoles: summary.tenantRoles }),
    exportedFrom: extname(path).toLowerCase(),
    startedAt: summary.startedAt,
    finishedAt: summary.finishedAt,
    counts: {
      resourceTypes,
      resources: withTotal(resources),
      entitlements: withTotal(entitlements),
      grants: withTotal(grants),
    },
  };
}

function withTotal(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return { ...counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) };
}
