import type { DatabaseSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { fold } from '../model/fold.ts';
import { addFold } from './fold-sql.ts';
import { farnessFrom } from '../model/near-names.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import type { FileIndex } from './file-index.ts';
import { broadNouns, type Findable, formerInWords, isOf, nouns, principalKinds } from './findable.ts';
import { printable, quoted } from './printable.ts';
import { notReadIn } from './limits.ts';
import { isOddText } from './odd-text.ts';

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

interface Table {
  /** Type, n, id, name and login of each. */
  readonly columns: string;
  readonly from: string;
  readonly condition?: string;
  /** Its type. */
  readonly type: string;
  /** Where texts stand that name one: the table, the column of the text and that of the number. */
  readonly texts: readonly { readonly from: string; readonly text: string; readonly n: string }[];
}

const users: Table = {
  columns: "'user' type, n, id, name, login",
  from: 'user',
  type: "'user'",
  texts: [
    { from: 'login', text: 'login', n: 'user' },
    ...['email', 'name', 'id'].map((text) => ({ from: 'user', text, n: 'n' })),
  ],
};

function things(kind: 'tenant' | 'role' | 'permission', texts: readonly string[]): Table {
  return {
    columns: `'${kind}' type, n, id, name, '' login`,
    from: 'thing',
    condition: `kind = '${kind}'`,
    type: `'${kind}'`,
    texts: texts.map((text) => ({ from: 'thing', text, n: 'n' })),
  };
}

const tenants = things('tenant', ['name', 'id']);
const roles = things('role', ['role', 'name', 'id']);
const permissions = things('permission', ['id', 'name']);

/** A secret says no more than the key beside it, whose id it has. */
const isNoCopy = `not exists (select 1 from other k where k.type = o.owner_type and k.id = o.owner_id and k.id = o.id)`;
const isGranted = 'exists (select 1 from other_grant g where g.on_type = o.type and g.on_id = o.id)';

function others(condition: string): Table {
  const texts = ['id', 'name', "profile ->> '$.name'", "profile ->> '$.email'", "profile ->> '$.client_id'"];
  return {
    columns: `type, n, id, case name when '' then id else name end name, coalesce(profile ->> '$.email', '') login`,
    from: 'other o',
    condition: `(${condition})`,
    type: 'type',
    texts: texts.map((text) => ({ from: 'other o', text: `coalesce(${text}, '')`, n: 'n' })),
  };
}

const principals: readonly (readonly Table[])[] = [
  [users, others(`${isNoCopy} and o.type in ('access_key', 'access_key_secret')`)],
  [others(`${isNoCopy} and o.type not in ('access_key', 'access_key_secret')`)],
];
/** Configurations of single sign-on, and groups. */
const signOn: Table = {
  columns: "type, n, id, name, '' login",
  from: 'sso',
  type: 'type',
  texts: ['name', 'id'].map((text) => ({ from: 'sso', text, n: 'n' })),
};

/**
 * The tables, in lists of which the first that has what is asked for decides: a user of the project is meant before an
 * administrator of the console with the same address.
 */
const heldTables = [
  [permissions],
  [roles, tenants, others(`o.type in ('application', 'third_party_app', 'project') or ${isGranted}`)],
];
const tables: Readonly<Record<Findable, readonly (readonly Table[])[]>> = {
  user: [[users]],
  principal: principals,
  somebody: [...principals, [signOn, tenants]],
  subject: [...principals, [signOn, tenants, roles]],
  tenant: [[tenants]],
  role: [[roles]],
  app: [[others("o.type in ('application', 'third_party_app')")]],
  permission: [[permissions]],
  held: heldTables,
  anything: [...principals, ...heldTables],
};

/** What is looked through. */
export type Searched = Pick<FileIndex, 'database' | 'path' | 'types' | 'summary' | 'hasOthers'> &
  Partial<Pick<FileIndex, 'isHumansOnly' | 'formerly'>>;

/** How many candidates a message names. */
export const mostNamed = 10;

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
  const folded = fold(asked);
  if (folded === '') {
    return []; // it is nobody, and not all who have no name
  }
  for (const [conditions, text] of [
    [isEqual, asked],
    [isEqualFolded, folded],
  ] as const) {
    const found = group
      .flatMap((table) => rowsOf(database, table, `n in (${numbersOf(table, conditions)})`, text))
      .filter(isWanted)
      .toSorted(byIdAndType)
      .slice(0, mostNamed * 2);
    if (found.length > 0) {
      return found;
    }
  }
  return [];
}

/** How a text is the one that is asked for: conditions of which each may be answered by an index. */
type Conditions = (text: string) => readonly string[];

const isEqual: Conditions = (text) => [`${text} = ?1 collate nocase and ${text} = ?1`];
/** Of plain texts only the case is folded: a store has them in its indexes, and the few others by themselves. */
const isEqualFolded: Conditions = (text) => [
  `${text} = ?1 collate nocase and fold(${text}) = ?1`,
  `${isOddText(text)} and fold(${text}) = ?1`,
];

