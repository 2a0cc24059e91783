import type { DatabaseSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { fold } from '../model/fold.ts';
import { farnessFrom } from '../model/near-names.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import type { FileIndex } from './file-index.ts';
import { printable } from './printable.ts';
import { notReadIn } from './limits.ts';

/** Something that was found by name. `n` is its key among those of its type in the index. */
export interface Found {
  readonly type: string;
  readonly n: number;
  readonly id: string;
  readonly name: string;
  /** A user's login; '' for everything else. */
  readonly login: string;
}

/** What was found, and what has the same name and is meant less often, as `type:id`. */
export type Meant = Found & { readonly also: readonly string[] };

/**
 * What can be looked for: `principal` is whoever holds something, a user, a key or an app; `held` is whatever somebody can
 * have, a permission before all others, then a role, a tenant, an application.
 */
type Findable = 'user' | 'principal' | 'tenant' | 'permission' | 'held';

interface Table {
  /** Rows of type, n, id, name and login. */
  readonly rows: string;
  /** Rows of type, n and text: every text that names one. */
  readonly texts: string;
}

const users: Table = {
  rows: "select 'user' type, n, id, name, login from user",
  texts:
    "select 'user' type, user n, login text from login union all select 'user', n, email from user union all select 'user', n, name from user union all select 'user', n, id from user",
};

function things(kind: 'tenant' | 'role' | 'permission', texts: readonly string[]): Table {
  return {
    rows: `select '${kind}' type, n, id, name, '' login from thing where kind = '${kind}'`,
    texts: texts
      .map((text) => `select '${kind}' type, n, ${text} text from thing where kind = '${kind}'`)
      .join(' union all '),
  };
}

const tenants = things('tenant', ['name', 'id']);
const roles = things('role', ['role', 'name', 'id']);
const permissions = things('permission', ['id', 'name']);

/** A secret says no more than the key beside it, whose id it has. */
const isNoCopy = `not exists (select 1 from other k where k.type = o.owner_type and k.id = o.owner_id and k.id = o.id)`;
const isGranted = 'exists (select 1 from other_grant g where g.on_type = o.type and g.on_id = o.id)';

function others(condition: string): Table {
  const from = `from other o where ${condition}`;
  const texts = ['id', 'name', "profile ->> '$.name'", "profile ->> '$.email'", "profile ->> '$.client_id'"];
  return {
    rows: `select type, n, id, case name when '' then id else name end name, coalesce(profile ->> '$.email', '') login ${from}`,
    texts: texts.map((text) => `select type, n, coalesce(${text}, '') text ${from}`).join(' union all '),
  };
}

/**
 * The tables, in lists of which the first that has what is asked for decides: a user of the project is meant before an
 * administrator of the console with the same address.
 */
const tables: Readonly<Record<Findable, readonly (readonly Table[])[]>> = {
  user: [[users]],
  principal: [
    [users, others(`${isNoCopy} and o.type in ('access_key', 'access_key_secret')`)],
    [others(`${isNoCopy} and o.type not in ('access_key', 'access_key_secret')`)],
  ],
  tenant: [[tenants]],
  permission: [[permissions]],
  held: [
    [permissions],
    [roles, tenants, others(`o.type in ('application', 'third_party_app', 'project') or ${isGranted}`)],
  ],
};

/** What one of them is called, and several; `list` knows the latter. */
const nouns: Readonly<Record<Findable, readonly [string, string]>> = {
  user: ['user', 'users'],
  principal: ['user', 'users'],
  tenant: ['tenant', 'tenants'],
  permission: ['permission', 'permissions'],
  held: ['permission', 'permissions'],
};

type Searched = Pick<FileIndex, 'database' | 'path' | 'types' | 'summary' | 'hasOthers'> &
  Partial<Pick<FileIndex, 'isHumansOnly'>>;

/** How many candidates a message names. */
const mostNamed = 10;

/**
 * Finds the thing that a text names: by its id, else by an equal text, else by a text that is equal after both are
 * folded. `application:Wiki` names one of a type, where the whole text names nothing. Errors: `conflict` for a text that
 * fits several, `not-found` for one that fits none (both list candidates with their ids), and `config` for a blank text.
 */
export function find(index: Searched, kind: Findable, asked: string): Meant {
  const { database } = index;
  addFold(database);
  if (fold(asked) === '' && byId(database, tables[kind].flat(), asked).length === 0) {
    throw new ConnectorError('config', `the name of the ${nouns[kind][0]} is blank: give the id or the name`);
  }
  const [type, name] = typedIn(index, asked);
  const [found = [], ...others] = tables[kind]
    .map((group) => search(database, group, asked))
    .filter(({ length }) => length > 0);
  const typed = found.length > 0 || type === undefined ? found : search(database, tables[kind].flat(), name, type);
  const [only, ...more] = typed;
  if (more.length > 0) {
    throw ambiguous(kind, asked, typed);
  }
  if (only === undefined) {
    throw unknown(index, kind, asked, nearest(database, tables[kind].flat(), name, type));
  }
  return { ...only, also: others.flat().map((other) => `${other.type}:${other.id}`) };
}

/** The type and the name in "application:Wiki", where there is such a type; else the whole text as a name. */
function typedIn({ types }: Searched, asked: string): readonly [string | undefined, string] {
  const at = asked.indexOf(':');
  const type = asked.slice(0, Math.max(0, at));
  return types.has(type) ? [type, asked.slice(at + 1)] : [undefined, asked];
}

/** Those that a text names best. */
function search(database: DatabaseSync, group: readonly Table[], asked: string, type?: string): readonly Found[] {
  const isWanted = (found: Found): boolean => type === undefined || found.type === type;
  const exact = byId(database, group, asked).filter(isWanted);
  if (exact.length > 0) {
    return exact;
  }
  for (const condition of ['text = ?', 'fold(text) = fold(?)']) {
    const found = database
      .prepare(
        `select * from (${rowsOf(group)}) where (type, n) in (select type, n from (${textsOf(group)}) where ${condition}) order by id, type limit ${mostNamed * 2}`,
      )
      .all(asked)
      .map(toFound)
      .filter(isWanted);
    if (found.length > 0) {
      return found;
    }
  }
  return [];
}

function byId(database: DatabaseSync, group: readonly Table[], id: string): readonly Found[] {
  return database
    .prepare(`select * from (${rowsOf(group)}) where id = ? order by type`)
    .all(id)
    .map(toFound);
}

function rowsOf(group: readonly Table[]): string {
  return group.map(({ rows }) => rows).join(' union all ');
}

function textsOf(group: readonly Table[]): string {
  return group.map(({ texts }) => texts).join(' union all ');
}

/** Makes `fold` known to the database. */
export function addFold(database: DatabaseSync): void {
  database.function('fold', { deterministic: true }, (text) => fold(String(text)));
}

function toFound(row: Readonly<Record<string, unknown>>): Found {
  return {
    type: String(row['type']),
    n: Number(row['n']),
    id: String(row['id']),
    name: String(row['name']),
    login: String(row['login']),
  };
}

/** The things with the most similar names, nearest first. */
function nearest(database: DatabaseSync, group: readonly Table[], asked: string, type?: string): readonly Found[] {
  const farness = farnessFrom(asked);
  database.function('farness', { deterministic: true }, (text) => farness(String(text)));
  const isWanted = type === undefined ? '' : 'and r.type = ?';
  return database
    .prepare(
      `with near as (select type, n, min(farness(text)) far from (${textsOf(group)}) group by type, n) select r.* from near join (${rowsOf(group)}) r on r.type = near.type and r.n = near.n where far is not null ${isWanted} order by far, r.id limit ${mostNamed + 1}`,
    )
    .all(...(type === undefined ? [] : [type]))
    .map(toFound);
}

function ambiguous(kind: Findable, asked: string, found: readonly Found[]): ConnectorError {
  const isOneType = found.every(({ type }) => type === found[0]?.type);
  const what = isOneType ? typeInWords(found[0]?.type ?? '', 2) : 'things';
  return new ConnectorError(
    'conflict',
    [`several ${what} match ${quoted(asked)}: give the id of one`, ...candidates(kind, found)].join('\n'),
  );
}

function unknown(searched: Searched, kind: Findable, asked: string, near: readonly Found[]): ConnectorError {
  const { path, hasOthers, isHumansOnly } = searched;
  const [singular, plural] = nouns[kind];
  const noun =
    kind === 'held'
      ? 'permission, role or other thing to hold'
      : kind === 'principal' && hasOthers
        ? 'user, key or app'
        : singular;
  const where =
    isHumansOnly === true && kind === 'principal' ? ` among the people (keys are left out: --humans-only)` : '';
  const what = `there is no ${noun} ${quoted(asked)} in ${printable(path)}${where}`;
  const [only, ...more] = near;
  if (only === undefined) {
    // It may be of a type that the file does not tell of.
    const notRead = kind === 'held' || kind === 'principal' ? notReadIn(searched) : undefined;
    const all = `${what}; \`baton-descope list ${plural}\` shows all of them`;
    return new ConnectorError('not-found', [all, ...(notRead === undefined ? [] : [notRead.words])].join('\n'));
  }
  if (more.length === 0) {
    return new ConnectorError('not-found', `${what}; did you mean ${inWords(kind, only)}?`);
  }
  return new ConnectorError(
    'not-found',
    [`${what}; did you mean one of these? Give its id`, ...candidates(kind, near)].join('\n'),
  );
}

function candidates(kind: Findable, found: readonly Found[]): readonly string[] {
  const ids = found.slice(0, mostNamed).map((one) =>
    [typedId(kind, one), nameAndLogin(one)]
      .filter((text) => text !== '')
      .map((text) => `  ${text}`)
      .join(''),
  );
  return [...ids, ...(found.length > mostNamed ? ['  and more'] : [])];
}

/** The id, with the type before it where it is not the usual one of what is looked for. */
function typedId(kind: Findable, { type, id }: Found): string {
  return printable(type === nouns[kind][0] ? id : `${type}:${id}`);
}

/** "Ada Lovelace <ada@acme.example> (U2...)", "Acme (acme-1)", or an id alone where it is the name, too. */
function inWords(kind: Findable, found: Found): string {
  const name = nameAndLogin(found);
  return name === '' ? JSON.stringify(typedId(kind, found)) : `${name} (${typedId(kind, found)})`;
}

function nameAndLogin({ id, name, login }: Found): string {
  const parts = [name === id ? '' : printable(name), ['', id, name].includes(login) ? '' : `<${printable(login)}>`];
  return parts.filter((part) => part !== '').join(' ');
}

function quoted(text: string): string {
  return JSON.stringify(printable(text));
}
