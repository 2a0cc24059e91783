import { EventEmitter, once } from 'node:events';
import { fromBinary } from '@bufbuild/protobuf';
import { type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ConnectorService } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import { StatusSchema } from '../../src/gen/google/rpc/status_pb.ts';
import { implementationOf } from '../../src/server/handlers.ts';

/** A call as grpc-js hands one over, as far as we look at it; what is replied is told by its event. */
function startCall(
  answer: (signal: AbortSignal) => Promise<object>,
  longestCallMs?: number,
): { readonly call: EventEmitter; readonly replied: Promise<unknown> } {
  const call = Object.assign(new EventEmitter(), {
    request: {},
    metadata: { get: (): readonly string[] => [] },
    getDeadline: () => Number.POSITIVE_INFINITY,
  });
  const { cleanup } = implementationOf(
    ConnectorService,
    { cleanup: async (_request, signal) => await answer(signal) },
    longestCallMs === undefined ? {} : { longestCallMs },
  );
  const replied = once(call, 'replied');
  (cleanup as (call: EventEmitter, reply: (error: unknown) => void) => void)(call, (error) =>
    call.emit('replied', error),
  );
  return { call, replied };
}

describe('the signal of a call', () => {
  it('fires when the caller goes away before the answer', async () => {
    let seen: AbortSignal | undefined;
    const { call, replied } = startCall(async (signal) => {
      seen = signal;
      await once(signal, 'abort');
      return {};
    });

    call.emit('cancelled');
    await replied;

    expect(seen?.aborted).toBe(true);
  });

  it('does not fire for the cancellation that grpc-js reports behind every answer', async () => {
    let seen: AbortSignal | undefined;
    const { call, replied } = startCall(async (signal) => {
      seen = signal;
      return await Promise.resolve({});
    });
    await replied;

    call.emit('cancelled');

    expect(seen?.aborted).toBe(false);
  });
});

describe('a caller without a deadline', () => {
  it('is answered after ours with DEADLINE_EXCEEDED and a time to ask again, and the work is stopped', async () => {
    let seen: AbortSignal | undefined;
    const { replied } = startCall((signal) => {
      seen = signal;
      return new Promise(() => undefined); // work that never ends, and does not look at its signal
    }, 20);

    const [error] = (await replied) as [ServiceError];

    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
    expect(error.details).toContain('ask again');
    const rich = fromBinary(StatusSchema, error.metadata.get('grpc-status-details-bin')[0] as Buffer);
    expect(rich.details.map(({ typeUrl }) => typeUrl)).toEqual([
      'type.googleapis.com/c1.connector.v2.RateLimitDescription',
    ]);
    expect(seen?.aborted).toBe(true);
  });
});
