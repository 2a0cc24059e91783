import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type AccessPath, heldDirectly, textIn } from './access-path.ts';
import { detailsOf } from './details.ts';
import { typedThingIn } from './other-rows.ts';
import { type TypedThing, thingInWords } from './unknown.ts';

// Who holds a thing of another type: an application, the consents to an app, a project in the console.

/** Grants of one thing, or to one principal, with whoever they concern; `g` is the grant. */
const grantColumns = `g.on_type held_type, g.on_id held_id, coalesce(h.name, '') held_name, g.slug slug, g.details details,
  g.to_type principal_type, g.to_id principal_id, coalesce(u.name, p.name, e.name, '') principal_name,
  coalesce(u.status, p.status, '') status, coalesce(u.login, p.profile ->> '$.email', '') login, coalesce(u.email, p.profile ->> '$.email', '') email`;
const grantTables = `other_grant g left join other h on h.type = g.on_type and h.id = g.on_id
  left join user u on g.to_type = 'user' and u.id = g.to_id
  left join tenant e on g.to_type = 'tenant' and e.id = g.to_id
  left join other p on p.type = g.to_type and p.id = g.to_id`;

/** Whoever holds a thing, by what they hold of it and by name: people before all others. */
export function holdersOf(
  database: DatabaseSync,
  { type, id }: Pick<TypedThing, 'type' | 'id'>,
): Generator<AccessPath> {
  return pathsOf(
    database.prepare(
      `select ${grantColumns} from ${grantTables} where g.on_type = ? and g.on_id = ?
       order by g.slug, g.to_type <> 'user', g.to_type, principal_name, g.to_id`,
    ),
    type,
    id,
  );
}

/** What somebody holds that is no tenant, role or permission, by what it is. */
export function othersHeldBy(
  database: DatabaseSync,
  { type, id }: Pick<TypedThing, 'type' | 'id'>,
): Generator<AccessPath> {
  return pathsOf(
    database.prepare(
      `select ${grantColumns} from ${grantTables} where g.to_type = ? and g.to_id = ? and g.thing is null
       order by g.on_type, held_name, g.on_id, g.slug`,
    ),
    type,
    id,
  );
}

function* pathsOf(statement: StatementSync, type: string, id: string): Generator<AccessPath> {
  for (const row of statement.iterate(type, id)) {
    yield toOtherPath(row);
  }
}

function toOtherPath(row: Readonly<Record<string, unknown>>): AccessPath {
  const principal = typedThingIn(row, 'principal');
  const held = typedThingIn(row, 'held');
  const details = detailsOf(textIn(row, 'details'));
  const isUser = principal.type === 'user';
  return {
    userId: isUser ? principal.id : '',
    user: isUser ? principal.name : thingInWords(principal),
    login: textIn(row, 'login'),
    email: textIn(row, 'email'),
    status: textIn(row, 'status'),
    kind: 'other',
    heldId: held.id,
    role: '',
    tenantId: '',
    tenant: '',
    permission: '',
    ...heldDirectly,
    ...(isKey(principal.type) && { way: 'key' as const }),
    ...(typeof details['via'] === 'string' && { via: details['via'] }),
    ...(details['certainty'] === 'uncertain' && { certainty: 'uncertain' as const }),
    held,
    entitlement: textIn(row, 'slug'),
    ...(Object.keys(details).length > 0 && { details }),
    ...(!isUser && { principal }),
  };
}

/** Principals that are keys: what they hold as it stands they hold by the way `key`. */
export function isKey(type: string): boolean {
  return type === 'access_key' || type === 'management_key';
}

/** What else is to be said of an application, beside who was given it by name. */
export interface ThingNotes {
  readonly status: string;
  /** What users have who were given no application by name: `all`, `none`, `unknown`; absent for what has no such default. */
  readonly defaultAccess?: string;
  /** How many users that concerns. */
  readonly others?: number;
  /** What an app asks for. */
  readonly scopes?: unknown;
}

/** `usersWithout` counts users without a grant of a type, where the database has not all users. */
export function notesOf(
  database: DatabaseSync,
  { type, id }: Pick<TypedThing, 'type' | 'id'>,
  usersWithout = (of: string): number => Number(database.prepare(countOthers).get(of)?.['n']),
): ThingNotes {
  const row = database.prepare('select status, profile from other where type = ? and id = ?').get(type, id) ?? {};
  const { default_access: defaultAccess, scopes } = detailsOf(textIn(row, 'profile'));
  return {
    status: textIn(row, 'status'),
    ...(typeof defaultAccess === 'string' && {
      defaultAccess,
      others: usersWithout(type),
    }),
    ...(scopes !== undefined && { scopes }),
  };
}

const countOthers = `select count(*) n from user u
  where not exists (select 1 from other_grant g where g.to_type = 'user' and g.to_id = u.id and g.on_type = ?)`;
