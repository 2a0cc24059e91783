import { create } from '@bufbuild/protobuf';
import {
  SkipEntitlementsAndGrantsSchema,
  SkipEntitlementsSchema,
} from '../gen/c1/connector/v2/annotation_resource_tree_pb.ts';
import { TypeScopedGrantsSchema } from '../gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import { type ResourceType, ResourceType_Trait, ResourceTypeSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import { marker } from './annotations.ts';
import type { ResourceTypeId } from './ids.ts';

/**
 * The five resource types, as ListResourceTypes gives them. Users come first: a client that keeps this order has read
 * all of them before it asks for anything that is derived from them.
 */
export const resourceTypes: Readonly<Record<ResourceTypeId, ResourceType>> = {
  user: create(ResourceTypeSchema, {
    id: 'user',
    displayName: 'User',
    description: 'A person or test account of the project, of every status.',
    traits: [ResourceType_Trait.USER],
    annotations: [marker(SkipEntitlementsAndGrantsSchema)],
  }),
  tenant: create(ResourceTypeSchema, {
    id: 'tenant',
    displayName: 'Tenant',
    description: 'A customer organisation of the project.',
    traits: [ResourceType_Trait.GROUP],
    annotations: [marker(SkipEntitlementsSchema)],
  }),
  role: create(ResourceTypeSchema, {
    id: 'role',
    displayName: 'Role',
    description: 'A role of the whole project, or one that a tenant defines for itself.',
    traits: [ResourceType_Trait.ROLE],
    annotations: [marker(SkipEntitlementsSchema)],
  }),
  permission: create(ResourceTypeSchema, {
    id: 'permission',
    displayName: 'Permission',
    description: 'What a role allows. Granted to roles only: edit the role in Descope to change it.',
    annotations: [marker(SkipEntitlementsSchema)],
  }),
  role_binding: create(ResourceTypeSchema, {
    id: 'role_binding',
    displayName: 'Role in tenant',
    description: 'A project role, held inside one tenant only.',
    traits: [ResourceType_Trait.SCOPE_BINDING],
    annotations: [marker(SkipEntitlementsSchema), marker(TypeScopedGrantsSchema)],
  }),
};
