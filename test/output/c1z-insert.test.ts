import { DatabaseSync } from 'node:sqlite';
import { create, fromBinary } from '@bufbuild/protobuf';
import { array, assert, constantFrom, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { resourceRow } from '../../src/model/row.ts';
import { insertInto } from '../../src/output/c1z-insert.ts';
import { resourceRows } from '../../src/output/c1z-rows.ts';
import { c1zTablesSql } from '../../src/sync-format/c1z-schema.ts';

/** So many rows of one type next to each other, with a parent or without. */
interface Run {
  readonly typeId: string;
  readonly parentId: string | undefined;
  readonly count: number;
}

/** Counts on both sides of what is entered at once: 50, 10 and 1. */
const runs = array(
  record<Run>({
    typeId: constantFrom('role', "tenant's"),
    parentId: constantFrom(undefined, 'T1', 'T2'),
    count: constantFrom(1, 2, 9, 10, 11, 49, 50, 51, 61, 120),
  }),
  { maxLength: 6 },
);

describe('rows that are entered together', () => {
  it('stand in the table one by one, in their order, each with its own values and those that they share', () => {
    assert(
      property(runs, (parts) => {
        const all = parts.flatMap(({ count, ...part }) => Array.from({ length: count }, () => part));
        const messages = all.map(({ typeId, parentId }, place) =>
          create(ResourceSchema, {
            id: { resourceType: typeId, resource: `R${place}` },
            displayName: 'é'.repeat(place % 7),
            ...(parentId !== undefined && { parentResourceId: { resourceType: 'tenant', resource: parentId } }),
          }),
        );
        using database = new DatabaseSync(':memory:');
        database.exec(c1zTablesSql);

        insertInto(database, "sync's", resourceRows)(messages.map(resourceRow), '2026-11-30');

        const rows = database.prepare('select * from v1_resources order by id').all();
        expect(rows.map(({ data }) => fromBinary(ResourceSchema, data as Uint8Array))).toEqual(messages);
        expect(rows).toMatchObject(
          all.map(({ typeId, parentId }, place) => ({
            id: place + 1,
            resource_type_id: typeId,
            external_id: `${typeId}:R${place}`,
            parent_resource_type_id: parentId === undefined ? null : 'tenant',
            parent_resource_id: parentId ?? null,
            sync_id: "sync's",
            discovered_at: '2026-11-30',
          })),
        );
      }),
      { numRuns: 40 },
    );
  });
});
