import type { DatabaseSync } from 'node:sqlite';
import { find, type Found, type Searched } from '../../answers/find.ts';
import { findHeld } from '../../answers/find-held.ts';
import { givingSql } from '../../answers/who-can.ts';
import { ConnectorError } from '../../errors.ts';
import { isFoundingType } from '../../model/ids.ts';
import { createChangeViews } from '../change-views.ts';
import { answerIndexesSql } from '../late-indexes.ts';
import { grantKinds } from '../schema.ts';
import type { Question } from '../store.ts';
import { concernedSql, inStore } from '../timeline.ts';
import { createIndexViews } from '../views.ts';
import type { Connection } from './connection.ts';
import { nearestUsers } from './nearest.ts';
import { entityParts, type Part, stoodOn, syncParts, type Versions, versionsPart } from './parts.ts';
import type { GrowingReplica } from './replica.ts';
import { calledSql, listed, namesakesSql, typedSql, withIdSql } from './user-sql.ts';

export interface ReachOptions {
  readonly connection: Connection;
  readonly versions: Versions;
  readonly question: Question;
  /** How many users the sync has. */
  readonly users: number;
  /** What is known of the sync without its rows; asked when its types and few things are there. */
  readonly searched: (database: DatabaseSync) => Promise<Searched>;
}

/** Brings rows of users, or of grants, of which a condition on `r` holds. */
interface Bringing {
  readonly database: DatabaseSync;
  readonly users: (...conditions: readonly string[]) => Promise<void>;
  readonly grants: (kinds: readonly number[], condition: string) => Promise<void>;
}

const { rest: _rest, ...kinds } = grantKinds;
const { holding, confers, inherits, maps, member, other } = kinds;
/** Grants of these kinds say nothing of themselves. */
const plainKinds: ReadonlySet<number> = new Set([holding, member]);

/**
 * Brings what one question can reach: all that there is beside users and who holds what (tenants, roles, keys, and how
 * they hang together), the users whom the text that is asked for may name, and what is held of whom or what it names.
 * That is found by the code that answers, so nothing else can be meant. Tells whether it was found.
 */
export async function bringReach({ database, bring }: GrowingReplica, options: ReachOptions): Promise<boolean> {
  const { connection, versions, question } = options;
  const stood = stoodOn(versions);
  const bringing: Bringing = {
    database,
    users: (...conditions) =>
      bring(conditions.map((condition) => versionsPart('user_row', `${stood} and ${condition}`))),
    grants: async (wanted, condition) => {
      for (const isPlain of [false, true]) {
        const some = wanted.filter((kind) => plainKinds.has(kind) === isPlain);
        if (some.length > 0) {
          await bring([
            versionsPart('grant_row', `${stood} and r.kind in (${some.join(',')}) and ${condition}`, isPlain),
          ]);
        }
      }
    },
  };
  await bring([
    ...syncParts(versions),
    ...(['type_row', 'thing_row', 'sso_row', 'other_row'] as const).map((table) => versionsPart(table, stood)),
  ]);
  await bringing.grants([confers, inherits, maps], 'true');
  // one of each thing: what nobody has of some types cannot be meant
  const standing = stoodOn({ ...versions, hasPast: false }).replaceAll('r.', 'g.');
  const first = `select distinct on (g.on_n) g.v from grant_row g where ${standing} and g.kind = ${other} order by g.on_n`;
  await bringing.grants([other], `r.v in (${first})`);
  await bringing.users(calledSql(versions, question.of));
  await bring(namesIn(options, database));
  createIndexViews({ path: connection.name, database }, versions, hasDoubles(database));
  createChangeViews(database, versions);
  const found = foundIn(await options.searched(database), question);
  if (found !== undefined) {
    await bringFound(bringing, options, found);
  } else if (question.about !== 'who-can') {
    await bringing.users(
      `r.n in (${listed(await nearestUsers(connection, versions, { asked: question.of, users: options.users }))})`,
    );
  }
  await bring(namesIn(options, database));
  database.exec('drop table message'); // nothing of it was brought: whoever reads one shall not find an empty table
  database.exec(answerIndexesSql());
  return found !== undefined;
}

/** What is asked about, as the answer will find it; undefined where it will not. */
function foundIn(searched: Searched, { about, of }: Question): Pick<Found, 'type' | 'n'> | undefined {
  try {
    switch (about) {
      case 'timeline':
        return inStore(searched, of);
      case 'access':
        return find(searched, 'principal', of);
      case 'who-can':
        return findHeld(searched, of)[0];
    }
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return undefined; // the question will say so
    }
    throw thrown;
  }
}

