import type { FileIndex } from '../../answers/file-index.ts';
import { judgeRoles } from '../../answers/role-power.ts';
import { createThings, holdersOf } from '../policy/held.ts';
import type { Limit } from '../policy/schema.ts';
import { createRoleTables, text } from '../world.ts';
import type { Group } from './one-principal.ts';

/** A sync, open for questions: it stays open from one grant to the next. */
export interface Picture {
  readonly index: FileIndex;
  /** Epoch milliseconds: what it shows was so at some time between the two. Not a number where it does not tell. */
  readonly startedMs: number;
  readonly finishedMs: number;
}

/** What a picture is asked about one grant; nothing is read but what the answer needs. */
export interface PictureAsk {
  /**
   * How many users and keys have what is limited, without these; of more than so many it is enough to know that. They are
   * written as "user U2abc". Who has it is read once.
   */
  holders(limit: Limit, most: number, without: ReadonlySet<string>): number;
  /** The groups of a user; undefined where it does not know the user. */
  groupsOf(userId: string): readonly Group[] | undefined;
}

/** Those who have what is limited; not all of them where that takes more than is asked for. */
interface Holders {
  readonly ids: ReadonlySet<string>;
  readonly isWhole: boolean;
}

/** So many more are read than are asked for: whom we changed since is left out of the count, and they become more. */
const spare = 1_000;

const asks = new WeakMap<FileIndex, PictureAsk>();

/** One for each picture: what it makes, such as the roles that a limit means, it makes once. */
export function asking({ index }: Picture): PictureAsk {
  const known = asks.get(index) ?? createAsk(index);
  asks.set(index, known);
  return known;
}

function createAsk({ database }: FileIndex): PictureAsk {
  const tables = new Map<string, string>();
  let hasRoles = false;
  const thingsOf = ({ id, held }: Limit): string => {
    if (!hasRoles) {
      hasRoles = true;
      createRoleTables(database, judgeRoles(database, undefined, ['role']));
    }
    const known = tables.get(id);
    if (known !== undefined) {
      return known;
    }
    const table = `limited_${tables.size}`;
    createThings(database, table, held);
    tables.set(id, table);
    return table;
  };
  const read = new Map<string, Holders>();
  const firstOf = (limit: Limit, count: number): Holders => {
    const ways = holdersOf(thingsOf(limit)).map((select) => `select type, id, place from (${select})`);
    const where = limit.in === undefined ? '' : `where place in ('', ?)`;
    const rows = database.prepare(`select distinct type, id from (${ways.join(' union all ')}) ${where} limit ?`);
    const ids = rows
      .all(...(limit.in === undefined ? [] : [limit.in]), count)
      .map((row) => `${text(row, 'type')} ${text(row, 'id')}`);
    return { ids: new Set(ids), isWhole: ids.length < count };
  };
  return {
    holders: (limit, most, without) => {
      const known = read.get(limit.id);
      const enough = most + 1 + without.size;
      const holders =
        known !== undefined && (known.isWhole || known.ids.size >= enough) ? known : firstOf(limit, enough + spare);
      read.set(limit.id, holders);
      return holders.ids.size - [...without].filter((id) => holders.ids.has(id)).length;
    },
    groupsOf: (userId) => {
      const user = database.prepare('select n from user where id = ?').get(userId);
      return user === undefined
        ? undefined
        : database
            .prepare(
              `select g.id id, p.profile profile from group_member m join sso g on g.n = m.sso
              left join profile p on p.type = g.type and p.id = g.id where m.user = ?`,
            )
            .all(Number(user['n']))
            .map((row) => ({ id: text(row, 'id'), profile: text(row, 'profile') || '{}' }));
    },
  };
}
