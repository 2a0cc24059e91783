import type { DatabaseSync } from 'node:sqlite';
import { textIn } from './access-path.ts';
import { incomplete } from './faults.ts';
import type { FileUnknown } from './rows.ts';
import { kindOfType } from './grant-to-row.ts';
import { createUnknownCounter, type TypedThing, type UnknownCounts } from './unknown.ts';

/**
 * Enters rows of the kind `unknown` into an index: `other` holds the resources, `other_grant` the grants of them and to
 * them.
 */
export interface UnknownWriter {
  put(row: FileUnknown): void;
  counts(): UnknownCounts | undefined;
}

/** `thingOf` gives the number of a thing that we know, and refuses one that the file does not list. */
export function createUnknownWriter(
  path: string,
  database: DatabaseSync,
  thingOf: (kind: string, id: string) => number,
): UnknownWriter {
  const counter = createUnknownCounter();
  const putOther = database.prepare('insert or ignore into other (type, id, name) values (?, ?, ?)');
  const putGrant = database.prepare(
    'insert or ignore into other_grant (on_type, on_id, to_type, to_id, thing) values (?, ?, ?, ?, ?)',
  );
  const hasUser = database.prepare('select 1 from user where id = ?');
  return {
    counts: () => counter.counts(),
    put: (row) => {
      if (row.what === 'resource') {
        if (putOther.run(row.typeId, row.id, row.name).changes !== 0) {
          counter.add(row);
        }
        return;
      }
      const { on, to } = row;
      const kind = kindOfType(on.typeId);
      const thing = kind === undefined ? null : thingOf(kind, on.id);
      if (to.typeId === 'user' && hasUser.get(to.id) === undefined) {
        throw incomplete(path, 'it grants something to a user that it does not list');
      }
      if (putGrant.run(on.typeId, on.id, to.typeId, to.id, thing).changes !== 0) {
        counter.add(row);
      }
    },
  };
}

/** A thing from the columns type, id and name, each with a prefix. */
export function typedThingIn(row: Readonly<Record<string, unknown>>, prefix: string): TypedThing {
  return {
    type: textIn(row, `${prefix}_type`),
    id: textIn(row, `${prefix}_id`),
    name: textIn(row, `${prefix}_name`),
  };
}
