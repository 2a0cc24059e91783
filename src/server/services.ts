import type { DescService } from '@bufbuild/protobuf';
import type { Server } from '@grpc/grpc-js';
import { AssetService } from '../gen/c1/connector/v2/asset_pb.ts';
import { TicketsService } from '../gen/c1/connector/v2/ticket_pb.ts';
import { RateLimitDescription_Status, RateLimiterService } from '../gen/c1/ratelimit/v1/ratelimit_pb.ts';
import { connectorServices } from '../model/connector-services.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import type { Answers } from '../services/answers.ts';
import { definitionOf } from './wire.ts';
import { type HandlerOptions, implementationOf } from './handlers.ts';

/**
 * Registered, since a Go connector does so, and answered by nobody. No surface has them: their descriptors cost a sync
 * time at its start.
 */
const unanswered = [AssetService, TicketsService] as const;

/**
 * Asked only by a client that started us as its child: our own pace is kept towards Descope, not here. It belongs to
 * the connection, not to the connector, so no surface has it.
 */
const rateLimiter: Answers<typeof RateLimiterService, AbortSignal> = {
  do: ({ requestToken }) => ({ requestToken, description: { status: RateLimitDescription_Status.EMPTY } }),
  report: () => ({}),
};

/** Registers every service that a Baton client may call, in the same set as a Go connector does. */
export function addServices(
  server: Server,
  surface: ConnectorSurface,
  options: HandlerOptions,
): readonly DescService[] {
  function add<Service extends DescService>(service: Service, answers: Answers<Service, AbortSignal>): void {
    server.addService(definitionOf(service), implementationOf(service, answers, options));
  }

  connectorServices.forEach((service) => add(service, surface));
  unanswered.forEach((service) => add(service, {}));
  add(RateLimiterService, rateLimiter);
  return [...connectorServices, ...unanswered, RateLimiterService];
}
