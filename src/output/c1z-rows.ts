import { toBinary } from '@bufbuild/protobuf';
import { ResourceTypeSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import type { ResourceType } from '../model/messages.ts';
import type { EntitlementRow, GrantRow, ResourceRow } from '../model/row.ts';
import { WireWriter } from '../model/wire-writer.ts';
import type { C1zTable } from '../sync-format/c1z.ts';

export type C1zValue = string | number | Uint8Array | null;

/**
 * The columns of the tables that rows of a sync go into, in the order of the values below; `sync_id` and
 * `discovered_at` are the database's to add.
 */
export const c1zColumns = {
  v1_resource_types: ['external_id', 'data'],
  v1_resources: ['resource_type_id', 'external_id', 'parent_resource_type_id', 'parent_resource_id', 'data'],
  v1_entitlements: ['resource_type_id', 'resource_id', 'external_id', 'data'],
  v1_grants: [
    'resource_type_id',
    'resource_id',
    'entitlement_id',
    'principal_resource_type_id',
    'principal_resource_id',
    'external_id',
    'expansion',
    'needs_expansion',
    'data',
  ],
} as const satisfies Record<C1zTable, readonly string[]>;

/** Messages are written here, one over the other: SQLite keeps a copy of what it is given. */
const out = new WireWriter();

function bytesOf(write: (out: WireWriter) => void): Uint8Array {
  out.clear();
  write(out);
  return out.written;
}

export function valuesOfType(message: ResourceType): C1zValue[] {
  return [message.id, toBinary(ResourceTypeSchema, message)];
}

/** The values of a row; its bytes are good until those of the next one are asked for. */
export function valuesOfResource(row: ResourceRow): C1zValue[] {
  const { typeId, parent } = row;
  const data = bytesOf((writer) => row.write(writer));
  return [typeId, `${typeId}:${row.id}`, parent?.typeId ?? null, parent?.id ?? null, data];
}

/** As of a resource. */
export function valuesOfEntitlement(row: EntitlementRow): C1zValue[] {
  return [row.typeId, row.resourceId, row.id, bytesOf((writer) => row.write(writer))];
}

/**
 * As of a resource; filed under its entitlement's resource. What it expands to stands in a column of its own and no
 * longer among its annotations: a reader that finds it in `data` would take the file for one of an older kind.
 */
export function valuesOfGrant(row: GrantRow): C1zValue[] {
  const { expansion = null } = row;
  return [
    row.typeId,
    row.resourceId,
    row.entitlementId,
    row.principalTypeId,
    row.principalId,
    row.id,
    expansion,
    expansion === null ? 0 : 1,
    bytesOf((writer) => row.writeUnexpanded(writer)),
  ];
}