/** The numbers of those that have such a text. */
function numbersOf({ texts, condition = 'true' }: Table, conditions: Conditions): string {
  return texts
    .flatMap(({ from, text, n }) =>
      conditions(text).map(
        (is) => `select ${n} from ${from} where ${is} ${from === 'login' ? '' : `and ${condition}`}`,
      ),
    )
    .join(' union ');
}

function byId(database: DatabaseSync, group: readonly Table[], id: string): readonly Found[] {
  return group.flatMap((table) => rowsOf(database, table, 'id = ?1', id)).toSorted(byIdAndType);
}

function rowsOf(database: DatabaseSync, table: Table, is: string, text: string): readonly Found[] {
  const { columns, from, condition = 'true' } = table;
  return database
    .prepare(`select ${columns} from ${from} where ${condition} and ${is} order by id, type limit ${mostNamed * 2}`)
    .all(text)
    .map(toFound);
}

function byIdAndType(one: Found, other: Found): number {
  const [left, right] = one.id === other.id ? [one.type, other.type] : [one.id, other.id];
  return left < right ? -1 : left > right ? 1 : 0;
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

/** Of more users only those are compared that have a text which begins as what was asked for, and not all of these. */
export const manyUsers = 200_000;
const mostCompared = 20_000;
export const sameLetters = 3;

/** What can be held and is called much like a text that names nothing: for a hint, nearest first. */
export function heldLike({ database }: Pick<Searched, 'database'>, asked: string): readonly string[] {
  return nearest(database, tables.held.flat(), asked).map(({ name, id }) => (name === '' ? id : name));
}

/** The things with the most similar names, nearest first. */
function nearest(database: DatabaseSync, group: readonly Table[], asked: string, type?: string): readonly Found[] {
  const farness = farnessFrom(asked);
  database.function('farness', { deterministic: true }, (text) => farness(String(text)));
  const begin = asked.slice(0, sameLetters);
  return group
    .flatMap((table) => {
      const { columns, from, condition = 'true', type: typeOf } = table;
      const isNarrow = table === users && hasManyUsers(database);
      const isWanted = type === undefined ? '?1 is null' : `${typeOf === 'type' ? 'r.type' : typeOf} = ?1`;
      return database
        .prepare(
          `with compared as (select n, farness(text) far from (${comparedIn(table, isNarrow)})),
             near as (select n, min(far) far from compared where far is not null group by n)
           select near.far far, r.* from near join (select ${columns} from ${from} where ${condition}) r on r.n = near.n
           where ${isWanted} order by far, r.id limit ${mostNamed + 1}`,
        )
        .all(type ?? null, ...(isNarrow ? [begin, `${begin}\u{10ffff}`] : []))
        .map((row) => ({ far: Number(row['far']), found: toFound(row) }));
    })
    .toSorted((one, other) => one.far - other.far || byIdAndType(one.found, other.found))
    .slice(0, mostNamed + 1)
    .map(({ found }) => found);
}

/** The texts that are compared; of a table of many, from the beginning ?2 to ?3. */
function comparedIn({ texts, condition = 'true' }: Table, isNarrow: boolean): string {
  return texts
    .map(({ n, text, from }) => {
      const range = isNarrow ? `${text} collate nocase >= ?2 and ${text} collate nocase < ?3` : 'true';
      const is = from === 'login' ? range : `${condition} and ${range}`;
      return `select * from (select ${n} n, ${text} text from ${from} where ${is} ${isNarrow ? `limit ${mostCompared}` : ''})`;
    })
    .join(' union all ');
}

function hasManyUsers(database: DatabaseSync): boolean {
  const row = database.prepare(`select count(*) n from (select 1 from user limit ${manyUsers + 1})`).get();
  return Number(row?.['n']) > manyUsers;
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
  const noun = broadNouns[kind] ?? (kind === 'principal' && hasOthers ? 'user, key or app' : singular);
  const where =
    isHumansOnly === true && kind === 'principal' ? ` among the people (keys are left out: --humans-only)` : '';
  const what = `there is no ${noun} ${quoted(asked)} in ${printable(path)}${where}`;
  const elsewhere =
    kind === 'anything' ? [] : (searched.formerly?.(asked) ?? []).filter(({ type }) => isOf(kind, type));
  if (elsewhere.length > 0) {
    return new ConnectorError(
      'not-found',
      [`${what} as the sync that is asked found it; others of the store have it`, ...elsewhere.map(formerInWords)].join(
        '\n',
      ),
    );
  }
  const [only, ...more] = near;
  if (only === undefined) {
    // It may be of a type that the file does not tell of.
    const notRead =
      kind === 'held' || kind === 'anything' || principalKinds.has(kind) ? notReadIn(searched) : undefined;
    const all =
      kind === 'anything'
        ? `${what}; \`baton-descope list users\`, \`list roles\` and so on show what there is`
        : `${what}; \`baton-descope list ${plural}\` shows all of them`;
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
  return name === '' ? `"${typedId(kind, found)}"` : `${name} (${typedId(kind, found)})`;
}

function nameAndLogin({ id, name, login }: Found): string {
  const parts = [name === id ? '' : printable(name), ['', id, name].includes(login) ? '' : `<${printable(login)}>`];
  return parts.filter((part) => part !== '').join(' ');
}
