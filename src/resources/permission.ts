import { listedPermissions, listedRoles } from '../access/catalog-list.ts';
import type { Permission } from '../descope/permissions.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import type { ResourceType } from './resource-type.ts';
import { conferringPage } from './sync/conferring.ts';
import { lateRows } from './sync/late.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';

export function toPermission(permission: Permission, cuts: CutCounter): ResourceRow {
  const { name, description, id, systemDefault } = permission;
  const profile = { permission_name: name, system_default: systemDefault, descope_id: id.toWellFormed() };
  return resourceRow(
    toResource('permission', { id: name, displayName: name, description, rawId: id, profile }, [], cuts),
  );
}

export const permissionType: ResourceType = {
  words: {
    id: 'permission',
    displayName: 'Permission',
    plural: 'Permissions',
    description: 'What a role allows. Granted to roles only: edit the role in Descope to change it.',
    traits: [],
    skips: 'entitlements',
  },
  reads: [listedPermissions.whole.endpoint],
  lists: [listedPermissions, listedRoles],
  parentTypeIds: [],
  list: async (session, { cursor, limit, signal }) => {
    const { permissions } = await session.beginListing('permission', signal);
    return fillPage(
      rowsAfter(
        permissions,
        cursor,
        (permission) => permission.name,
        (permission) => toPermission(permission, session.cuts),
      ),
      limit,
    );
  },
  get: async (session, name, signal) => {
    const permission = (await session.catalog(signal)).permission(name);
    return permission === undefined ? undefined : toPermission(permission, session.cuts);
  },
  late: lateRows(listedPermissions, toPermission),
  entitlements: [
    {
      words: {
        slug: 'granted',
        displayName: 'Granted',
        description: 'Is allowed by a role. Changed by editing the role in Descope.',
        purpose: 'permission',
        isImmutable: true,
      },
      grantableTo: ['role', 'role_binding'],
      grants: conferringPage,
    },
  ],
};
