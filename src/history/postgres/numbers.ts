import type { Connection } from './connection.ts';
import { copyIn, copyLine, fromStored, toStored } from './copy.ts';
import { entitiesPerBlock } from './schema.ts';

/** Names are kept in memory up to so many; all of them are in the database. */
const mostKept = 300_000;

export type Name = readonly [type: string, id: string];

/** The numbers of things: the same for a type and an id in every sync of a project. */
export interface Numbers {
  /** Looks up the numbers of names, and gives one to each that has none: for those alone `of` can be asked, until the next call. */
  know(names: readonly Name[]): Promise<void>;
  of(type: string, id: string): number;
  /** Writes what was numbered. */
  flush(): Promise<void>;
}

/** `isFresh`: nothing of the project is in the database yet. */
export async function createNumbers(connection: Connection, project: number, isFresh: boolean): Promise<Numbers> {
  let kept = new Map<string, Map<string, number>>();
  let size = 0;
  let isAllKept = true;
  let waiting: string[] = [];
  let next = 0;
  let end = 0;

  if (!isFresh) {
    const rows = await connection.rows<{ readonly type: string; readonly id: string; readonly n: number }>(
      `select type, id, n from entity where project = $1 limit ${mostKept}`,
      [project],
    );
    isAllKept = rows.length < mostKept;
    if (isAllKept) {
      rows.forEach(({ type, id, n }) => keep(type, id, n));
    }
  }

  /** By the names as the database has them. */
  function keep(type: string, id: string, n: number): void {
    const ofType = kept.get(type) ?? new Map<string, number>();
    kept.set(type, ofType.set(id, n));
    size += 1;
  }

  function find(type: string, id: string): number | undefined {
    return kept.get(type)?.get(id);
  }

  async function flush(): Promise<void> {
    if (waiting.length > 0) {
      const text = waiting.join('');
      waiting = [];
      await copyIn(connection, 'entity (n, project, type, id)', text);
    }
  }

  async function newNumber(): Promise<number> {
    if (next === end) {
      const [row] = await connection.rows<{ readonly block: number }>(`select nextval('entity_block')::integer block`);
      next = (row?.block ?? 0) * entitiesPerBlock;
      end = next + entitiesPerBlock;
    }
    next += 1;
    return next - 1;
  }

  /** The names among these that are not kept, each once. */
  function missing(names: readonly Name[]): readonly Name[] {
    const found = new Map<string, Name>();
    for (const [type, id] of names) {
      const stored = toStored(id);
      if (find(type, stored) === undefined) {
        found.set(`${type}\0${stored}`, [type, stored]);
      }
    }
    return [...found.values()];
  }

  return {
    know: async (names) => {
      let unknown = missing(names);
      if (unknown.length === 0) {
        return;
      }
      if (size + unknown.length > mostKept) {
        kept = new Map();
        size = 0;
        isAllKept = false;
        unknown = missing(names);
      }
      if (!isAllKept) {
        await flush();
        const rows = await connection.rows<{ readonly type: string; readonly id: string; readonly n: number }>(
          `select e.type, e.id, e.n from unnest($2::text[], $3::text[]) asked (type, id)
           join entity e on e.project = $1 and e.type = asked.type and e.id = asked.id`,
          [project, unknown.map(([type]) => type), unknown.map(([, id]) => id)],
        );
        rows.forEach(({ type, id, n }) => keep(type, id, n));
      }
      for (const [type, id] of unknown) {
        if (find(type, id) === undefined) {
          const n = await newNumber();
          keep(type, id, n);
          waiting.push(copyLine([n, project, type, fromStored(id)]));
        }
      }
    },
    of: (type, id) => {
      const n = find(type, toStored(id));
      if (n === undefined) {
        throw new Error('a number was asked for before it was looked up');
      }
      return n;
    },
    flush,
  };
}
