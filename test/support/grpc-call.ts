import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'vitest';
import { methodDefinition } from '../../src/server/wire.ts';

/** One call of a foreign client: nothing of ours between it and the wire but the message types. */
export function grpcCall<I extends DescMessage, O extends DescMessage>(
  address: string,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  cancelAfterMs?: number,
): Promise<MessageShape<O>> {
  const client = new Client(address, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
  return new Promise((resolve, reject) => {
    const pending = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      create(method.input, request),
      (error, message) => {
        client.close();
        if (error === null) {
          resolve(message as MessageShape<O>); // the method's own deserializer made it
        } else {
          reject(error);
        }
      },
    );
    if (cancelAfterMs !== undefined) {
      setTimeout(() => pending.cancel(), cancelAfterMs);
    }
  });
}

/** The error that a call ends with; fails the test when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  return await work.then(
    () => expect.fail('the call succeeded'),
    (error: unknown) => error as ServiceError,
  );
}
