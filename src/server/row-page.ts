import { create, type DescMessage, type DescMethod, type Message, toBinary } from '@bufbuild/protobuf';
import type { Row, RowPage } from '../model/row.ts';
import { encode } from '../model/wire-writer.ts';

/** A response that is already bytes: it goes onto the wire as it is. */
export class EncodedResponse {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/**
 * Encodes a page of rows as the response of a listing: the rows, and behind them the other fields. It is written from the
 * end to the beginning, since the length of a row stands in front of it.
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
