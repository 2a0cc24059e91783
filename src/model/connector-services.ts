import type { DescMethod } from '@bufbuild/protobuf';
import { ActionService } from '../gen/c1/connector/v2/action_pb.ts';
import { ConnectorService } from '../gen/c1/connector/v2/connector_pb.ts';
import { EntitlementsService } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { EventService } from '../gen/c1/connector/v2/event_feed_pb.ts';
import { GrantManagerService, GrantsService } from '../gen/c1/connector/v2/grant_pb.ts';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
} from '../gen/c1/connector/v2/resource_pb.ts';

/**
 * The services that this connector answers, in the order in which a Go connector registers them. The surface, the gRPC
 * server and the gRPC client are all made of this list. No two of them share a method's name.
 */
export const connectorServices = [
  ConnectorService,
  ResourceTypesService,
  ResourcesService,
  ResourceGetterService,
  EntitlementsService,
  GrantsService,
  GrantManagerService,
  ResourceManagerService,
  ResourceDeleterService,
  AccountManagerService,
  CredentialManagerService,
  EventService,
  ActionService,
] as const;

/** How gRPC calls a method: "/c1.connector.v2.GrantsService/ListGrants". */
export function methodPath({ parent, name }: Pick<DescMethod, 'parent' | 'name'>): string {
  return `/${parent.typeName}/${name}`;
}
