import { toBinary } from '@bufbuild/protobuf';
import { ResourceTypeSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import type { ResourceType } from '../model/messages.ts';
import type { EntitlementRow, GrantRow, ResourceRow } from '../model/row.ts';
import type { WireWriter } from '../model/wire-writer.ts';
import type { C1zTable } from '../sync-format/c1z.ts';

export type C1zValue = string | number | Uint8Array | null;

/**
 * How rows of a kind are told in their table. Rows next to each other mostly have the same values in the columns that
 * are `shared`: these are given once for all of them. `data` is written into the given writer, in front of what is there.
 * `sync_id` and `discovered_at` are the database's to add.
 */
export interface C1zRows<R> {
  readonly table: C1zTable;
  readonly shared: readonly string[];
  readonly sharedOf: (row: R) => readonly C1zValue[];
  readonly own: readonly string[];
  readonly ownOf: (row: R) => readonly C1zValue[];
  /** The column `data`. */
  readonly write: (row: R, out: WireWriter) => void;
}

export const typeRows: C1zRows<ResourceType> = {
  table: 'v1_resource_types',
  shared: [],
  sharedOf: () => [],
  own: ['external_id'],
  ownOf: ({ id }) => [id],
  write: (message, out) => out.raw(toBinary(ResourceTypeSchema, message)),
};

export const resourceRows: C1zRows<ResourceRow> = {
  table: 'v1_resources',
  shared: ['resource_type_id', 'parent_resource_type_id', 'parent_resource_id'],
  sharedOf: ({ typeId, parent }) => [typeId, parent?.typeId ?? null, parent?.id ?? null],
  own: ['external_id'],
  ownOf: ({ typeId, id }) => [`${typeId}:${id}`],
  write: (row, out) => row.write(out),
};

export const entitlementRows: C1zRows<EntitlementRow> = {
  table: 'v1_entitlements',
  shared: ['resource_type_id', 'resource_id'],
  sharedOf: ({ typeId, resourceId }) => [typeId, resourceId],
  own: ['external_id'],
  ownOf: ({ id }) => [id],
  write: (row, out) => row.write(out),
};

/**
 * Grants are filed under their entitlement's resource. What one expands to stands in a column of its own and no longer
 * among its annotations: a reader that finds it in `data` would take the file for one of an older kind.
 */
export const grantRows: C1zRows<GrantRow> = {
  table: 'v1_grants',
  shared: [
    'resource_type_id',
    'resource_id',
    'entitlement_id',
    'principal_resource_type_id',
    'expansion',
    'needs_expansion',
  ],
  sharedOf: ({ typeId, resourceId, entitlementId, principalTypeId, expansion = null }) => [
    typeId,
    resourceId,
    entitlementId,
    principalTypeId,
    expansion,
    expansion === null ? 0 : 1,
  ],
  own: ['principal_resource_id', 'external_id'],
  ownOf: ({ principalId, id }) => [principalId, id],
  write: (row, out) => row.writeUnexpanded(out),
};
