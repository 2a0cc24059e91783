import {
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { methodPath } from '../model/connector-services.ts';
import { EncodedResponse } from './row-page.ts';

/** A grpc-js service definition made of a generated service: what carries our messages over the wire. */
export function definitionOf(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, methodDefinition(method)]));
}

/** A grpc-js method definition made of a generated method. */
export function methodDefinition(
  method: DescMethod,
): MethodDefinition<MessageShape<DescMessage>, MessageShape<DescMessage> | EncodedResponse> {
  return {
    path: methodPath(method),
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: (message) => toBuffer(method.input, message),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: (message) =>
      message instanceof EncodedResponse ? message.bytes : toBuffer(method.output, message),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

/** grpc-js wants a Buffer; this one shares the bytes instead of copying them. */
function toBuffer(schema: DescMessage, message: MessageShape<DescMessage>): Buffer {
  const bytes = toBinary(schema, message);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
