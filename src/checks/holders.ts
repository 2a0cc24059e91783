import type { DatabaseSync } from 'node:sqlite';

/** Who holds what directly, by numbers: the holders of a thing are read as one text, several times as fast as row by row. */
export interface Holders {
  /** One more than the highest number of a user. */
  readonly users: number;
  /** The holders of a thing: good until the next call. */
  readonly of: (thing: number) => Uint32Array;
  /** To how many tenants each user belongs, by number; counted once. */
  readonly memberships: () => Uint32Array;
  /** Who cannot log in: 1 at the number of each; read once. */
  readonly shut: () => Uint8Array;
}

/** Several rules ask for the holders of one thing, so they are kept, four bytes each, until so many are. */
const mostKept = 16_000_000;
/** Holders of small things are kept together, so many in one piece of memory. */
const pieceLength = 64 * 1024;

export function createHolders(database: DatabaseSync): Holders {
  const users = Number(database.prepare('select coalesce(max(n), 0) + 1 n from user').get()?.['n']);
  const holders = database.prepare('select count(*) count, group_concat(user) users from holding where thing = ?');
  const kept = new Map<number, readonly [piece: Uint32Array, from: number, to: number]>();
  let keptCount = 0;
  let piece = new Uint32Array();
  let used = 0;
  const of = (thing: number): Uint32Array => {
    const known = kept.get(thing);
    if (known !== undefined) {
      return known[0].subarray(known[1], known[2]);
    }
    const { count: held, users: list } = holders.get(thing) ?? {};
    const count = Number(held);
    if (piece.length - used < count) {
      piece = new Uint32Array(Math.max(pieceLength, count));
      used = 0;
    }
    const found = piece.subarray(used, used + count);
    if (typeof list === 'string') {
      numbersIn(list, found);
    }
    if (keptCount + count <= mostKept) {
      kept.set(thing, [piece, used, used + count]);
      keptCount += count;
      used += count;
    }
    return found;
  };
  const memberships = once(() => {
    const counts = new Uint32Array(users);
    for (const { n } of database.prepare(`select n from thing where kind = 'tenant'`).all()) {
      for (const user of of(Number(n))) {
        counts[user] = (counts[user] ?? 0) + 1;
      }
    }
    return counts;
  });
  const shut = once(() => {
    const marks = new Uint8Array(users);
    for (const { user } of database.prepare('select user from shut').iterate()) {
      marks[Number(user)] = 1;
    }
    return marks;
  });
  return { users, of, memberships, shut };
}

/** What is made when it is first asked for, and kept. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const comma = 44;
const zero = 48;

/** Writes the whole numbers of a list such as "3,17,204". */
function numbersIn(list: string, into: Uint32Array): void {
  let count = 0;
  let value = 0;
  for (let at = 0; at < list.length; at++) {
    const code = list.charCodeAt(at);
    if (code === comma) {
      into[count++] = value;
      value = 0;
    } else {
      value = value * 10 + code - zero;
    }
  }
  into[count] = value;
}
