import { create, type JsonObject } from '@bufbuild/protobuf';
import { type Any, type Timestamp, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { EntitlementImmutableSchema } from '../gen/c1/connector/v2/annotation_entitlement_pb.ts';
import { GrantExpandableSchema, GrantMetadataSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { RawIdSchema } from '../gen/c1/connector/v2/annotation_raw_id_pb.ts';
import {
  GroupTraitSchema,
  RoleTraitSchema,
  ScopeBindingTraitSchema,
  UserTrait_AccountType,
  UserTraitSchema,
} from '../gen/c1/connector/v2/annotation_trait_pb.ts';
import {
  type Entitlement,
  Entitlement_PurposeValue,
  EntitlementSchema,
} from '../gen/c1/connector/v2/entitlement_pb.ts';
import { type Grant, GrantSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import { type Resource, ResourceSchema, Status_ResourceStatus } from '../gen/c1/connector/v2/resource_pb.ts';
import { annotate, marker } from './annotations.ts';
import { checkId, type EntitledTypeId, entitlementId, entitlementSlugs, grantId, type ResourceTypeId } from './ids.ts';
import { resourceTypes } from './resource-types.ts';
import { isValidTimestamp } from './time.ts';
import { type CutCounter, fitText, maxDescriptionBytes, maxDisplayNameBytes, maxStatusDetailBytes } from './text.ts';

/** The protocol's three answers to "may this be used?"; `unspecified` for a word that we do not know. */
export type ResourceStatus = 'enabled' | 'disabled' | 'unspecified';

const resourceStatuses = {
  enabled: Status_ResourceStatus.ENABLED,
  disabled: Status_ResourceStatus.DISABLED,
  unspecified: Status_ResourceStatus.UNSPECIFIED,
} as const;

/** UserTrait.Status numbers its values as Resource's Status does. */
export const userStatuses = { enabled: 1, disabled: 2, unspecified: 0 } as const;

export interface ResourceParts {
  readonly id: string;
  readonly parentTenantId?: string;
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

function toResource(typeId: ResourceTypeId, parts: ResourceParts, traits: readonly Any[], cuts: CutCounter): Resource {
  const { parentTenantId = '', description = '', rawId = '', createdTime } = parts;
  return create(ResourceSchema, {
    id: { resourceType: typeId, resource: checkId(parts.id) },
    ...(parentTenantId !== '' && { parentResourceId: { resourceType: 'tenant', resource: checkId(parentTenantId) } }),
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

/** A time that protobuf has no words for is left out. */
function createdAt(createdTime: number | undefined): { readonly createdAt?: Timestamp } {
  return createdTime !== undefined && isValidTimestamp(createdTime)
    ? { createdAt: timestampFromMs(createdTime * 1000) }
    : {};
}

export interface UserParts extends ResourceParts {
  readonly emails: readonly string[];
  readonly login: string;
  readonly loginAliases: readonly string[];
  readonly givenName: string;
  readonly middleName: string;
  readonly familyName: string;
  readonly mfaEnabled: boolean;
  readonly ssoEnabled: boolean;
}

/** A user. Status, profile and creation time are filled in both on the resource and on the trait: readers differ. */
export function toUserResource(parts: UserParts, cuts: CutCounter): Resource {
  const { createdTime, status = 'unspecified' } = parts;
  const trait = create(UserTraitSchema, {
    emails: parts.emails.map((address, index) => ({ address, isPrimary: index === 0 })),
    status: { status: userStatuses[status], details: fitText(parts.statusDetail ?? '', maxStatusDetailBytes) },
    profile: parts.profile,
    accountType: UserTrait_AccountType.HUMAN,
    login: parts.login,
    loginAliases: [...parts.loginAliases],
    ...createdAt(createdTime),
    mfaStatus: { mfaEnabled: parts.mfaEnabled },
    ssoStatus: { ssoEnabled: parts.ssoEnabled },
    structuredName: {
      givenName: parts.givenName,
      familyName: parts.familyName,
      middleNames: parts.middleName === '' ? [] : [parts.middleName],
    },
  });
  return toResource('user', parts, [annotate(UserTraitSchema, trait)], cuts);
}

export function toTenantResource(parts: ResourceParts, cuts: CutCounter): Resource {
  return toResource(
    'tenant',
    parts,
    [annotate(GroupTraitSchema, create(GroupTraitSchema, { profile: parts.profile }))],
    cuts,
  );
}

export function toRoleResource(parts: ResourceParts, cuts: CutCounter): Resource {
  return toResource(
    'role',
    parts,
    [annotate(RoleTraitSchema, create(RoleTraitSchema, { profile: parts.profile }))],
    cuts,
  );
}

export function toPermissionResource(parts: ResourceParts, cuts: CutCounter): Resource {
  return toResource('permission', parts, [], cuts);
}

export interface BindingParts extends ResourceParts {
  readonly roleResourceId: string;
  readonly tenantId: string;
}

export function toBindingResource(parts: BindingParts, cuts: CutCounter): Resource {
  const trait = create(ScopeBindingTraitSchema, {
    roleId: { resourceType: 'role', resource: parts.roleResourceId },
    scopeResourceId: { resourceType: 'tenant', resource: parts.tenantId },
  });
  return toResource('role_binding', parts, [annotate(ScopeBindingTraitSchema, trait)], cuts);
}

interface EntitlementWords {
  readonly displayName: string;
  readonly description: string;
  readonly purpose: Entitlement_PurposeValue;
  readonly grantableTo: readonly ResourceTypeId[];
  readonly isImmutable: boolean;
}

const entitlementWords: Readonly<Record<EntitledTypeId, EntitlementWords>> = {
  tenant: {
    displayName: 'Member',
    description: 'Belongs to the tenant. Taking it away drops every role held inside the tenant.',
    purpose: Entitlement_PurposeValue.ASSIGNMENT,
    grantableTo: ['user'],
    isImmutable: false,
  },
  role: {
    displayName: 'Assigned',
    description: 'Holds the role: in the whole project, or in the one tenant that defines it.',
    purpose: Entitlement_PurposeValue.ASSIGNMENT,
    grantableTo: ['user'],
    isImmutable: false,
  },
  role_binding: {
    displayName: 'Assigned',
    description: 'Holds the project role inside this one tenant.',
    purpose: Entitlement_PurposeValue.ASSIGNMENT,
    grantableTo: ['user'],
    isImmutable: false,
  },
  permission: {
    displayName: 'Granted',
    description: 'Is allowed by a role. Changed by editing the role in Descope.',
    purpose: Entitlement_PurposeValue.PERMISSION,
    grantableTo: ['role', 'role_binding'],
    isImmutable: true,
  },
};

/** The one entitlement of a type, as a template: ListStaticEntitlements gives it, and `entitlementOf` applies it. */
export function entitlementTemplate(typeId: EntitledTypeId): Entitlement {
  const { displayName, description, purpose, grantableTo, isImmutable } = entitlementWords[typeId];
  return create(EntitlementSchema, {
    slug: entitlementSlugs[typeId],
    displayName,
    description,
    purpose,
    grantableTo: grantableTo.map((id) => ({
      id,
      displayName: resourceTypes[id].displayName,
      traits: [...resourceTypes[id].traits],
    })),
    annotations: isImmutable ? [marker(EntitlementImmutableSchema)] : [],
  });
}

/** The identity of a resource that an entitlement hangs on. */
export interface EntitledResource {
  readonly typeId: EntitledTypeId;
  readonly id: string;
  readonly displayName: string;
  readonly parentTenantId: string;
}

/** A resource's entitlement: what the Go syncer makes of a template, in the same way and with the same id. */
export function entitlementOf(
  { typeId, id, displayName, parentTenantId }: EntitledResource,
  template = entitlementTemplate(typeId),
): Entitlement {
  const { slug, purpose, description, grantableTo, annotations } = template;
  return create(EntitlementSchema, {
    slug,
    purpose,
    description,
    grantableTo,
    annotations,
    displayName: template.displayName === '' ? displayName : template.displayName,
    id: entitlementId(typeId, id),
    resource: {
      id: { resourceType: typeId, resource: id },
      displayName,
      ...(parentTenantId !== '' && { parentResourceId: { resourceType: 'tenant', resource: parentTenantId } }),
    },
  });
}

/** A grant, by identities only: the entitlement's id and its resource's id, and the principal's id. */
export function toGrant(
  typeId: EntitledTypeId,
  resourceId: string,
  principalTypeId: ResourceTypeId,
  principalId: string,
  annotations: Any[] = [],
): Grant {
  const entitlement = entitlementId(typeId, resourceId);
  return create(GrantSchema, {
    id: grantId(entitlement, principalTypeId, principalId),
    entitlement: { id: entitlement, resource: { id: { resourceType: typeId, resource: resourceId } } },
    principal: { id: { resourceType: principalTypeId, resource: principalId } },
    annotations,
  });
}

/**
 * A permission granted to a role or a binding, passed on to the users who hold that directly. Where it holds in one
 * tenant only, the tenant is said in GrantMetadata: an expanded grant tells that somebody can, not where.
 */
export function toConferringGrant(
  permissionName: string,
  principalTypeId: 'role' | 'role_binding',
  principalId: string,
  tenantId: string,
): Grant {
  const expandable = create(GrantExpandableSchema, {
    entitlementIds: [entitlementId(principalTypeId, principalId)],
    shallow: true,
    resourceTypeIds: ['user'],
  });
  return toGrant('permission', permissionName, principalTypeId, principalId, [
    annotate(GrantExpandableSchema, expandable),
    ...(tenantId === ''
      ? []
      : [annotate(GrantMetadataSchema, create(GrantMetadataSchema, { metadata: { tenant_id: tenantId } }))]),
  ]);
}
