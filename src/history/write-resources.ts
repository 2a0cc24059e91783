import { rowOfResourceBytes } from '../answers/c1z-tables.ts';
import { rowOfPlain } from '../answers/listed-rows.ts';
import type { ResourceType } from '../model/messages.ts';
import type { EntitlementRow, ResourceRow, Row } from '../model/row.ts';
import type { Section } from '../sync-format/layout.ts';
import { messageToBytes } from '../sync-format/stored-rows.ts';
import { ownColumns, tableOf, type ResourceTable, type Value, valuesOf } from './columns.ts';
import { bulkInsert } from './bulk-insert.ts';
import { damaged } from './faults.ts';
import { createSlugs, slugOf, typeEntity } from './numbers.ts';
import { createReadAhead, type StandingRow } from './read-ahead.ts';
import { isSameMessage } from './same-message.ts';
import type { VersionTable } from './schema.ts';
import { bytesOf, type Writing } from './writing.ts';

/** Enters resource types, resources and entitlements: a version for each that is new, or is no longer what it was. */
export interface ResourceWriter {
  type(message: ResourceType): void;
  resource(row: ResourceRow): void;
  entitlement(row: EntitlementRow): void;
  /** Enters what waits to be entered with others. */
  flush(): void;
}

/** How rows of one table are found and entered. */
interface Table {
  /** The version that stands, for a thing's number and whatever else tells its rows apart. */
  find(keys: readonly number[]): StandingRow | undefined;
  end(v: number): void;
  drop(v: number): void;
  put(v: number, keys: readonly number[], values: readonly Value[]): void;
  flush(): void;
}

export function createResourceWriter(writing: Writing): ResourceWriter {
  const { database, numbers, digest, tally, references, sync } = writing;
  const tables = new Map<VersionTable, Table>();
  const slugs = createSlugs(database);
  const putLogins = bulkInsert(database, 'login_row', ['v', 'login']);
  const dropLogins = database.prepare('delete from login_row where v = ?');

  function table(name: VersionTable): Table {
    let found = tables.get(name);
    if (found === undefined) {
      found = createTable(writing, name);
      tables.set(name, found);
    }
    return found;
  }

  /** Returns the version that was begun; undefined where the row is what it was. */
  function enter(
    section: Section,
    name: VersionTable,
    keys: readonly number[],
    isNew: boolean,
    bytes: Uint8Array,
    values: () => readonly Value[],
  ): number | undefined {
    const rows = table(name);
    const before = isNew ? undefined : rows.find(keys);
    if (before !== undefined) {
      const old = before.data;
      if (old === undefined) {
        throw damaged(writing.path, 'a message is missing in it');
      }
      if (isSameMessage(section, old, bytes)) {
        if (before.since !== sync) {
          tally.keep(name, before.v);
        }
        return undefined;
      }
      digest.remove(old);
      if (before.since === sync) {
        rows.drop(before.v); // it came twice in this sync: the last one stays, as in a file
        putLogins.flush();
        dropLogins.run(before.v);
        writing.dropMessage(before.v);
        tally.add(name, -1);
      } else {
        rows.end(before.v);
        tally.end(name);
      }
    }
    digest.add(bytes);
    const v = writing.newVersion(name, bytes);
    rows.put(v, keys, values());
    return v;
  }

  return {
    type: (message) => {
      const n = numbers.of(typeEntity, message.id);
      enter(
        'resourceTypes',
        'type_row',
        [n],
        numbers.isNew,
        messageToBytes({ section: 'resourceTypes', message }),
        () => [],
      );
    },
    resource: (row) => {
      const name = tableOf(row.typeId);
      const n = numbers.of(row.typeId, row.id);
      references.list(name, n);
      const logins: string[] = [];
      const bytes = written(row);
      const v = enter('resources', name, [n], numbers.isNew, bytes, () => {
        const told =
          rowOfPlain(row) ?? rowOfResourceBytes(bytes, () => ({ section: 'resources', message: row.message }));
        if (told === undefined) {
          throw damaged(writing.path, 'one of the resources has no id');
        }
        if (told.kind === 'user') {
          logins.push(...told.loginIds);
        }
        return valuesOf(told);
      });
      if (v !== undefined) {
        logins.forEach((login) => putLogins.put(v, login));
      }
    },
    entitlement: (row) => {
      const n = numbers.of(row.typeId, row.resourceId);
      const slug = slugs(slugOf(row.id, row.typeId, row.resourceId));
      enter('entitlements', 'entitlement_row', [n, slug], false, written(row), () => []);
    },
    flush: () => {
      tables.forEach((rows) => rows.flush());
      putLogins.flush();
    },
  };
}

function written(row: Row<unknown>): Uint8Array {
  return bytesOf((out) => row.write(out));
}

function createTable(writing: Writing, name: VersionTable): Table {
  const { database, project, sync } = writing;
  const keyColumns = name === 'entitlement_row' ? ['n', 'slug'] : ['n'];
  const own = Object.hasOwn(ownColumns, name) ? ownColumns[name as ResourceTable] : []; // as the keys say
  const find = database.prepare(
    `select r.v v, r.since since, m.data data from ${name} r left join message m on m.v = r.v
     where ${keyColumns.map((key) => `r.${key} = ?`).join(' and ')} and r.until is null`,
  );
  const end = database.prepare(`update ${name} set until = ? where v = ?`);
  const drop = database.prepare(`delete from ${name} where v = ?`);
  const rows = bulkInsert<Value>(database, name, ['v', ...keyColumns, ...own], { project, since: sync });
  const flush = (): void => {
    rows.flush();
    writing.flush();
  };
  const ahead = createReadAhead(database, { table: name, keyColumns, project }, flush);

  function findOne(keys: readonly number[]): StandingRow | undefined {
    flush(); // it may have come before
    const row = find.get(...keys);
    const data = row?.['data'];
    return row === undefined
      ? undefined
      : {
          v: Number(row['v']),
          since: Number(row['since']),
          data: data instanceof Uint8Array ? data : undefined,
        };
  }

  return {
    find: (keys) => ahead.find(keys) ?? findOne(keys),
    end: (v) => {
      end.run(sync, v);
    },
    drop: (v) => {
      rows.flush();
      drop.run(v);
    },
    put: (v, keys, values) => {
      rows.put(v, ...keys, ...values);
    },
    flush: () => rows.flush(),
  };
}
