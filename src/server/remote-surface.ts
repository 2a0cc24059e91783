import { create, type DescMethodUnary, type Message } from '@bufbuild/protobuf';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import { toRowOf } from '../model/row-listings.ts';
import { type ConnectorSurface, surfaceOf } from '../model/surface.ts';
import { methodDefinition, rowPageOf } from './wire.ts';

const kindOfStatus: Readonly<Partial<Record<status, ErrorKind>>> = {
  [status.INVALID_ARGUMENT]: 'invalid',
  [status.NOT_FOUND]: 'not-found',
  [status.UNAUTHENTICATED]: 'unauthenticated',
  [status.PERMISSION_DENIED]: 'forbidden',
  [status.FAILED_PRECONDITION]: 'precondition',
  [status.UNIMPLEMENTED]: 'unsupported',
  [status.UNAVAILABLE]: 'unavailable',
  [status.DEADLINE_EXCEEDED]: 'timeout',
  [status.ABORTED]: 'inconsistent',
  [status.CANCELLED]: 'cancelled',
};

export interface RemoteSurface extends ConnectorSurface {
  close(): void;
}

/** A connector at the other end of a gRPC connection, as a client of the protocol sees it. */
export function connectSurface(address: string): RemoteSurface {
  const client = new Client(address, credentials.createInsecure());
  const surface = surfaceOf((method) => {
    const toRow = toRowOf(method);
    return async (request, signal) => {
      const message = await call(client, method, request, signal);
      return toRow === undefined ? message : rowPageOf(message, toRow);
    };
  });
  return { ...surface, close: () => client.close() };
}

function call(
  client: Client,
  method: DescMethodUnary,
  request: Message | undefined,
  signal: AbortSignal | undefined,
): Promise<Message> {
  const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
  return new Promise((resolve, reject) => {
    const pending = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      create(method.input, request ?? {}),
      (error, message) => {
        signal?.removeEventListener('abort', cancel);
        if (error !== null || message === undefined) {
          reject(toConnectorError(error));
        } else {
          resolve(message as Message); // responseDeserialize makes exactly the method's output
        }
      },
    );
    const cancel = (): void => pending.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

function toConnectorError(error: ServiceError | null): ConnectorError {
  return new ConnectorError(
    kindOfStatus[error?.code ?? status.UNKNOWN] ?? 'upstream-contract',
    error?.details ?? 'the connector answered with nothing',
  );
}
