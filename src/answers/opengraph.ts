import { hash } from 'node:crypto';
import { ownerMarks } from '../sync-format/owner-marks.ts';
import type { FileRow, FileUnknownGrant, TypedId } from './rows.ts';
import type { SyncSource } from './source.ts';

// A file as OpenGraph JSON, which BloodHound takes: things as nodes, and what leads from one to the next as edges.

/** The kind that every node of ours has besides its own; kinds begin with it, so that they are nobody else's. */
export const sourceKind = 'Descope';
/** How a file of this kind begins. */
export const openGraphHead: string = ownerMarks.graph;

type Property = string | number | boolean | readonly string[];
type Properties = Readonly<Record<string, Property | undefined>>;

/** Text is handed over when this much has gathered. */
const chunkLength = 64 * 1024;

/**
 * The nodes, then the edges, in two passes over the file: memory grows with what tenants inherit, and with nothing else.
 *
 * What is inherited in a tenant is a node of its own beside what is held there: it is passed on to nobody, and a search
 * for paths that went from one inheritance to the next would find access that is not there.
 */
export async function* openGraphPieces(source: SyncSource, signal: AbortSignal): AsyncGenerator<string> {
  const ids = createIds(source.summary.projectId ?? '');
  const inherited = new Set<string>();
  let waiting = openGraphHead;
  let isFirst = true;
  const put = (object: object): void => {
    waiting += `${isFirst ? '' : ','}\n${JSON.stringify(object)}`;
    isFirst = false;
  };
  for await (const batch of source.rows(signal)) {
    for (const row of batch) {
      for (const node of nodesOf(row, ids, inherited)) {
        put(node);
      }
      if (waiting.length >= chunkLength) {
        yield waiting;
        waiting = '';
      }
    }
  }
  waiting += '\n],"edges":[';
  isFirst = true;
  for await (const batch of source.rows(signal)) {
    for (const row of batch) {
      for (const edge of edgesOf(row, ids, inherited)) {
        put(edge);
      }
      if (waiting.length >= chunkLength) {
        yield waiting;
        waiting = '';
      }
    }
  }
  yield `${waiting}\n]}}\n`;
}

/**
 * BloodHound has one graph for all it was given, and folds the case of ids: ours are hashes of the project, the type and
 * the id, which stand in the properties.
 */
function createIds(projectId: string): Ids {
  const of = (type: string, id: string): string =>
    `DESCOPE-${hash('sha256', JSON.stringify([projectId, type, id]))
      .slice(0, 32)
      .toUpperCase()}`;
  return { of, projectId };
}
interface Ids {
  readonly of: (type: string, id: string) => string;
  readonly projectId: string;
}

const typeOfKind = {
  tenant: 'tenant',
  role: 'role',
  binding: 'role_binding',
  permission: 'permission',
  user: 'user',
} as const;
type RowKind = keyof typeof typeOfKind;

