import type { DatabaseSync } from 'node:sqlite';
import { textIn } from '../access-path.ts';
import { type Details, detailsOf } from '../details.ts';
import { type Meant } from '../find.ts';
import type { TypedThing } from '../unknown.ts';

/** Whoever is asked about, by what it is: a key and its secret are one. */
export interface Somebody extends TypedThing {
  /** '' for what has none. */
  readonly status: string;
  readonly login: string;
  /** Others of the same name, as `type:id`. */
  readonly also: readonly string[];
  /** What a key or an app tells of itself. */
  readonly profile: Details;
  /** The user as whom a key acts. */
  readonly actsAs?: (TypedThing & { readonly status: string }) | undefined;
}

/** A key that acts as somebody, or that somebody made. */
export interface KeyOf extends TypedThing {
  readonly status: string;
  readonly actsAs?: TypedThing | undefined;
}

const keySql = `select k.type, k.id, k.name, k.status, k.owner_type, k.owner_id, u.id user_id, u.name user_name, u.status user_status
  from other k left join "user" u on k.owner_type = 'user' and u.id = k.owner_id`;

/** What is known of somebody who was found by name. */
export function somebodyIn(database: DatabaseSync, { type, id, name, also }: Meant): Somebody {
  if (type === 'user') {
    const row = database.prepare('select status, login from "user" where id = ?').get(id) ?? {};
    return { type, id, name, also, status: textIn(row, 'status'), login: textIn(row, 'login'), profile: {} };
  }
  const row = database
    .prepare(`${keySql.replace('select', 'select k.profile profile,')} where k.type = ? and k.id = ?`)
    .get(type, id);
  const key = row === undefined ? undefined : keyIn(row);
  return {
    type: key?.type ?? type,
    id,
    name,
    also,
    status: key?.status ?? '',
    login: '',
    profile: detailsOf(row === undefined ? '' : textIn(row, 'profile')),
    ...(row !== undefined &&
      key?.actsAs !== undefined && { actsAs: { ...key.actsAs, status: textIn(row, 'user_status') } }),
  };
}

/** The keys that act as a user. */
export function keysActingAs(database: DatabaseSync, userId: string): readonly KeyOf[] {
  return database
    .prepare(`${keySql} where k.owner_type = 'user' and k.owner_id = ? order by k.name, k.id`)
    .all(userId)
    .map(keyIn);
}

/** The keys that a user made and that may be used: whoever made a key saw its secret. */
export function keysMadeBy(database: DatabaseSync, userId: string): readonly KeyOf[] {
  return database
    .prepare(
      `${keySql} where k.creator_type = 'user' and k.creator_id = ? and k.status in ('', 'active') order by k.name, k.id`,
    )
    .all(userId)
    .map(keyIn);
}

/** A secret stands for the key that it is the secret of, unless that is a user's. */
function keyIn(row: Readonly<Record<string, unknown>>): KeyOf {
  const [type, userId] = [textIn(row, 'type'), textIn(row, 'user_id')];
  const ownerType = textIn(row, 'owner_type');
  const isSecretOfKey = ownerType !== '' && ownerType !== 'user' && textIn(row, 'owner_id') === textIn(row, 'id');
  return {
    type: isSecretOfKey ? ownerType : type,
    id: textIn(row, 'id'),
    name: textIn(row, 'name'),
    status: textIn(row, 'status'),
    ...(userId !== '' && { actsAs: { type: 'user', id: userId, name: textIn(row, 'user_name') } }),
  };
}
