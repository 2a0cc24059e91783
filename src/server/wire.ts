import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type Message,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { methodPath } from '../model/connector-services.ts';
import type { Row, RowPage } from '../model/row.ts';
import { encode } from '../model/wire-writer.ts';

/** A response that is already bytes: it goes onto the wire as it is. */
class EncodedResponse {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

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

/**
 * Encodes a page of rows as the response of a listing: the rows, and behind them the other fields. It is written from
 * the end to the beginning, since the length of a row stands in front of it.
 */
export function encodeRowPage(
  { output }: Pick<DescMethod, 'output'>,
  { list, nextPageToken, annotations }: RowPage<Row<unknown>>,
): EncodedResponse {
  const field = listFieldOf(output);
  const tail = toBinary(output, create(output, { nextPageToken, annotations: [...annotations] }));
  return new EncodedResponse(
    encode((out) => {
      out.raw(tail);
      for (let place = list.length - 1; place >= 0; place -= 1) {
        const from = out.length;
        list[place]?.write(out);
        out.close(field, from);
      }
    }),
  );
}

/** Takes the response of a listing as a page of rows. */
export function rowPageOf(response: Message, toRow: (message: never) => Row<unknown>): RowPage<Row<unknown>> {
  const { list, nextPageToken, annotations } = response as unknown as RowPage<never>; // what every listing answers
  return { list: list.map(toRow), nextPageToken, annotations };
}

function listFieldOf(output: DescMessage): number {
  const field = output.field['list'];
  if (field?.fieldKind !== 'list') {
    throw new Error(`${output.typeName} lists nothing`);
  }
  return field.number;
}
