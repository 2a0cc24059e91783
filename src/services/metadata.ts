import { create } from '@bufbuild/protobuf';
import { actions } from '../actions/actions.ts';
import { Capability, type ConnectorMetadata, ConnectorMetadataSchema } from '../gen/c1/connector/v2/connector_pb.ts';
import { typeRights, type TypeRights } from '../registry.ts';

/**
 * Name and abilities of the connector: every type can be synced, as a whole and one resource at a time, and those that
 * need a right to write can be provisioned. What it can do is said whether or not this process was allowed to: a
 * platform decides by it what to offer.
 */
export function connectorMetadata(rights: readonly TypeRights[] = typeRights()): ConnectorMetadata {
  const read = [Capability.SYNC, Capability.TARGETED_SYNC];
  const provision = rights.some(({ write }) => write.length > 0) ? [Capability.PROVISION] : [];
  return create(ConnectorMetadataSchema, {
    displayName: 'Descope',
    helpUrl: 'https://docs.descope.com',
    description: 'Users, tenants, roles and permissions of a Descope project, and who holds what in which tenant.',
    capabilities: {
      resourceTypeCapabilities: rights
        .toSorted((left, right) => (left.type.id < right.type.id ? -1 : 1))
        .map(({ type, isOptIn, read: readLabels, write: writeLabels }) => ({
          resourceType: type,
          optInRequired: isOptIn,
          capabilities: [...read, ...(writeLabels.length > 0 ? [Capability.PROVISION] : [])],
          permissions: {
            permissions: [
              ...readLabels.map((label) => ({ permission: `read: ${label}` })),
              ...writeLabels.map((label) => ({ permission: `write: ${label}` })),
            ],
          },
        })),
      connectorCapabilities: [
        ...provision,
        ...read,
        ...(actions.length > 0 ? [Capability.ACTIONS] : []),
        Capability.SERVICE_MODE_TARGETED_SYNC,
      ],
      credentialDetails: {},
    },
  });
}
