import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { GrantsServiceListGrantsResponseSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import { ResourcesServiceListResourcesResponseSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import type { GrantRow, ResourceRow, Row, RowPage } from '../model/row.ts';

/** A response that is already bytes: it goes onto the wire as it is. */
export class EncodedResponse {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** In both responses the list is field 1, of messages. */
const listTag = 0x0a;

export function resourcesResponse(page: RowPage<ResourceRow>): EncodedResponse {
  const { nextPageToken, annotations } = page;
  return encodePage(page, ResourcesServiceListResourcesResponseSchema, create(ResourcesServiceListResourcesResponseSchema, { nextPageToken, annotations: [...annotations] }));
}

export function grantsResponse(page: RowPage<GrantRow>): EncodedResponse {
  const { nextPageToken, annotations } = page;
  return encodePage(page, GrantsServiceListGrantsResponseSchema, create(GrantsServiceListGrantsResponseSchema, { nextPageToken, annotations: [...annotations] }));
}

/** The rows' own bytes one after the other, and behind them the rest of the response. */
function encodePage<Desc extends DescMessage>({ list }: RowPage<Row<unknown>>, schema: Desc, rest: MessageShape<Desc>): EncodedResponse {
  const tail = toBinary(schema, rest);
  const rows = list.map(({ bytes }) => bytes);
  const size = rows.reduce((sum, { length }) => sum + 1 + varintSize(length) + length, tail.length);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const row of rows) {
    bytes[at] = listTag;
    at = writeVarint(bytes, at + 1, row.length);
    bytes.set(row, at);
    at += row.length;
  }
  bytes.set(tail, at);
  return new EncodedResponse(bytes);
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest >>>= 7) {
    size += 1;
  }
  return size;
}

/** Returns the place behind it. */
function writeVarint(bytes: Buffer, from: number, value: number): number {
  let at = from;
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) {
    bytes[at] = (rest & 0x7f) | 0x80;
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}
