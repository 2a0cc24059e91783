import type { DatabaseSync } from 'node:sqlite';
import { bulkInsert } from './bulk-insert.ts';
import { prepareEach } from './each-row.ts';

/** Names are kept in memory up to so many; all of them are in the database. */
const mostKept = 300_000;

/** The numbers of things: the same for a type and an id in every sync of a project. */
export interface Numbers {
  /** The number of a thing, which is given one where it has none. */
  of(type: string, id: string): number;
  /** Whether the last number that was asked for is new. */
  readonly isNew: boolean;
  /** Enters the names that wait to be entered with others. */
  flush(): void;
}

/** `isFresh`: nothing of the project is in the database yet. Nobody else may give numbers meanwhile. */
export function createNumbers(database: DatabaseSync, project: number, isFresh: boolean): Numbers {
  const find = database.prepare('select n from entity where project = ? and type = ? and id = ?');
  const names = bulkInsert(database, 'entity', ['n', 'type', 'id'], { project });
  const kept = new Map<string, Map<string, number>>();
  let last = Number(database.prepare('select max(n) n from entity').get()?.['n'] ?? 0);
  let size = 0;
  let isNew = false;
  let isAllKept = isFresh || keepAll();

  function numbered(type: string, id: string): number {
    let found: unknown;
    if (!isAllKept) {
      names.flush(); // what was forgotten here may be among them
      found = find.get(project, type, id)?.['n'];
    }
    isNew = found === undefined;
    if (isNew) {
      last += 1;
      names.put(last, type, id);
      return last;
    }
    return Number(found);
  }

  /** Takes all names at once, which is faster than one by one; false where they are too many. */
  function keepAll(): boolean {
    const count = database.prepare('select count(*) n from (select 1 from entity limit ?)').get(mostKept)?.['n'];
    if (Number(count) >= mostKept) {
      return false;
    }
    const each = prepareEach(
      database,
      { columns: ['n', 'type', 'id'], from: 'entity where project = ?' },
      (n, type, id) => keep(String(type), String(id), Number(n)),
    );
    each(project);
    return true;
  }

  function keep(type: string, id: string, n: number): void {
    let ofType = kept.get(type);
    if (ofType === undefined) {
      ofType = new Map();
      kept.set(type, ofType);
    }
    ofType.set(id, n);
    size += 1;
  }

  return {
    get isNew() {
      return isNew;
    },
    of: (type, id) => {
      const known = kept.get(type)?.get(id);
      if (known !== undefined) {
        isNew = false;
        return known;
      }
      const n = numbered(type, id);
      if (size >= mostKept) {
        kept.clear();
        size = 0;
        isAllKept = false;
      }
      keep(type, id, n);
      return n;
    },
    flush: () => names.flush(),
  };
}

/** As what resource types are numbered, and grants whose id is not made of what they grant: no type of a resource. */
export const typeEntity = '#type';
export const grantEntity = '#grant';

/** An entitlement by what stands behind the id of its resource; `isWhole` where its id does not begin with that. */
export interface Slug {
  readonly isWhole: boolean;
  readonly text: string;
}

export function slugOf(entitlementId: string, typeId: string, resourceId: string): Slug {
  const prefix = `${typeId}:${resourceId}:`;
  return entitlementId.startsWith(prefix)
    ? { isWhole: false, text: entitlementId.slice(prefix.length) }
    : { isWhole: true, text: entitlementId };
}

/** The numbers of slugs, of which there are few. */
export function createSlugs(database: DatabaseSync): (slug: Slug) => number {
  const kept = new Map<string, number>();
  return ({ isWhole, text }) => {
    const key = `${Number(isWhole)}${text}`;
    let n = kept.get(key);
    if (n === undefined) {
      const found = database.prepare('select n from slug where is_whole = ? and text = ?').get(Number(isWhole), text);
      n = Number(
        found?.['n'] ??
          database.prepare('insert into slug (is_whole, text) values (?, ?)').run(Number(isWhole), text)
            .lastInsertRowid,
      );
      kept.set(key, n);
    }
    return n;
  };
}
