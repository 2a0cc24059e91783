import { parseDerivedBindingId, parseRoleResourceId } from '../model/ids.ts';
import { messageFromJson, messageToJson, type StoredMessage } from '../sync-format/stored-rows.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import type { SyncSource } from './source.ts';
import { closing } from './summary.ts';
import { entitlementOf, groupOf, referenceOf, resourceIdOf, ssoIdOf } from './anonymous-ids.ts';
import { rowOfMessage } from './c1z-tables.ts';

type Json = string | number | boolean | null | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Fields whose texts are kept: words of the protocol and of Descope, and times. The text of every other field is
 * replaced.
 */
const protocolFields = [
  '@type',
  'resourceType',
  'typeId',
  'traits',
  'resourceTypeIds',
  'slug',
  'purpose',
  'accountType',
  'kind',
  'flags',
  'credentialType',
];
const descopeFields = ['status', 'createdAt', 'lastLogin', 'scope', 'auth_type', 'role_inheritance', 'source'];
const times = ['expiresAt', 'expires_at', 'created', 'expires', 'not_after', 'last_success_test'];
/** Our own words about keys, groups, and what is inherited or mapped. */
const ownFields = [
  'nhiDetail',
  'credentialDetail',
  'default_access',
  'own_keys',
  'ours',
  'groupSourceType',
  'rawGroupSourceType',
  'certainty',
  'certainty_keys',
  'reason',
  'via',
];
const keptFields: ReadonlySet<string> = new Set([...protocolFields, ...descopeFields, ...times, ...ownFields]);
/** Descope's words for the status of a user or a key. They are kept also in a field of free text. */
const statuses: ReadonlySet<string> = new Set(['enabled', 'disabled', 'invited', 'expired', 'active', 'inactive']);
/** Types whose names say how much access they give. */
const powerTypes: ReadonlySet<string> = new Set(['role', 'permission', 'role_binding']);
/** Descope's words for what an application speaks, and for a project that counts; people may write others. */
const fixedWords: Readonly<Record<string, ReadonlySet<string>>> = {
  details: statuses,
  type: new Set(['saml', 'oidc', 'wsfed']),
  environment: new Set(['production']),
};
const domainFields: ReadonlySet<string> = new Set(['domains', 'self_provisioning_domains']);

/**
 * A copy of a file with every name, id, address and attribute replaced. The number of rows, their shape and their
 * references stay.
 */
export function anonymised(source: SyncSource, pseudonyms: Pseudonyms): SyncSource {
  const whole = summaryOf(source, pseudonyms);
  async function* messages(signal?: AbortSignal): AsyncGenerator<readonly StoredMessage[]> {
    for await (const batch of source.messages(signal)) {
      yield batch.map((stored) => messageOf(stored, pseudonyms));
    }
  }
  return {
    ...source,
    ...whole,
    messages,
    async *rows(signal) {
      for await (const batch of messages(signal)) {
        yield batch.map(rowOfMessage).filter((row) => row !== undefined);
      }
    },
  };
}

/** Parts of the summary that name nobody: numbers, and words of our own. All others are gone through. */
const impersonal: ReadonlySet<string> = new Set([
  'counts',
  'requests',
  'consistency',
  'cut',
  'inheritance',
  'last_login',
  'sso',
  'third_party',
  'access_keys',
]);

/** The summary without names. Numbers and proof stay, since a bug report needs them. */
function summaryOf(
  { summary, wholeSummary }: SyncSource,
  pseudonyms: Pseudonyms,
): Pick<SyncSource, 'summary' | 'wholeSummary'> {
  const { projectId, contentHash: _ofTheOriginal, ...told } = summary;
  const other = projectId === undefined ? {} : { projectId: pseudonyms.text(projectId) };
  if (wholeSummary === undefined) {
    return { summary: { ...told, ...other }, wholeSummary };
  }
  const { contentHash: _alsoOfIt, ...kept } = wholeSummary as JsonObject & { readonly contentHash?: Json }; // it came from JSON
  const clean = Object.entries(kept).map(([key, value]) => [
    key,
    isObject(value) && !impersonal.has(key) ? findingsOf(value, pseudonyms) : value,
  ]);
  const whole = { ...(Object.fromEntries(clean) as JsonObject), ...other, anonymised: true };
  return { summary: closing(whole)?.summary ?? { ...told, ...other }, wholeSummary: whole };
}

