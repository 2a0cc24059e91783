import type { Server } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.ts';
import { ActionService } from '../gen/c1/connector/v2/action_pb.ts';
import { AssetService } from '../gen/c1/connector/v2/asset_pb.ts';
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
import { TicketsService } from '../gen/c1/connector/v2/ticket_pb.ts';
import { RateLimitDescription_Status, RateLimiterService } from '../gen/c1/ratelimit/v1/ratelimit_pb.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import { definitionOf } from './definition.ts';
import { grantsResponse, resourcesResponse } from './row-page.ts';
import { type HandlerOptions, implementationOf, type ServiceAnswers } from './handlers.ts';
import type { DescService } from '@bufbuild/protobuf';

/** Registers every service that a Baton client may call, in the same set as a Go connector does. */
export function addServices(
  server: Server,
  surface: ConnectorSurface,
  options: HandlerOptions,
): readonly DescService[] {
  const services: DescService[] = [];
  function add<Service extends DescService>(service: Service, answers: ServiceAnswers<Service>): void {
    server.addService(definitionOf(service), implementationOf(service, answers, options));
    services.push(service);
  }

  add(ConnectorService, {
    validate: (_request, signal) => surface.validate(signal),
    getMetadata: (_request, signal) => surface.getMetadata(signal),
    cleanup: (request, signal) => surface.cleanup(request, signal),
  });
  add(ResourceTypesService, { listResourceTypes: (request, signal) => surface.listResourceTypes(request, signal) });
  add(ResourcesService, {
    listResources: async (request, signal) => resourcesResponse(await surface.listResources(request, signal)),
  });
  add(ResourceGetterService, { getResource: (request, signal) => surface.getResource(request, signal) });
  add(EntitlementsService, {
    listStaticEntitlements: (request, signal) => surface.listStaticEntitlements(request, signal),
    listEntitlements: (request, signal) => surface.listEntitlements(request, signal),
  });
  add(GrantsService, {
    listGrants: async (request, signal) => grantsResponse(await surface.listGrants(request, signal)),
  });

  add(GrantManagerService, {
    grant: (request, signal) => surface.grant(request, signal),
    revoke: (request, signal) => surface.revoke(request, signal),
  });

  // Not built yet: they answer as a Go connector does that was started without --provisioning.
  add(ResourceManagerService, { createResource: refuseProvisioning, deleteResource: refuseProvisioning });
  add(ResourceDeleterService, { deleteResourceV2: refuseProvisioning });
  add(AccountManagerService, { createAccount: refuseProvisioning });
  add(CredentialManagerService, { rotateCredential: refuseProvisioning, issueCredential: refuseProvisioning });

  // Nothing to offer, which is an answer: lists are empty, and what is asked for by name is not found.
  add(EventService, { listEventFeeds: () => ({}), listEvents: () => notFound('event feed') });
  add(ActionService, {
    listActionSchemas: () => ({}),
    getActionSchema: () => notFound('action'),
    invokeAction: () => notFound('action'),
    getActionStatus: () => notFound('action'),
  });
  add(AssetService, {});
  add(TicketsService, {});

  // Asked only by a client that started us as its child: our own pace is kept towards Descope, not here.
  add(RateLimiterService, {
    do: ({ requestToken }) => ({ requestToken, description: { status: RateLimitDescription_Status.EMPTY } }),
    report: () => ({}),
  });
  return services;
}

function refuseProvisioning(): never {
  throw new ConnectorError(
    'precondition',
    'provisioning is not enabled for this: the connector grants and revokes only',
  );
}

function notFound(what: string): never {
  throw new ConnectorError('not-found', `this connector has no such ${what}`);
}
