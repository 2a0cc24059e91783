import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { type Any, anyPack, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import {
  RateLimitDescription_Status,
  RateLimitDescriptionSchema,
} from '../gen/c1/connector/v2/annotation_ratelimit_pb.ts';
import { ErrorInfoSchema } from '../gen/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from '../gen/google/rpc/status_pb.ts';
import { type Logger, whereItBroke } from '../log.ts';

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
  refused: status.FAILED_PRECONDITION,
  'rate-limited': status.UNAVAILABLE,
  unavailable: status.UNAVAILABLE,
  timeout: status.DEADLINE_EXCEEDED,
  'upstream-contract': status.FAILED_PRECONDITION,
  inconsistent: status.ABORTED,
  'local-io': status.INTERNAL,
  held: status.FAILED_PRECONDITION,
  cancelled: status.CANCELLED,
};

/** Every status that a call can end with, by name. */
export const answeredCodes: readonly string[] = [
  ...new Set([status.OK, ...Object.values(statusOfKind), status.INTERNAL]),
].map((code) => status[code]);

const detailsKey = 'grpc-status-details-bin';

/**
 * The gRPC answer for anything thrown. What was not raised on purpose leaves as "internal error"; its cause is logged.
 */
export function toServiceError(thrown: unknown, logger: Logger): ServiceError {
  const rich = toStatus(thrown, logger);
  return serviceError(rich.code, `baton-descope: ${rich.message}`, richMetadata(rich));
}

/** The same as a message, for those to whom a failure is reported rather than answered. */
export function toStatus(thrown: unknown, logger: Logger): Status {
  if (thrown instanceof ConnectorError) {
    const { kind, message, facts } = thrown;
    const detail = detailOf(kind, message, facts['resetAt']);
    return create(StatusSchema, { code: statusOfKind[kind], message, details: detail === undefined ? [] : [detail] });
  }
  const reference = randomUUID();
  logger.error('internal error', { reference, ...whereItBroke(thrown) });
  return create(StatusSchema, { code: status.INTERNAL, message: `internal error (reference ${reference})` });
}

function serviceError(code: status, details: string, metadata: Metadata): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata });
}

/**
 * Details that a client acts on. A rate limit, or a call that took too long, carries the time to ask again: the syncer
 * waits until then instead of guessing. A deliberate refusal of a grant or revoke is marked as such: the platform shows
 * its reason instead of an error.
 */
function richMetadata(rich: Status): Metadata {
  const metadata = new Metadata();
  if (rich.details.length > 0) {
    metadata.set(detailsKey, Buffer.from(toBinary(StatusSchema, rich)));
  }
  return metadata;
}

function detailOf(kind: ErrorKind, message: string, resetAt: string | number | undefined): Any | undefined {
  if (kind === 'rate-limited' || (kind === 'timeout' && typeof resetAt === 'number')) {
    const resetAtMs = typeof resetAt === 'number' ? resetAt : Date.now() + 60_000;
    const description = {
      status: RateLimitDescription_Status.OVERLIMIT,
      limit: 1n,
      remaining: 0n,
      resetAt: timestampFromMs(resetAtMs),
    };
    return anyPack(RateLimitDescriptionSchema, create(RateLimitDescriptionSchema, description));
  }
  if (kind === 'refused') {
    const info = {
      reason: 'grant_cancelled',
      domain: 'github.com/conductorone/baton-sdk',
      metadata: { reason: message },
    };
    return anyPack(ErrorInfoSchema, create(ErrorInfoSchema, info));
  }
  return undefined;
}
