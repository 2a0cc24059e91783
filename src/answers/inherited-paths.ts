import type { DatabaseSync } from 'node:sqlite';
import { type AccessPath, giverInWords, pathColumns, textIn, thingColumns, toPath } from './access-path.ts';
import { thingInWords } from './unknown.ts';
import { typedThingIn } from './other-rows.ts';
import {
  createTenantPaths,
  gainingMembers,
  givers,
  inheritingKeys,
  inheritingUsers,
  isWithoutMembers,
  type PathStep,
} from './ways.ts';

/** Columns that say why something is inherited. */
export const inheritedColumns = 'i.ancestor ancestor, i.certainty certainty, i.keys keys, i.reason reason';
/** The principal of an inheriting key, and its status. */
export const inheritingKeyColumns =
  "k.to_type principal_type, k.to_id principal_id, coalesce(o.name, '') principal_name, coalesce(o.status, '') status";
/** What gives something at the next login. */
export const giverColumns =
  "m.via via, m.type giver_type, m.id giver_id, coalesce(g.name, (select name from tenant where id = m.id), '') giver_name";

/** Makes paths of database rows that have the columns above. */
export interface WayPaths {
  inherited(row: Row): AccessPath;
  gained(row: Row): AccessPath;
}

type Row = Readonly<Record<string, unknown>>;

export function createWayPaths(database: DatabaseSync): WayPaths {
  const tenantPaths = createTenantPaths(database);
  return {
    inherited: (row) => {
      const path = toPath(row);
      const from = textIn(row, 'ancestor');
      const principal = principalIn(row);
      const word = textIn(row, principal === undefined ? 'certainty' : 'keys');
      return {
        ...path,
        ...(principal !== undefined && { principal, user: thingInWords(principal) }),
        way: 'inherited',
        from,
        certainty: word === 'derived' ? 'derived' : 'uncertain',
        reason: textIn(row, 'reason'),
        through: tenantPaths(path.tenantId, from),
      };
    },
    gained: (row) => {
      const path = toPath(row);
      const giver = typedThingIn(row, 'giver');
      const step: PathStep = { id: giver.id, name: giver.name === '' ? giver.id : giver.name };
      return {
        ...path,
        ...(path.userId === '' && { principal: giver, user: giverInWords(giver) }),
        way: 'will_gain',
        via: textIn(row, 'via'),
        through: [step],
      };
    },
  };
}

function principalIn(row: Row): AccessPath['principal'] {
  return textIn(row, 'principal_type') === '' ? undefined : typedThingIn(row, 'principal');
}

/** Who inherits one thing, a row each; the thing's number and the permission that is asked about are parameters. */
export const heirsSql = {
  users:
    `select ${pathColumns}, ${inheritedColumns}, ? permission from ${inheritingUsers} where i.thing = ? order by ` +
    'i.ancestor, u.name, u.id',
  keys:
    `select ${thingColumns}, ${inheritingKeyColumns}, ${inheritedColumns}, ? permission from ${inheritingKeys} where ` +
    'i.thing = ? order by i.ancestor, o.name, k.to_id',
} as const;

/** Who will gain one thing, leaving out users of whom `isKept` is false; parameters as above. */
export function gainersSql(isKept: string): { readonly members: string; readonly others: string } {
  return {
    members:
      `select ${pathColumns}, ${giverColumns}, ? permission from ${gainingMembers} where m.thing = ? and ${isKept} ` +
      'order by u.name, u.id, g.name, g.id',
    others:
      `select ${thingColumns}, ${giverColumns}, ? permission from ${givers} where m.thing = ? and ${isWithoutMembers} ` +
      'order by m.type, g.name, m.id',
  };
}
