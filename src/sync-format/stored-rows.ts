import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type MessageShape,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { anyIs, anyUnpack, type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import { GrantExpandableSchema, GrantMetadataSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import {
  NonHumanIdentityTraitSchema,
  SecretTraitSchema,
  type UserTrait,
  UserTraitSchema,
} from '../gen/c1/connector/v2/annotation_trait_pb.ts';
import { type Entitlement, EntitlementSchema } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { type Grant, GrantSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import {
  type Resource,
  type ResourceId,
  ResourceSchema,
  type ResourceType,
  ResourceTypeSchema,
} from '../gen/c1/connector/v2/resource_pb.ts';
import { annotate, annotationRegistry, hasAnnotation } from '../model/annotations.ts';
import type { Section } from './layout.ts';

/** The four messages that a file keeps, by the name of its section. */
const schemas = {
  resourceTypes: ResourceTypeSchema,
  resources: ResourceSchema,
  entitlements: EntitlementSchema,
  grants: GrantSchema,
} as const satisfies Record<Section, DescMessage>;

/** A row of a file as the message that it is, with the section that it stands in. */
export type StoredMessage =
  | { readonly section: 'resourceTypes'; readonly message: ResourceType }
  | { readonly section: 'resources'; readonly message: Resource }
  | { readonly section: 'entitlements'; readonly message: Entitlement }
  | { readonly section: 'grants'; readonly message: Grant };

/** A message from its protobuf JSON. Throws an error of the protobuf library when it is none. */
export function messageFromJson(section: Section, json: unknown): StoredMessage {
  const read = <Desc extends DescMessage>(schema: Desc): MessageShape<Desc> =>
    fromJson(schema, json as JsonValue, { registry: annotationRegistry, ignoreUnknownFields: true }); // it came from JSON.parse
  switch (section) {
    case 'resourceTypes':
      return { section, message: read(ResourceTypeSchema) };
    case 'resources':
      return { section, message: read(ResourceSchema) };
    case 'entitlements':
      return { section, message: read(EntitlementSchema) };
    case 'grants':
      return { section, message: read(GrantSchema) };
  }
}

/** A message from its bytes. Throws an error of the protobuf library when it is none. */
export function messageFromBytes(section: Section, bytes: Uint8Array): StoredMessage {
  switch (section) {
    case 'resourceTypes':
      return { section, message: fromBinary(ResourceTypeSchema, bytes) };
    case 'resources':
      return { section, message: fromBinary(ResourceSchema, bytes) };
    case 'entitlements':
      return { section, message: fromBinary(EntitlementSchema, bytes) };
    case 'grants':
      return { section, message: fromBinary(GrantSchema, bytes) };
  }
}

/** The bytes of a message, as they are on the wire. */
export function messageToBytes({ section, message }: StoredMessage): Uint8Array {
  return toBinary(schemas[section], message);
}

/** The protobuf JSON of a row, as the sync file has it. */
export function messageToJson({ section, message }: StoredMessage): JsonValue {
  return toJson(schemas[section], message, { registry: annotationRegistry });
}

/**
 * The type of an annotation that made protobuf JSON fail, since this version does not have it: a newer one wrote it.
 * Undefined for every other error. The library tells it in its text alone.
 */
export function unknownAnnotationIn(thrown: unknown): string | undefined {
  const text = thrown instanceof Error ? thrown.message : '';
  return /([\w.]+)"? is not in the type registry$/.exec(text)?.[1];
}

/** A grant with what it expands to put back among its annotations: a `.c1z` file keeps that in a column of its own. */
export function withExpansion(message: Grant, expansion: Uint8Array | null): Grant {
  if (expansion === null || hasAnnotation(message.annotations, GrantExpandableSchema)) {
    return message;
  }
  return {
    ...message,
    annotations: [
      annotate(GrantExpandableSchema, fromBinary(GrantExpandableSchema, expansion)),
      ...message.annotations,
    ],
  };
}

/** What the user trait is called among the annotations. */
export const userTraitUrl = `type.googleapis.com/${UserTraitSchema.typeName}`;

/** The user trait among a resource's annotations, if it has one. */
export function userTraitOf({ annotations }: Resource): UserTrait | undefined {
  const annotation = annotations.find((candidate) => anyIs(candidate, UserTraitSchema));
  return annotation === undefined ? undefined : anyUnpack(annotation, UserTraitSchema);
}

/** Whether a resource is a principal that is no person, or the secret of one. */
export function isNonHuman({ annotations }: Resource): boolean {
  return hasAnnotation(annotations, NonHumanIdentityTraitSchema) || hasAnnotation(annotations, SecretTraitSchema);
}

interface TypedId {
  readonly typeId: string;
  readonly id: string;
}

/** What a secret's trait says: as whom it signs in, who made it, and until when it counts; empty for what is no secret. */
export function secretNotesOf({ annotations }: Resource): {
  readonly owner?: TypedId | undefined;
  readonly creator?: TypedId | undefined;
  readonly expiresAt?: string | undefined;
} {
  const annotation = annotations.find((candidate) => anyIs(candidate, SecretTraitSchema));
  const trait = annotation === undefined ? undefined : anyUnpack(annotation, SecretTraitSchema);
  const idOf = (id: ResourceId | undefined): TypedId | undefined => id && { typeId: id.resourceType, id: id.resource };
  return {
    owner: idOf(trait?.identityId),
    creator: idOf(trait?.createdById),
    expiresAt: trait?.expiresAt && timeOf(trait.expiresAt),
  };
}

/**
 * When a resource was created, as RFC 3339 and as protobuf JSON has it, without empty fractions; '' when it does not
 * say.
 */
export function createdAtOf({ createdAt }: Resource): string {
  return createdAt === undefined ? '' : timeOf(createdAt);
}

/** RFC 3339. */
export function timeOf(time: Timestamp): string {
  return new Date(timestampMs(time)).toISOString().replace('.000Z', 'Z');
}

/** What an edge says in its annotations: to which types it is passed on, and its metadata; empty where it says nothing. */
export function edgeNotesOf({ annotations }: Grant): {
  readonly typeIds: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
} {
  const expandable = annotations.find((candidate) => anyIs(candidate, GrantExpandableSchema));
  const noted = annotations.find((candidate) => anyIs(candidate, GrantMetadataSchema));
  return {
    typeIds: expandable === undefined ? [] : (anyUnpack(expandable, GrantExpandableSchema)?.resourceTypeIds ?? []),
    metadata: noted === undefined ? {} : (anyUnpack(noted, GrantMetadataSchema)?.metadata ?? {}),
  };
}