/** Findings with their names replaced. */
function findingsOf(value: Json, pseudonyms: Pseudonyms): Json {
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item) => findingsOf(item, pseudonyms));
  }
  if (!isObject(value)) {
    return valueOf('', value, pseudonyms);
  }
  const nameOfKind = value['kind'] === 'role' ? pseudonyms.power : pseudonyms.text;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'name' && typeof item === 'string'
        ? nameOfKind(item)
        : isObject(item) || Array.isArray(item)
          ? findingsOf(item, pseudonyms)
          : valueOf(key, item, pseudonyms),
    ]),
  );
}

function messageOf(stored: StoredMessage, pseudonyms: Pseudonyms): StoredMessage {
  const json = messageToJson(stored) as JsonObject; // every message is an object
  switch (stored.section) {
    case 'resourceTypes':
      return stored;
    case 'resources':
      return messageFromJson('resources', resourceOf(json, pseudonyms));
    case 'entitlements': {
      const { id, resource, displayName, description, ...others } = json;
      const own = {
        ...(displayName !== undefined && { displayName }),
        ...(description !== undefined && { description }),
      }; // our own words
      return messageFromJson('entitlements', {
        ...objectOf(others, pseudonyms),
        ...own,
        id: entitlementOf(id, pseudonyms),
        resource: resourceOf(resource, pseudonyms),
      });
    }
    case 'grants':
      return messageFromJson('grants', grantOf(json, pseudonyms));
  }
}

function grantOf(json: JsonObject, pseudonyms: Pseudonyms): JsonObject {
  const { id: _made, entitlement, principal, ...others } = json;
  const held: JsonObject = isObject(entitlement)
    ? {
        ...objectOf(entitlement, pseudonyms),
        id: entitlementOf(entitlement['id'], pseudonyms),
        resource: resourceOf(entitlement['resource'], pseudonyms),
      }
    : {};
  const holder = resourceOf(principal, pseudonyms);
  const { resourceType, resource } = idIn(holder);
  return {
    ...objectOf(others, pseudonyms),
    entitlement: held,
    principal: holder,
    id: `${stringIn(held, 'id')}:${resourceType}:${resource}`,
  };
}

/**
 * A resource with its name replaced. The name of a tenant's role or of a binding holds two names: the role's and the
 * tenant's.
 */
function resourceOf(json: Json | undefined, pseudonyms: Pseudonyms): JsonObject {
  if (!isObject(json)) {
    return {};
  }
  const { displayName, ...others } = json;
  const { resourceType, resource } = idIn(json);
  return {
    ...objectOf(others, pseudonyms),
    ...(typeof displayName === 'string' && { displayName: nameOf(displayName, resourceType, resource, pseudonyms) }),
  };
}

function idIn(json: JsonObject): { readonly resourceType: string; readonly resource: string } {
  const id = isObject(json['id']) ? json['id'] : {};
  return { resourceType: stringIn(id, 'resourceType'), resource: stringIn(id, 'resource') };
}

function stringIn(json: JsonObject, key: string): string {
  const value = json[key];
  return typeof value === 'string' ? value : '';
}

function nameOf(name: string, typeId: string, id: string, pseudonyms: Pseudonyms): string {
  const address = typeId === 'role' || typeId === 'role_binding' ? parseRoleResourceId(id) : undefined;
  const [before, after] = typeId === 'role' ? [' (', ')'] : [' in ', ''];
  const role = address?.roleName ?? '';
  const derived = typeId === 'role_binding' ? parseDerivedBindingId(id) : undefined;
  if (derived !== undefined) {
    return derivedName(name, derived.roleName, pseudonyms);
  }
  if (address !== undefined && address.tenantId !== '' && name.startsWith(role + before) && name.endsWith(after)) {
    const tenant = name.slice(role.length + before.length, name.length - after.length);
    return pseudonyms.power(role) + before + pseudonyms.text(tenant) + after;
  }
  return powerTypes.has(typeId) ? pseudonyms.power(name) : pseudonyms.text(name);
}