/** "Descope_RoleBinding" of "role_binding". */
function kindOf(word: string): string {
  const parts = word.split(/[^A-Za-z0-9]+/).filter((part) => part !== '');
  return `${sourceKind}_${parts.map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`).join('') || 'Other'}`;
}

function node(ids: Ids, type: string, id: string, properties: Properties): object {
  const told = Object.entries({
    [ownerMarks.graphProperty]: ids.projectId, // the first one: whoever replaces the file looks for it there
    ...properties,
    descope_id: id,
    descope_type: type,
  }).filter(([, value]) => value !== undefined && value !== '');
  return { id: ids.of(type, id), kinds: [kindOf(type)], properties: Object.fromEntries(told) };
}

/** The node of a resource; what is inherited has one with the first row that tells it. */
function nodesOf(row: FileRow, ids: Ids, inherited: Set<string>): readonly object[] {
  switch (row.kind) {
    case 'user': {
      const { id, name, status, email, createdAt, lastLogin, isTest, hasMfa, hasSso, isScim, loginIds } = row;
      const flags = { test: isTest, mfa: hasMfa, sso: hasSso, scim: isScim };
      const times = { created_at: createdAt, last_login: lastLogin };
      return [node(ids, 'user', id, { name, status, email, login_ids: loginIds, ...flags, ...times })];
    }
    case 'tenant': {
      const { id, name, parentTenantId, roleInheritance, isDisabled } = row;
      return [
        node(ids, 'tenant', id, {
          name,
          disabled: isDisabled,
          parent_tenant_id: parentTenantId,
          role_inheritance: roleInheritance,
        }),
      ];
    }
    case 'role':
    case 'binding':
      return [node(ids, typeOfKind[row.kind], row.id, { name: row.name, role: row.roleName, tenant_id: row.tenantId })];
    case 'permission':
      return [node(ids, 'permission', row.id, { name: row.name, system: row.isSystem })];
    case 'sso-configuration':
    case 'group': {
      const type = row.kind === 'group' ? 'idp_group' : 'sso_configuration';
      return [node(ids, type, row.id, { name: row.name, tenant_id: row.tenantId, sso_id: row.ssoId })];
    }
    case 'unknown':
      return row.what === 'grant'
        ? []
        : [
            node(ids, row.typeId, row.id, {
              name: row.name === '' ? row.id : row.name,
              status: row.status,
              created_at: row.createdAt,
              expires_at: row.expiresAt,
            }),
          ];
    case 'inheritance': {
      const type = inheritedType(row.on.kind);
      const key = `${type}:${row.on.id}`;
      if (inherited.has(key)) {
        return [];
      }
      inherited.add(key);
      return [node(ids, type, row.on.id, { name: `${row.on.id} (inherited)` })];
    }
    default:
      return [];
  }
}

function inheritedType(kind: 'tenant' | 'binding'): string {
  return kind === 'tenant' ? 'inherited_membership' : 'inherited_role';
}

interface End {
  readonly type: string;
  readonly id: string;
}

function edgesOf(row: FileRow, ids: Ids, inherited: ReadonlySet<string>): readonly object[] {
  const edge = (kind: string, start: End, end: End, properties: Properties = {}): object => {
    const told = Object.entries(properties).filter(([, value]) => value !== undefined && value !== '');
    return {
      kind: kindOf(kind),
      start: { match_by: 'id', value: ids.of(start.type, start.id) },
      end: { match_by: 'id', value: ids.of(end.type, end.id) },
      ...(told.length > 0 && { properties: Object.fromEntries(told) }),
    };
  };
  const endOf = ({ kind, id }: { readonly kind: RowKind; readonly id: string }): End => ({
    type: typeOfKind[kind],
    id,
  });
  const typed = ({ typeId, id }: TypedId): End => ({ type: typeId, id });
  switch (row.kind) {
    case 'grant': {
      const { on, to } = row;
      const alike = `inherited_role:${to.id}`;
      return [
        edge(heldWords[on.kind], endOf(to), endOf(on)),
        ...(on.kind === 'permission' && to.kind === 'binding' && inherited.has(alike)
          ? [edge('allows', { type: 'inherited_role', id: to.id }, endOf(on))]
          : []),
      ];
    }
    case 'inheritance': {
      const { on, from, ancestor, certainty, keys, reason } = row;
      const properties = { ancestor, certainty, certainty_of_keys: keys, reason };
      return [edge('passes_down_to', endOf(from), { type: inheritedType(on.kind), id: on.id }, properties)];
    }
    case 'mapping':
      return [edge('gives_at_next_login', typed(row.from), endOf(row.on), { via: row.via, sso_id: row.ssoId })];
    case 'group-member':
      return [edge('in_group', { type: 'user', id: row.userId }, { type: 'idp_group', id: row.groupId })];
    case 'unknown': {
      if (row.what === 'grant') {
        return [edge(grantWord(row), typed(row.to), typed(row.on), detailsOf(row))];
      }
      const itself = { type: row.typeId, id: row.id };
      return [
        ...(row.owner === undefined ? [] : [edge('acts_as', itself, typed(row.owner))]),
        ...(row.creator === undefined ? [] : [edge('made', typed(row.creator), itself)]),
      ];
    }
    default:
      return [];
  }
}

const heldWords = { tenant: 'member_of', role: 'has_role', binding: 'has_role', permission: 'allows' } as const;
const slugWords: Readonly<Record<string, string>> = {
  member: 'member_of',
  assigned: 'has_role',
  granted: 'allows',
  access: 'has_access_to',
  consent: 'consented_to',
};

/** What an edge is called: "Descope_ConsentedTo", "Descope_Admin". */
function grantWord({ slug }: FileUnknownGrant): string {
  return slugWords[slug] ?? slug;
}

/** What a grant says of itself, as far as a property can hold it: texts, and lists of texts. */
function detailsOf({ metadata = {} }: FileUnknownGrant): Properties {
  const told = Object.entries(metadata).filter((entry): entry is [string, Property] => isProperty(entry[1]));
  return Object.fromEntries(told);
}

function isProperty(value: unknown): value is Property {
  return (
    ['string', 'boolean', 'number'].includes(typeof value) ||
    (Array.isArray(value) && value.every((one) => typeof one === 'string'))
  );
}