async function bringFound(
  bringing: Bringing,
  { question, versions }: ReachOptions,
  found: Pick<Found, 'type' | 'n'>,
): Promise<void> {
  const { database } = bringing;
  switch (question.about) {
    case 'access':
      await bringHeldBy(bringing, versions, found);
      break;
    case 'who-can':
      await (isFoundingType(found.type)
        ? bringHolders(bringing, found)
        : bringing.grants([other], `r.on_n = ${found.n}`));
      break;
    case 'timeline': {
      await bringing.grants(
        Object.values(kinds),
        `(r.to_n = ${found.n} or r.on_n in (${listed(numbersIn(database, concernedSql(found)))}))`,
      );
      break;
    }
  }
  await bringing.users(`r.n in (${listed(numbersIn(database, 'select to_n n from grant_row'))})`);
  if (question.about !== 'timeline') {
    await bringing.users(namesakesSql(versions, numbersIn(database, 'select n from user_row')));
  }
}

/** What somebody holds, and who made their keys; of a key what whoever it acts as holds. */
async function bringHeldBy(
  { database, users, grants }: Bringing,
  versions: Versions,
  { type, n }: Pick<Found, 'type' | 'n'>,
): Promise<void> {
  const isUser = type === 'user';
  const texts = (sql: string): readonly string[] =>
    database
      .prepare(sql)
      .all()
      .flatMap(({ t }) => (typeof t === 'string' ? [t] : []));
  if (!isUser) {
    await users(withIdSql(versions, texts(`select owner_id t from other where n = ${n} and owner_type = 'user'`)));
  }
  const people = isUser
    ? [n]
    : numbersIn(
        database,
        `select u.n n from other o join user u on o.owner_type = 'user' and u.id = o.owner_id where o.n = ${n}`,
      );
  const owned = numbersIn(
    database,
    `select o.n n from other o join user u on o.owner_type = 'user' and u.id = o.owner_id where u.n in (${listed(people)})`,
  );
  const keys = listed(isUser ? owned : [n, ...owned]);
  await users(withIdSql(versions, texts(`select profile ->> '$.created_by' t from other where n in (${keys})`)));
  const holders = listed(isUser ? people : [n, ...people]);
  await grants([holding, member, other], `r.to_n in (${holders})`);
  await grants([other], `r.on_n in (${keys})`);
}

/**
 * Who holds a thing, or what is a way to it, or what either is inherited from; and whom a group gives it to at the next
 * login, unless they have it.
 */
async function bringHolders({ database, grants }: Bringing, found: Pick<Found, 'type' | 'n'>): Promise<void> {
  const ways = givingSql(database, found.type, found.n);
  const things = numbersIn(
    database,
    `with way(n) as (select ${found.n} union ${ways})
     select n from way union select source from inherits where thing in (select n from way)
     union select a.n from thing a join thing t on a.kind = 'role' and a.tenant = '' and a.role = t.role
       where t.kind = 'binding' and t.n in (select n from way)`,
  );
  const groups = numbersIn(
    database,
    `select g.n n from maps m join sso g on g.type = m.type and g.id = m.id where m.thing in (${listed(things)})`,
  );
  await grants([holding, other], `r.on_n in (${listed(things)})`);
  await grants([member], `r.on_n in (${listed(groups)})`);
}

/** What the numbers of rows stand for that have none yet. */
function namesIn({ versions, question }: ReachOptions, database: DatabaseSync): readonly Part[] {
  const told = versions.hasPast ? `in (${Object.values(kinds).join(', ')})` : `in (${maps}, ${other})`;
  const used = [
    ...['on_n', 'to_n', 'slug'].map((column) => `select ${column} n from grant_row where kind ${told}`),
    ...['type_row', ...(versions.hasPast ? ['user_row', 'thing_row', 'sso_row', 'other_row'] : [])].map(
      (table) => `select n from ${table}`,
    ),
  ].join(' union ');
  const missing = `select n from (${used}) where n not in (select n from entity union select n from slug)`;
  return [
    ...entityParts(`n in (${listed(numbersIn(database, missing))})`),
    ...(versions.hasPast ? entityParts(typedSql(versions, question.of)) : []),
  ];
}

function hasDoubles(database: DatabaseSync): boolean {
  return database.prepare('select has_doubles from project').get()?.['has_doubles'] === 1;
}

function numbersIn(database: DatabaseSync, sql: string): readonly number[] {
  return database
    .prepare(sql)
    .all()
    .map(({ n }) => Number(n));
}
