import { create } from '@bufbuild/protobuf';
import { Capability, type ConnectorMetadata, ConnectorMetadataSchema } from '../gen/c1/connector/v2/connector_pb.ts';
import type { ResourceTypeId } from '../model/ids.ts';
import { resourceTypes } from '../model/resource-types.ts';

/** The endpoints that the management key must be allowed to call: to read a type, and to change who holds it. */
export interface TypeRights {
  readonly typeId: ResourceTypeId;
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** One row a type. */
const typeRights: readonly TypeRights[] = [
  { typeId: 'user', read: ['POST /v2/mgmt/user/search', 'GET /v1/mgmt/user'], write: [] },
  {
    typeId: 'tenant',
    read: ['GET /v1/mgmt/tenant/all'],
    write: ['POST /v1/mgmt/user/update/tenant/add', 'POST /v1/mgmt/user/update/tenant/remove'],
  },
  {
    typeId: 'role',
    read: ['GET /v1/mgmt/role/all'],
    write: ['POST /v1/mgmt/user/update/role/add', 'POST /v1/mgmt/user/update/role/remove'],
  },
  { typeId: 'permission', read: ['GET /v1/mgmt/permission/all'], write: [] },
  {
    typeId: 'role_binding',
    read: ['GET /v1/mgmt/role/all', 'GET /v1/mgmt/tenant/all'],
    write: ['POST /v1/mgmt/user/update/role/add', 'POST /v1/mgmt/user/update/role/remove'],
  },
];

/**
 * Name and abilities of the connector: every type can be synced, as a whole and one resource at a time, and those that need
 * a right to write can be provisioned. What it can do is said whether or not this process was allowed to: a platform decides
 * by it what to offer.
 */
export function connectorMetadata(rights: readonly TypeRights[] = typeRights): ConnectorMetadata {
  const read = [Capability.SYNC, Capability.TARGETED_SYNC];
  const provision = rights.some(({ write }) => write.length > 0) ? [Capability.PROVISION] : [];
  return create(ConnectorMetadataSchema, {
    displayName: 'Descope',
    helpUrl: 'https://docs.descope.com',
    description: 'Users, tenants, roles and permissions of a Descope project, and who holds what in which tenant.',
    capabilities: {
      resourceTypeCapabilities: rights
        .toSorted((left, right) => (left.typeId < right.typeId ? -1 : 1))
        .map(({ typeId, read: readLabels, write: writeLabels }) => ({
          resourceType: resourceTypes[typeId],
          capabilities: [...read, ...(writeLabels.length > 0 ? [Capability.PROVISION] : [])],
          permissions: {
            permissions: [
              ...readLabels.map((label) => ({ permission: `read: ${label}` })),
              ...writeLabels.map((label) => ({ permission: `write: ${label}` })),
            ],
          },
        })),
      connectorCapabilities: [...provision, ...read, Capability.SERVICE_MODE_TARGETED_SYNC],
      credentialDetails: {},
    },
  });
}
