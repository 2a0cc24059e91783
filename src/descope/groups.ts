import { answerObject, listIn, rowDecoder } from './answer-shape.ts';
import { DecodeError, decodeItem, identity, type JsonObject, optionalIdentity, text } from './decode.ts';
import type { ReadEndpoint } from './http/endpoint.ts';
import { shapeError } from './http/errors.ts';
import { type InnerLists, parseInnerLists } from './http/inner-lists.ts';
import { named } from './record-names.ts';
import { defaultSsoId } from './sso.ts';
import type { TenantCall } from './tenant-call.ts';
import type { IdTable } from './users/id-table.ts';

/** A group of an identity provider, as Descope last heard of it. */
export interface IdpGroup {
  readonly ssoId: string;
  /** Unique within a configuration at most. */
  readonly id: string;
  readonly display: string;
  /** `scim` or `jit`; '' on older backends. */
  readonly source: string;
  /** The members who have a user id, as their numbers in the table, in the order of their ids, each once. */
  readonly members: Uint32Array;
  /** Members of whom the answer tells no user id. */
  readonly namelessMembers: number;
}

/** The groups of a tenant, and the user ids that their members are numbers of. */
export interface TenantGroups {
  readonly groups: readonly IdpGroup[];
  readonly ids: IdTable;
}

export const groupsEndpoint: ReadEndpoint = {
  method: 'POST',
  path: '/v1/mgmt/group/all',
  effect: 'read',
  answers: 'list',
  isWhole: true,
  bucket: 'general',
};

/**
 * All groups of a tenant, of all its configurations, with their members: one answer without pages, however large. Each
 * member is a number of four bytes as soon as it is parsed; `ids` holds the user ids of all tenants.
 */
export function groupsCall(ids: IdTable): TenantCall<TenantGroups> {
  return {
    endpoint: groupsEndpoint,
    requestOf: (tenantId) => ({ json: { tenantId } }),
    parse: (body) => ({ groups: parseGroups(body, ids), ids }),
  };
}

function parseGroups(body: Uint8Array, ids: IdTable): readonly IdpGroup[] {
  const members = new MemberLists(ids);
  const json = parseInnerLists(body, members);
  const rows = Array.isArray(json)
    ? (json as readonly unknown[])
    : listIn(groupsEndpoint, answerObject(groupsEndpoint, json), 'groups');
  const decode = rowDecoder(groupsEndpoint, 'groups', decodeGroup, (row) => named('group', row['id']));
  const groups = rows.map((row, place) => Object.assign(members.of(place), decode(row, place)));
  const seen = new Set<string>();
  for (const { ssoId, id } of groups) {
    const key = JSON.stringify([ssoId, id]);
    if (seen.has(key)) {
      throw shapeError(groupsEndpoint, `${named('group', id)} of ${named('SSO configuration', ssoId)} is listed twice`);
    }
    seen.add(key);
  }
  return groups;
}

function decodeGroup(group: JsonObject): Pick<IdpGroup, 'ssoId' | 'id' | 'display' | 'source'> {
  const ssoId = optionalIdentity(group, 'ssoId');
  const members = Object.hasOwn(group, 'members') ? (group['members'] ?? []) : [];
  if (!Array.isArray(members)) {
    throw new DecodeError('"members" is not a list');
  }
  return {
    ssoId: ssoId === '' ? defaultSsoId : ssoId,
    id: identity(group, 'id'),
    display: text(group, 'display'),
    source: text(group, 'source'),
  };
}

/** Takes the members of the groups of one answer. */
class MemberLists implements InnerLists {
  readonly rows = 'groups';
  readonly items = 'members';
  readonly #ids: IdTable;
  readonly #lists = new Map<number, { readonly ordinals: number[]; nameless: number; read: number }>();

  constructor(ids: IdTable) {
    this.#ids = ids;
  }

  onList(row: number): void {
    if (this.#lists.has(row)) {
      throw shapeError(groupsEndpoint, `groups[${row}]: "members" is there twice`);
    }
    this.#lists.set(row, { ordinals: [], nameless: 0, read: 0 });
  }

  onItem(item: unknown, row: number): void {
    const list = this.#lists.get(row);
    if (list === undefined) {
      throw new Error('a member came before its list');
    }
    const userId = this.#userIdOf(item, row, list.read);
    list.read += 1;
    if (userId === '') {
      list.nameless += 1;
    } else {
      list.ordinals.push(this.#ids.add(userId).ordinal);
    }
  }

  of(row: number): Pick<IdpGroup, 'members' | 'namelessMembers'> {
    const { ordinals, nameless } = this.#lists.get(row) ?? { ordinals: [], nameless: 0 };
    const sorted = Uint32Array.from(ordinals).sort((left, right) => this.#ids.compare(left, right));
    return {
      members: sorted.filter((ordinal, place) => place === 0 || ordinal !== sorted[place - 1]),
      namelessMembers: nameless,
    };
  }

  #userIdOf(item: unknown, row: number, place: number): string {
    try {
      return decodeItem(item, `groups[${row}].members[${place}]`, (member) => optionalIdentity(member, 'userId'));
    } catch (thrown) {
      throw thrown instanceof DecodeError ? shapeError(groupsEndpoint, thrown.message) : thrown;
    }
  }
}
