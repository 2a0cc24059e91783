import { create, type JsonObject } from '@bufbuild/protobuf';
import { type Any, type Timestamp, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { RawIdSchema } from '../gen/c1/connector/v2/annotation_raw_id_pb.ts';
import { type Resource, ResourceSchema, Status_ResourceStatus } from '../gen/c1/connector/v2/resource_pb.ts';
import { annotate } from './annotations.ts';
import { checkId, type ResourceRef } from './ids.ts';
import type { ResourceId } from './messages.ts';
import { type CutCounter, fitText, maxDescriptionBytes, maxDisplayNameBytes, maxStatusDetailBytes } from './text.ts';
import { isValidTimestamp } from './time.ts';

/** The protocol's three answers to "may this be used?"; `unspecified` for a word that we do not know. */
export type ResourceStatus = 'enabled' | 'disabled' | 'unspecified';

const resourceStatuses = {
  enabled: Status_ResourceStatus.ENABLED,
  disabled: Status_ResourceStatus.DISABLED,
  unspecified: Status_ResourceStatus.UNSPECIFIED,
} as const;

/** What every resource has, whatever its type. */
export interface ResourceParts {
  readonly id: string;
  readonly parent?: ResourceRef | undefined;
  readonly displayName: string;
  readonly description?: string;
  readonly profile: JsonObject;
  readonly status?: ResourceStatus;
  readonly statusDetail?: string;
  /** Epoch seconds. */
  readonly createdTime?: number | undefined;
  /** The upstream id, where it differs from ours. */
  readonly rawId?: string;
}

/**
 * The message of a resource. What is too long is cut, and counted; an id that is too long throws `upstream-contract`.
 */
export function toResource(typeId: string, parts: ResourceParts, traits: readonly Any[], cuts: CutCounter): Resource {
  const { parent, description = '', rawId = '', createdTime } = parts;
  return create(ResourceSchema, {
    id: { resourceType: typeId, resource: checkId(parts.id) },
    ...(parent !== undefined && { parentResourceId: toResourceId(parent) }),
    displayName: fitText(parts.displayName, maxDisplayNameBytes, cuts),
    description: fitText(description, maxDescriptionBytes, cuts),
    profile: parts.profile,
    annotations: [
      ...traits,
      ...(rawId === '' ? [] : [annotate(RawIdSchema, create(RawIdSchema, { id: rawId.toWellFormed() }))]),
    ],
    ...(parts.status !== undefined && {
      status: {
        status: resourceStatuses[parts.status],
        details: fitText(parts.statusDetail ?? '', maxStatusDetailBytes, cuts),
      },
    }),
    ...createdAt(createdTime),
  });
}

/** A reference in the words of the protocol. */
export function toResourceId({ typeId, id }: ResourceRef): Pick<ResourceId, 'resourceType' | 'resource'> {
  return { resourceType: typeId, resource: checkId(id) };
}

/** A time that protobuf has no words for is left out. */
export function createdAt(createdTime: number | undefined): { readonly createdAt?: Timestamp } {
  return createdTime !== undefined && isValidTimestamp(createdTime)
    ? { createdAt: timestampFromMs(createdTime * 1000) }
    : {};
}
