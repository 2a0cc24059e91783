import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import { RateLimitDescription_Status, RateLimitDescriptionSchema } from '../gen/c1/connector/v2/annotation_ratelimit_pb.ts';
import { StatusSchema } from '../gen/google/rpc/status_pb.ts';
import type { Logger } from '../log.ts';

/**
 * Which status each kind becomes, chosen for what Baton's syncer does with it: only UNAVAILABLE and DEADLINE_EXCEEDED
 * are tried again, NOT_FOUND from a list would be taken as "done". Source: the contract's section 3.10.
 */
const statusOfKind: Readonly<Record<ErrorKind, status>> = {
  config: status.FAILED_PRECONDITION,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  'not-found': status.NOT_FOUND,
  conflict: status.ALREADY_EXISTS,
  invalid: status.INVALID_ARGUMENT,
  unsupported: status.UNIMPLEMENTED,
  precondition: status.FAILED_PRECONDITION,
  'rate-limited': status.UNAVAILABLE,
  unavailable: status.UNAVAILABLE,
  timeout: status.DEADLINE_EXCEEDED,
  'upstream-contract': status.FAILED_PRECONDITION,
  inconsistent: status.ABORTED,
  'local-io': status.INTERNAL,
  cancelled: status.CANCELLED,
};

const detailsKey = 'grpc-status-details-bin';

/** The gRPC answer for anything thrown. What was not raised on purpose leaves as "internal error"; its cause is logged. */
export function toServiceError(thrown: unknown, logger: Logger): ServiceError {
  if (thrown instanceof ConnectorError) {
    return serviceError(statusOfKind[thrown.kind], `baton-descope: ${thrown.message}`, rateLimitMetadata(thrown));
  }
  const reference = randomUUID();
  logger.error('internal error', { reference, cause: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeof thrown });
  return serviceError(status.INTERNAL, `baton-descope: internal error (reference ${reference})`, new Metadata());
}

function serviceError(code: status, details: string, metadata: Metadata): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata });
}

/** The reset time of a rate limit, as a status detail: the syncer waits until then instead of guessing. */
function rateLimitMetadata({ kind, message, facts }: ConnectorError): Metadata {
  const metadata = new Metadata();
  if (kind === 'rate-limited') {
    const resetAtMs = typeof facts['resetAt'] === 'number' ? facts['resetAt'] : Date.now() + 60_000;
    const description = create(RateLimitDescriptionSchema, {
      status: RateLimitDescription_Status.OVERLIMIT,
      limit: 1n,
      remaining: 0n,
      resetAt: timestampFromMs(resetAtMs),
    });
    const rich = create(StatusSchema, { code: statusOfKind[kind], message, details: [anyPack(RateLimitDescriptionSchema, description)] });
    metadata.set(detailsKey, Buffer.from(toBinary(StatusSchema, rich)));
  }
  return metadata;
}
