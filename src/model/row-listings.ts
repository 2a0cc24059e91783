import type { DescMethod } from '@bufbuild/protobuf';
import { grantRow, resourceRow, type Row } from './row.ts';

/**
 * The methods that answer with a page of rows in this process, by name, and how a message that came over the wire
 * becomes a row. Their rows are encoded one by one, and no message is made of them: a sync has millions. Every other
 * method answers with its message.
 */
const rowListings = { listResources: resourceRow, listGrants: grantRow };

/** The row that a method lists, by the method's name. */
export type ListedRows = { [Name in keyof typeof rowListings]: ReturnType<(typeof rowListings)[Name]> };

/** How a listed message becomes a row; undefined for a method that answers with its message. */
export function toRowOf({ localName }: DescMethod): ((message: never) => Row<unknown>) | undefined {
  return Object.hasOwn(rowListings, localName) ? rowListings[localName as keyof ListedRows] : undefined;
}
