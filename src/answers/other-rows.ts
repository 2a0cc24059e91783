import type { DatabaseSync } from 'node:sqlite';
import { textIn } from './access-path.ts';
import { incomplete } from './faults.ts';
import type { FileUnknown, FileUnknownResource, TypedId } from './rows.ts';
import { kindOfType } from './grant-to-row.ts';
import { createUnknownCounter, isExpected, type TypedThing, type UnknownCounts } from './unknown.ts';

/**
 * Enters rows of the kind `unknown` into an index: `other` holds the resources, `other_grant` the grants of them and to
 * them.
 */
export interface OtherWriter {
  put(row: FileUnknown): void;
  /** What this version does not know among them; undefined where there is nothing of the kind. */
  unknown(): UnknownCounts | undefined;
  /** How many resources there are, and grants of them and to them. */
  counts(): { readonly resources: number; readonly grants: number };
}

/** `thingOf` gives the number of a thing that we know, and refuses one that the file does not list. */
export function createOtherWriter(
  path: string,
  database: DatabaseSync,
  thingOf: (kind: string, id: string) => number,
): OtherWriter {
  const counter = createUnknownCounter();
  const putResource = database.prepare(
    `insert or ignore into other (${resourceColumns.join(', ')}) values (${resourceColumns.map(() => '?').join(', ')})`,
  );
  const putGrant = database.prepare(
    'insert or ignore into other_grant (on_type, on_id, slug, to_type, to_id, thing, details) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const hasUser = database.prepare('select 1 from user where id = ?');
  const counts = { resources: 0, grants: 0 };
  return {
    unknown: () => counter.counts(),
    counts: () => counts,
    put: (row) => {
      const isNew = (): boolean => {
        if (row.what === 'resource') {
          counts.resources += 1;
          return putResource.run(...resourceValues(row)).changes !== 0;
        }
        const { on, to, slug, metadata = {} } = row;
        const kind = kindOfType(on.typeId);
        const thing = kind === undefined ? null : thingOf(kind, on.id);
        if (to.typeId === 'user' && hasUser.get(to.id) === undefined) {
          throw incomplete(path, 'it grants something to a user that it does not list');
        }
        counts.grants += 1;
        return putGrant.run(on.typeId, on.id, slug, to.typeId, to.id, thing, canonical(metadata)).changes !== 0;
      };
      if (isNew() && !isExpected(row)) {
        counter.add(row);
      }
    },
  };
}

export const resourceColumns = [
  'type',
  'id',
  'name',
  'status',
  'created_at',
  'expires_at',
  'owner_type',
  'owner_id',
  'creator_type',
  'creator_id',
  'is_non_human',
  'profile',
];

export function resourceValues(row: FileUnknownResource): (string | number)[] {
  const { typeId, id, name, status, createdAt = '', expiresAt, owner, creator, isNonHuman, profile = {} } = row;
  const reference = (to: TypedId | undefined): string[] => [to?.typeId ?? '', to?.id ?? ''];
  return [
    typeId,
    id,
    name,
    status,
    createdAt,
    expiresAt,
    ...reference(owner),
    ...reference(creator),
    Number(isNonHuman),
    canonical(profile),
  ];
}

/** JSON that is equal for equal objects, whatever the order of their keys: files of different kinds differ in it. */
export function canonical(object: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(object).toSorted(([one], [other]) => (one < other ? -1 : 1))),
  );
}

/** A thing from the columns type, id and name, each with a prefix. */
export function typedThingIn(row: Readonly<Record<string, unknown>>, prefix: string): TypedThing {
  return {
    type: textIn(row, `${prefix}_type`),
    id: textIn(row, `${prefix}_id`),
    name: textIn(row, `${prefix}_name`),
  };
}
