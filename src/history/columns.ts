import { userColumns, userValues } from '../answers/index-writer.ts';
import { canonical, resourceColumns, resourceValues } from '../answers/other-rows.ts';
import type { FileRow } from '../answers/rows.ts';
import { isFoundingType } from '../model/ids.ts';
import { grantKinds, type VersionTable } from './schema.ts';

export type Value = string | number | Uint8Array | null;

/** The tables of resources. */
export type ResourceTable = Extract<VersionTable, 'user_row' | 'thing_row' | 'sso_row' | 'other_row'>;

/** What is kept of a resource besides its message, in the order of `valuesOf`. */
export const ownColumns: Readonly<Record<ResourceTable, readonly string[]>> = {
  user_row: userColumns,
  thing_row: ['kind', 'id', 'name', 'role', 'tenant', 'role_tenant', 'is_system', 'parent', 'inheritance'],
  sso_row: ['type', 'id', 'name', 'tenant', 'sso_id'],
  other_row: resourceColumns,
};

/** Where resources of a type are kept. */
export function tableOf(typeId: string): ResourceTable {
  if (typeId === 'user') {
    return 'user_row';
  }
  if (isFoundingType(typeId)) {
    return 'thing_row';
  }
  return typeId === 'sso_configuration' || typeId === 'idp_group' ? 'sso_row' : 'other_row';
}

/** The values of a resource's own columns. */
export function valuesOf(row: FileRow): readonly Value[] {
  switch (row.kind) {
    case 'user':
      return userValues(row);
    case 'tenant':
      return ['tenant', row.id, row.name, '', row.id, null, 0, row.parentTenantId, row.roleInheritance];
    case 'role':
      return ['role', row.id, row.name, row.roleName, row.tenantId, null, 0, '', ''];
    case 'binding':
      return ['binding', row.id, row.name, row.roleName, row.tenantId, row.roleTenantId ?? null, 0, '', ''];
    case 'permission':
      return ['permission', row.id, row.name, '', '', null, Number(row.isSystem), '', ''];
    case 'sso-configuration':
    case 'group':
      return [row.kind === 'group' ? 'idp_group' : 'sso_configuration', row.id, row.name, row.tenantId, row.ssoId];
    case 'unknown':
      if (row.what === 'resource') {
        return resourceValues(row);
      }
      break;
    default:
  }
  throw new Error(`a row of the kind ${row.kind} is no resource`);
}

/** What a grant is for questions: `undefined` is what they do not need. */
export function kindOfGrant(row: FileRow | undefined): number {
  switch (row?.kind) {
    case undefined:
      return grantKinds.rest;
    case 'grant':
      return row.to.kind === 'user' ? grantKinds.holding : grantKinds.confers;
    case 'inheritance':
      return grantKinds.inherits;
    case 'mapping':
      return grantKinds.maps;
    case 'group-member':
      return grantKinds.member;
    default:
      return grantKinds.other;
  }
}

/** What a grant says of itself, in the table that keeps it: undefined where there is nothing. */
export function notesOf(
  row: FileRow | undefined,
): { readonly table: 'edge' | 'mapping' | 'details'; readonly values: readonly Value[] } | undefined {
  if (row?.kind === 'inheritance') {
    return { table: 'edge', values: [row.ancestor, row.certainty, row.keys, row.reason] };
  }
  if (row?.kind === 'mapping') {
    return { table: 'mapping', values: [row.via, row.ssoId, row.priority ?? null] };
  }
  if (row?.kind === 'unknown' && row.what === 'grant' && row.metadata !== undefined) {
    return { table: 'details', values: [canonical(row.metadata)] };
  }
  return undefined;
}
