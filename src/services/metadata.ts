import { create } from '@bufbuild/protobuf';
import { capabilityAccountProvisioning, capabilityCredentialRotation, credentialIssue } from './credential-details.ts';
import { accountCreationSchema } from '../model/account-schema.ts';
import { actions } from '../actions/actions.ts';
import { feedWords } from '../feeds/feeds.ts';
import { Capability, type ConnectorMetadata, ConnectorMetadataSchema } from '../gen/c1/connector/v2/connector_pb.ts';
import { typeRights, type TypeRights } from '../registry.ts';

/** What a type's rights to write allow, as capabilities. */
const changing = [
  ['grant', Capability.PROVISION],
  ['create', Capability.ACCOUNT_PROVISIONING],
  ['delete', Capability.RESOURCE_DELETE],
  ['rotate', Capability.CREDENTIAL_ROTATION],
  ['issue', Capability.CREDENTIAL_ISSUE],
] as const;

/**
 * Name and abilities of the connector: every type can be synced, as a whole and one resource at a time and those that
 * need a right to write can be provisioned. What it can do is said whether or not this process was allowed to: a
 * platform decides by it what to offer.
 */
export function connectorMetadata(rights: readonly TypeRights[] = typeRights()): ConnectorMetadata {
  const read = [Capability.SYNC, Capability.TARGETED_SYNC];
  return create(ConnectorMetadataSchema, {
    displayName: 'Descope',
    helpUrl: 'https://docs.descope.com',
    description: 'Users, tenants, roles and permissions of a Descope project, and who holds what in which tenant.',
    capabilities: {
      resourceTypeCapabilities: rights
        .toSorted((left, right) => (left.type.id < right.type.id ? -1 : 1))
        .map(({ type, isOptIn, read: readLabels, write: writeLabels, can }) => ({
          resourceType: type,
          optInRequired: isOptIn,
          credentialIssue: can.issue ? credentialIssue : undefined,
          capabilities: [...read, ...changing.filter(([does]) => can[does]).map(([, capability]) => capability)],
          permissions: {
            permissions: [
              ...readLabels.map((label) => ({ permission: `read: ${label}` })),
              ...writeLabels.map((label) => ({ permission: `write: ${label}` })),
            ],
          },
        })),
      connectorCapabilities: [
        ...changing.filter(([does]) => rights.some(({ can }) => can[does])).map(([, capability]) => capability),
        ...read,
        ...(actions.length > 0 ? [Capability.ACTIONS] : []),
        ...(feedWords.length > 0 ? [Capability.EVENT_FEED_V2] : []),
        Capability.SERVICE_MODE_TARGETED_SYNC,
      ],
      credentialDetails: {
        ...(rights.some(({ can }) => can.create) && { capabilityAccountProvisioning }),
        ...(rights.some(({ can }) => can.rotate) && { capabilityCredentialRotation }),
      },
    },
    accountCreationSchema: accountCreationSchema(),
  });
}
