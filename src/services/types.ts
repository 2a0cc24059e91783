import { ConnectorError } from '../errors.ts';
import { isResourceTypeId, type ResourceTypeId, resourceTypeIds } from '../model/ids.ts';
import type { ResourceType } from '../model/messages.ts';
import { resourceTypes } from '../model/resource-types.ts';
import { permissionSyncer } from '../resources/permission.ts';
import { roleBindingSyncer } from '../resources/role-binding.ts';
import { roleSyncer } from '../resources/role.ts';
import type { ResourceSyncer } from '../resources/syncer.ts';
import { tenantSyncer } from '../resources/tenant.ts';
import { userSyncer } from '../resources/user.ts';

const syncers: Readonly<Record<ResourceTypeId, ResourceSyncer>> = {
  user: userSyncer,
  tenant: tenantSyncer,
  role: roleSyncer,
  permission: permissionSyncer,
  role_binding: roleBindingSyncer,
};

/** The types as ListResourceTypes gives them. */
export const listedTypes: readonly ResourceType[] = resourceTypeIds.map((typeId) => resourceTypes[typeId]);

/** Who answers for a type, or `unsupported` for one that is none of ours. */
export function syncerOf(typeId: string): ResourceSyncer {
  if (!isResourceTypeId(typeId)) {
    throw new ConnectorError(
      'unsupported',
      `there is no resource type ${JSON.stringify(typeId.slice(0, 100))}; the types are ${resourceTypeIds.join(', ')}`,
    );
  }
  return syncers[typeId];
}

/** One resource as a text, by which a targeted read is found again. */
export function resourceKey(typeId: string, id: string): string {
  return `${typeId}:${id}`;
}
