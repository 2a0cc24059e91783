import type { DatabaseSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { fold } from '../model/fold.ts';
import { farnessFrom } from '../model/near-names.ts';
import type { FileIndex } from './file-index.ts';
import { printable } from './printable.ts';

/** Something that was found by name. `n` is its key in the index. */
export interface Found {
  readonly n: number | string;
  readonly id: string;
  readonly name: string;
  /** A user's login; '' for everything else. */
  readonly login: string;
}

type Findable = 'user' | 'holder' | 'tenant' | 'permission';

interface FindableTable {
  /** Rows of n, id, name and login. */
  readonly rows: string;
  /** Rows of n and text: every text that names one. */
  readonly texts: string;
  /** What one of them is called, and several; `list` knows the latter. */
  readonly singular: string;
  readonly plural: string;
}

const users = {
  rows: 'select n, id, name, login from user',
  texts:
    'select user n, login text from login union all select n, email from user union all select n, name from user union all select n, id from user',
};

const tables: Readonly<Record<Findable, FindableTable>> = {
  user: { ...users, singular: 'user', plural: 'users' },
  // a user or an access key: `n` is a number for the one, and the id for the other
  holder: {
    rows: `${users.rows} union all select id, id, case name when '' then id else name end, '' from other where type = 'access_key'`,
    texts: `${users.texts} union all select id, name from other where type = 'access_key' union all select id, id from other where type = 'access_key'`,
    singular: 'user',
    plural: 'users',
  },
  tenant: {
    rows: "select id n, id, name, '' login from tenant",
    texts: 'select id n, name text from tenant union all select id, id from tenant',
    singular: 'tenant',
    plural: 'tenants',
  },
  permission: {
    rows: "select n, id, name, '' login from thing where kind = 'permission'",
    texts:
      "select n, id text from thing where kind = 'permission' union all select n, name from thing where kind = 'permission'",
    singular: 'permission',
    plural: 'permissions',
  },
};

/** How many candidates a message names. */
const mostNamed = 10;

/**
 * Finds the thing that a text names: by its id, else by an equal text, else by a text that is equal after both are
 * folded. Errors: `conflict` for a text that fits several, `not-found` for one that fits none (both list candidates
 * with their ids), and `config` for a blank text.
 */
export function find({ database, path }: Pick<FileIndex, 'database' | 'path'>, kind: Findable, asked: string): Found {
  const { rows, texts } = tables[kind];
  const byId = database.prepare(`select * from (${rows}) where id = ?`).get(asked);
  if (byId !== undefined) {
    return toFound(byId);
  }
  if (fold(asked) === '') {
    throw new ConnectorError('config', `the name of the ${tables[kind].singular} is blank: give the id or the name`);
  }
  addFold(database);
  for (const condition of ['text = ?', 'fold(text) = fold(?)']) {
    const found = database
      .prepare(
        `select * from (${rows}) where n in (select n from (${texts}) where ${condition}) order by id limit ${mostNamed + 1}`,
      )
      .all(asked)
      .map(toFound);
    if (found.length > 1) {
      throw ambiguous(kind, asked, found);
    }
    if (found[0] !== undefined) {
      return found[0];
    }
  }
  throw unknown(kind, asked, path, nearest(database, kind, asked));
}

/** Makes `fold` known to the database. */
export function addFold(database: DatabaseSync): void {
  database.function('fold', { deterministic: true }, (text) => fold(String(text)));
}

function toFound(row: Readonly<Record<string, unknown>>): Found {
  const n = row['n'];
  return {
    n: typeof n === 'number' ? n : String(n),
    id: String(row['id']),
    name: String(row['name']),
    login: String(row['login']),
  };
}

/** The things with the most similar names, nearest first. */
function nearest(database: DatabaseSync, kind: Findable, asked: string): readonly Found[] {
  const { rows, texts } = tables[kind];
  const farness = farnessFrom(asked);
  database.function('farness', { deterministic: true }, (text) => farness(String(text)));
  return database
    .prepare(
      `with near as (select n, min(farness(text)) far from (${texts}) group by n) select r.* from near join (${rows}) r on r.n = near.n where far is not null order by far, r.id limit ${mostNamed + 1}`,
    )
    .all()
    .map(toFound);
}

function ambiguous(kind: Findable, asked: string, found: readonly Found[]): ConnectorError {
  return new ConnectorError(
    'conflict',
    [`several ${tables[kind].plural} match ${quoted(asked)}: give the id of one`, ...candidates(found)].join('\n'),
  );
}

function unknown(kind: Findable, asked: string, path: string, near: readonly Found[]): ConnectorError {
  const what = `there is no ${tables[kind].singular} ${quoted(asked)} in ${printable(path)}`;
  const [only, ...others] = near;
  if (only === undefined) {
    return new ConnectorError('not-found', `${what}; \`baton-descope list ${tables[kind].plural}\` shows all of them`);
  }
  if (others.length === 0) {
    return new ConnectorError('not-found', `${what}; did you mean ${inWords(only)}?`);
  }
  return new ConnectorError(
    'not-found',
    [`${what}; did you mean one of these? Give its id`, ...candidates(near)].join('\n'),
  );
}

function candidates(found: readonly Found[]): readonly string[] {
  const ids = found.slice(0, mostNamed).map((one) =>
    [printable(one.id), nameAndLogin(one)]
      .filter((text) => text !== '')
      .map((text) => `  ${text}`)
      .join(''),
  );
  return [...ids, ...(found.length > mostNamed ? ['  and more'] : [])];
}

/** "Ada Lovelace <ada@acme.example> (U2...)", "Acme (acme-1)", or an id alone where it is the name, too. */
function inWords(found: Found): string {
  const name = nameAndLogin(found);
  return name === '' ? quoted(found.id) : `${name} (${printable(found.id)})`;
}

function nameAndLogin({ id, name, login }: Found): string {
  const parts = [name === id ? '' : printable(name), ['', id, name].includes(login) ? '' : `<${printable(login)}>`];
  return parts.filter((part) => part !== '').join(' ');
}

function quoted(text: string): string {
  return JSON.stringify(printable(text));
}