/** "Approver of Acme in Berlin", of a role of the project "Auditor of the project in Berlin". */
function derivedName(name: string, role: string, pseudonyms: Pseudonyms): string {
  const [, whose = '', tenant = ''] = /^ of (.*) in (.*)$/s.exec(name.slice(role.length)) ?? [];
  if (!name.startsWith(role) || tenant === '') {
    return pseudonyms.power(name);
  }
  const owner = whose === 'the project' ? whose : pseudonyms.text(whose);
  return `${pseudonyms.power(role)} of ${owner} in ${pseudonyms.text(tenant)}`;
}

function valueOf(field: string, value: Json, pseudonyms: Pseudonyms): Json {
  if (typeof value === 'string') {
    return keptFields.has(field)
      ? value
      : domainFields.has(field)
        ? pseudonyms.domain(value)
        : textOf(field, value, pseudonyms);
  }
  if (Array.isArray(value)) {
    return field === 'grantableTo' ? value : (value as readonly Json[]).map((item) => valueOf(field, item, pseudonyms));
  }
  return isObject(value)
    ? field === 'custom_attributes'
      ? attributesOf(value, pseudonyms)
      : objectOf(value, pseudonyms)
    : value;
}

function textOf(field: string, text: string, pseudonyms: Pseudonyms): string {
  switch (field) {
    case 'entitlementIds':
      return entitlementOf(text, pseudonyms);
    case 'roleId':
      return resourceIdOf('role', text, pseudonyms);
    case 'sourceId':
      return referenceOf(text, pseudonyms);
    case 'scim_configurations':
      return resourceIdOf('sso_configuration', text, pseudonyms);
    case 'also_mapped_by':
      return groupOf(text, pseudonyms);
    case 'sso_id':
      return ssoIdOf(text, pseudonyms);
    case 'role_name':
    case 'permission_name':
    case 'default_roles':
    case 'default_sso_roles':
    case 'unknown_roles':
      return pseudonyms.power(text);
    case 'roles':
    case 'company_roles':
    case 'scopes':
      return pseudonyms.power(text);
    case 'ignored_roles':
    case 'other_roles':
      return roleOfPlace(text, pseudonyms);
    default:
      if (fixedWords[field]?.has(text) === true) {
        return text;
      }
      return pseudonyms.text(text);
  }
}

/** "acme: Editor", "tag emea: admin", or a role alone. */
function roleOfPlace(text: string, pseudonyms: Pseudonyms): string {
  const at = text.lastIndexOf(': ');
  const [tag, place] = text.startsWith('tag ') ? ['tag ', text.slice(4, at)] : ['', text.slice(0, Math.max(0, at))];
  return at === -1
    ? pseudonyms.power(text)
    : `${tag}${pseudonyms.text(place)}: ${pseudonyms.power(text.slice(at + 2))}`;
}

/** What an app asks for: names that say how much, and the roles or permissions that they stand for. */
function scopesOf(value: Json, pseudonyms: Pseudonyms): Json {
  return Array.isArray(value)
    ? (value as readonly Json[]).map((item) => scopesOf(item, pseudonyms))
    : isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, scopesOf(item, pseudonyms)]))
      : typeof value === 'string'
        ? pseudonyms.power(value)
        : value;
}

function objectOf(object: JsonObject, pseudonyms: Pseudonyms): JsonObject {
  const { resourceType, resource } = object;
  if (typeof resourceType === 'string' && typeof resource === 'string') {
    return { resourceType, resource: resourceIdOf(resourceType, resource, pseudonyms) };
  }
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      key === 'sources'
        ? sourcesOf(value, pseudonyms)
        : key === 'scopes'
          ? scopesOf(value, pseudonyms)
          : valueOf(key, value, pseudonyms),
    ]),
  );
}

/** Custom attributes may hold anything, so their names, texts and numbers are replaced. */
function attributesOf(value: Json, pseudonyms: Pseudonyms): Json {
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item) => attributesOf(item, pseudonyms));
  }
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [pseudonyms.text(key), attributesOf(item, pseudonyms)]),
    );
  }
  return typeof value === 'string'
    ? pseudonyms.text(value)
    : typeof value === 'number'
      ? pseudonyms.number(value)
      : value;
}

/** Other tools write into a grant the ids of the entitlements that it came from. */
function sourcesOf(value: Json, pseudonyms: Pseudonyms): Json {
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key === 'sources' ? key : entitlementOf(key, pseudonyms),
          sourcesOf(item, pseudonyms),
        ]),
      )
    : value;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
