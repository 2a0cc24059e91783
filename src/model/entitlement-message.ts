import { create } from '@bufbuild/protobuf';
import { EntitlementImmutableSchema } from '../gen/c1/connector/v2/annotation_entitlement_pb.ts';
import {
  type Entitlement,
  Entitlement_PurposeValue,
  EntitlementSchema,
} from '../gen/c1/connector/v2/entitlement_pb.ts';
import { marker } from './annotations.ts';
import { entitlementIdOf, type ResourceRef } from './ids.ts';
import type { ResourceType } from './messages.ts';

/** What an entitlement is called, and what it is for. */
export interface EntitlementWords {
  readonly slug: string;
  readonly displayName: string;
  readonly description: string;
  readonly purpose: 'assignment' | 'permission';
  /** True where it can be neither granted nor revoked by itself. */
  readonly isImmutable?: boolean;
}

const purposes = {
  assignment: Entitlement_PurposeValue.ASSIGNMENT,
  permission: Entitlement_PurposeValue.PERMISSION,
} as const;

/**
 * An entitlement of a type as a template: ListStaticEntitlements gives it, and `entitlementOf` applies it to a
 * resource.
 */
export function entitlementTemplate(
  { slug, displayName, description, purpose, isImmutable = false }: EntitlementWords,
  grantableTo: readonly ResourceType[],
): Entitlement {
  return create(EntitlementSchema, {
    slug,
    displayName,
    description,
    purpose: purposes[purpose],
    grantableTo: grantableTo.map((type) => ({
      id: type.id,
      displayName: type.displayName,
      traits: [...type.traits],
    })),
    annotations: isImmutable ? [marker(EntitlementImmutableSchema)] : [],
  });
}

/** The identity of a resource that an entitlement hangs on. */
export interface EntitledResource extends ResourceRef {
  readonly displayName: string;
  readonly parent: ResourceRef | undefined;
}

/** A resource's entitlement: what the Go syncer makes of a template, in the same way and with the same id. */
export function entitlementOf(
  { typeId, id, displayName, parent }: EntitledResource,
  template: Entitlement,
): Entitlement {
  const { slug, purpose, description, grantableTo, annotations } = template;
  return create(EntitlementSchema, {
    slug,
    purpose,
    description,
    grantableTo,
    annotations,
    displayName: template.displayName === '' ? displayName : template.displayName,
    id: entitlementIdOf({ typeId, resourceId: id, slug }),
    resource: {
      id: { resourceType: typeId, resource: id },
      displayName,
      ...(parent !== undefined && { parentResourceId: { resourceType: parent.typeId, resource: parent.id } }),
    },
  });
}
