import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { GrantsServiceListGrantsResponseSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import { ResourcesServiceListResourcesResponseSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import type { GrantRow, ResourceRow, Row, RowPage } from '../model/row.ts';
import { encode } from '../model/wire-writer.ts';

/** A response that is already bytes: it goes onto the wire as it is. */
export class EncodedResponse {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** In both responses. */
const listField = 1;

export function resourcesResponse(page: RowPage<ResourceRow>): EncodedResponse {
  const { nextPageToken, annotations } = page;
  return encodePage(
    page,
    ResourcesServiceListResourcesResponseSchema,
    create(ResourcesServiceListResourcesResponseSchema, { nextPageToken, annotations: [...annotations] }),
  );
}

export function grantsResponse(page: RowPage<GrantRow>): EncodedResponse {
  const { nextPageToken, annotations } = page;
  return encodePage(
    page,
    GrantsServiceListGrantsResponseSchema,
    create(GrantsServiceListGrantsResponseSchema, { nextPageToken, annotations: [...annotations] }),
  );
}

/** The rows one after the other, and behind them the rest of the response: written from the end to the beginning. */
function encodePage<Desc extends DescMessage>(
  { list }: RowPage<Row<unknown>>,
  schema: Desc,
  rest: MessageShape<Desc>,
): EncodedResponse {
  const tail = toBinary(schema, rest);
  return new EncodedResponse(
    encode((out) => {
      out.raw(tail);
      for (let place = list.length - 1; place >= 0; place -= 1) {
        const from = out.length;
        list[place]?.write(out);
        out.close(listField, from);
      }
    }),
  );
}
