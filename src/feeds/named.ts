import type { AuditRecord } from '../descope/audit/audit.ts';
import { type ResourceRef, roleResourceId, tenantRef } from '../model/ids.ts';
import { textIn, textsIn } from './data.ts';

/**
 * Every user, tenant, role and key that a record names, each once. Which fields of `data` name them is documented for
 * permissions alone: an id counts under its own name, and under `id` where the action says whose it is.
 */
export function namedIn(record: AuditRecord): readonly ResourceRef[] {
  const named = [
    ...refs('user', [record.userId, ...idsIn(record, 'User', 'user')]),
    ...refs('access_key', idsIn(record, 'AccessKey', 'access_key')),
    ...roleIdsIn(record).map((id) => ({ typeId: 'role', id })),
    ...[...record.tenantIds, ...idsIn(record, 'Tenant', 'tenant')].map((id) => tenantRef(id) ?? noRef),
  ];
  const known = named.filter(({ id }) => id !== '');
  return [...new Map(known.map((ref) => [JSON.stringify([ref.typeId, ref.id]), ref])).values()];
}

const noRef: ResourceRef = { typeId: '', id: '' };

const refs = (typeId: string, ids: readonly string[]): readonly ResourceRef[] => ids.map((id) => ({ typeId, id }));

/** `access_key_id`, `accessKeyId`, and lists of both; `id` and `ids` too in a record whose action begins so. */
function idsIn({ action, data }: AuditRecord, prefix: string, name: string): readonly string[] {
  const camel = name.replaceAll(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
  const own = new RegExp(`^${prefix}s?(?:[A-Z]|$)`).test(action);
  return [
    ...[`${name}_id`, `${camel}Id`, ...(own ? ['id'] : [])].map((field) => textIn(data, field)),
    ...[`${name}_ids`, `${camel}Ids`, ...(own ? ['ids'] : [])].flatMap((field) => textsIn(data, field)),
  ];
}

/** Roles are known by name: the role of the one tenant that a record about a role concerns, else one of the project. */
function roleIdsIn({ action, data, tenantIds }: AuditRecord): readonly string[] {
  const isOfRole = /^Roles?(?:[A-Z]|$)/.test(action);
  const names = ['role_name', 'roleName', ...(isOfRole ? ['name'] : [])].map((field) => textIn(data, field));
  const ownTenant = isOfRole && tenantIds.length === 1 ? (tenantIds[0] ?? '') : '';
  return [
    ...names.filter((name) => name !== '').map((roleName) => ({ tenantId: ownTenant, roleName })),
    ...['roleNames', 'role_names'].flatMap((field) =>
      textsIn(data, field).map((roleName) => ({ tenantId: '', roleName })),
    ),
  ].map((address) => roleResourceId(address));
}
