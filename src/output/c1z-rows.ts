import { toBinary } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { GrantExpandableSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { EntitlementSchema } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { GrantSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import { ResourceSchema, ResourceTypeSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import type { Entitlement, Grant, Resource, ResourceType } from '../model/messages.ts';

/** A row by its columns. `data` is the message; `sync_id` and `discovered_at` are the database's to add. */
export type C1zRow = Readonly<Record<string, string | number | Uint8Array | null>> & {
  readonly external_id: string;
  readonly data: Uint8Array;
};

export function toResourceTypeRow(message: ResourceType): C1zRow {
  return { external_id: message.id, data: toBinary(ResourceTypeSchema, message) };
}

export function toResourceRow(message: Resource): C1zRow {
  const { id, parentResourceId } = message;
  return {
    resource_type_id: id?.resourceType ?? '',
    external_id: `${id?.resourceType ?? ''}:${id?.resource ?? ''}`,
    parent_resource_type_id: parentResourceId?.resourceType ?? null,
    parent_resource_id: parentResourceId?.resource ?? null,
    data: toBinary(ResourceSchema, message),
  };
}

export function toEntitlementRow(message: Entitlement): C1zRow {
  return {
    resource_type_id: message.resource?.id?.resourceType ?? '',
    resource_id: message.resource?.id?.resource ?? '',
    external_id: message.id,
    data: toBinary(EntitlementSchema, message),
  };
}

/**
 * A grant, filed under its entitlement's resource. What it expands to stands in a column of its own and no longer among
 * its annotations: a reader that finds it in `data` would take the file for one of an older kind.
 */
export function toGrantRow(message: Grant): C1zRow {
  const { entitlement, principal } = message;
  const annotations = message.annotations.filter((annotation) => !anyIs(annotation, GrantExpandableSchema));
  const expansion = expansionOf(message);
  return {
    resource_type_id: entitlement?.resource?.id?.resourceType ?? '',
    resource_id: entitlement?.resource?.id?.resource ?? '',
    entitlement_id: entitlement?.id ?? '',
    principal_resource_type_id: principal?.id?.resourceType ?? '',
    principal_resource_id: principal?.id?.resource ?? '',
    external_id: message.id,
    expansion,
    needs_expansion: expansion === null ? 0 : 1,
    data: toBinary(GrantSchema, { ...message, annotations }),
  };
}

/**
 * The first GrantExpandable, serialized as itself and not as an Any; null where there is none or it names no
 * entitlement.
 */
function expansionOf({ annotations }: Grant): Uint8Array | null {
  const annotation = annotations.find((candidate) => anyIs(candidate, GrantExpandableSchema));
  const expandable = annotation === undefined ? undefined : anyUnpack(annotation, GrantExpandableSchema);
  const isExpanding = expandable?.entitlementIds.some((id) => id.trim() !== '') === true;
  return expandable !== undefined && isExpanding ? toBinary(GrantExpandableSchema, expandable) : null;
}
