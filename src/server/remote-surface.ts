import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import { ConnectorService } from '../gen/c1/connector/v2/connector_pb.ts';
import { EntitlementsService } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { GrantManagerService, GrantsService } from '../gen/c1/connector/v2/grant_pb.ts';
import { ResourceGetterService, ResourcesService, ResourceTypesService } from '../gen/c1/connector/v2/resource_pb.ts';
import type { Any } from '../model/messages.ts';
import { grantRow, resourceRow, type RowPage } from '../model/row.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import { methodDefinition } from './definition.ts';

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

  function call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    signal?: AbortSignal,
  ): Promise<MessageShape<O>> {
    const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
    return new Promise((resolve, reject) => {
      const pending = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        create(method.input, request),
        (error, message) => {
          signal?.removeEventListener('abort', cancel);
          if (error !== null || message === undefined) {
            reject(toConnectorError(error));
          } else {
            resolve(message as MessageShape<O>); // responseDeserialize makes exactly the method's output
          }
        },
      );
      const cancel = (): void => pending.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  return {
    close: () => client.close(),
    validate: (signal) => call(ConnectorService.method.validate, {}, signal),
    getMetadata: (signal) => call(ConnectorService.method.getMetadata, {}, signal),
    cleanup: (request, signal) => call(ConnectorService.method.cleanup, request, signal),
    listResourceTypes: (request, signal) => call(ResourceTypesService.method.listResourceTypes, request, signal),
    listResources: async (request, signal) =>
      ofRows(await call(ResourcesService.method.listResources, request, signal), resourceRow),
    getResource: (request, signal) => call(ResourceGetterService.method.getResource, request, signal),
    listStaticEntitlements: (request, signal) =>
      call(EntitlementsService.method.listStaticEntitlements, request, signal),
    listEntitlements: (request, signal) => call(EntitlementsService.method.listEntitlements, request, signal),
    listGrants: async (request, signal) =>
      ofRows(await call(GrantsService.method.listGrants, request, signal), grantRow),
    grant: (request, signal) => call(GrantManagerService.method.grant, request, signal),
    revoke: (request, signal) => call(GrantManagerService.method.revoke, request, signal),
  };
}

function ofRows<Message, R>(
  {
    list,
    nextPageToken,
    annotations,
  }: { readonly list: readonly Message[]; readonly nextPageToken: string; readonly annotations: readonly Any[] },
  toRow: (message: Message) => R,
): RowPage<R> {
  return { list: list.map(toRow), nextPageToken, annotations };
}

function toConnectorError(error: ServiceError | null): ConnectorError {
  return new ConnectorError(
    kindOfStatus[error?.code ?? status.UNKNOWN] ?? 'upstream-contract',
    error?.details ?? 'the connector answered with nothing',
  );
}
