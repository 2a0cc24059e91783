import type { User } from '../descope/users/user.ts';
import { ConnectorError } from '../errors.ts';
import {
  entitlementId,
  entitlementSlugs,
  isResourceTypeId,
  parseBindingResourceId,
  parseRoleResourceId,
} from '../model/ids.ts';
import type { Entitlement } from '../model/messages.ts';
import { requiredResourceId, requiredText } from '../model/requests.ts';

/** A type whose entitlement can be given and taken away. */
export type GrantableTypeId = 'tenant' | 'role' | 'role_binding';

/**
 * What an entitlement stands for in Descope. The scope is read from the entitlement's resource id and from nothing else:
 * tenantId '' is the whole project; without a role name it is the membership itself.
 */
export interface Target {
  readonly typeId: GrantableTypeId;
  readonly resourceId: string;
  readonly tenantId: string;
  readonly roleName: string | undefined;
}

/** The target that a resource's entitlement stands for, or `invalid` for an id that no such resource can have. */
export function parseTarget(typeId: string, resourceId: string): Target {
  requiredText(resourceId, "the resource's id");
  requiredText(`${typeId}:${resourceId}:assigned`, "the entitlement's id"); // the longest slug
  if (typeId === 'permission') {
    throw new ConnectorError(
      'refused',
      'a permission cannot be granted or revoked by itself: edit the role in Descope',
    );
  }
  if (typeId === 'tenant') {
    return { typeId, resourceId, tenantId: resourceId, roleName: undefined };
  }
  if (typeId !== 'role' && typeId !== 'role_binding') {
    throw isResourceTypeId(typeId)
      ? new ConnectorError('invalid', `a ${typeId} cannot be granted`)
      : new ConnectorError('unsupported', `there is no resource type ${JSON.stringify(typeId.slice(0, 100))}`);
  }
  const address = typeId === 'role' ? parseRoleResourceId(resourceId) : parseBindingResourceId(resourceId);
  if (address === undefined) {
    throw new ConnectorError(
      'invalid',
      `no ${typeId} has the id ${JSON.stringify(resourceId.slice(0, 100))}; it looks like ${typeId === 'role' ? 'Editor or tenant-id/Editor' : 'tenant-id/Editor'}, and "%" and "/" inside a name are written %25 and %2F`,
    );
  }
  return { typeId, resourceId, ...address };
}

/** The target of a request's entitlement, all parts of which must agree; what they point at is not looked at yet. */
export function parseEntitlement(entitlement: Entitlement | undefined): Target {
  const { resourceType, resource } = requiredResourceId(entitlement?.resource?.id, 'entitlement.resource.id');
  const id = requiredText(entitlement?.id, 'entitlement.id');
  const target = parseTarget(resourceType, resource);
  const slug = entitlement?.slug ?? '';
  if (slug !== '' && slug !== entitlementSlugs[target.typeId]) {
    throw new ConnectorError(
      'invalid',
      `a ${target.typeId} has no entitlement ${JSON.stringify(slug.slice(0, 100))}, only "${entitlementSlugs[target.typeId]}"`,
    );
  }
  if (id !== entitlementId(target.typeId, resource)) {
    throw new ConnectorError('invalid', "the entitlement's id and its resource do not agree");
  }
  return target;
}

/** Whether the user's record shows the target, in exactly its scope. */
export function holds(user: User, { tenantId, roleName }: Pick<Target, 'tenantId' | 'roleName'>): boolean {
  if (tenantId === '') {
    return roleName !== undefined && user.roleNames.includes(roleName);
  }
  const membership = user.userTenants.find((entry) => entry.tenantId === tenantId);
  return membership !== undefined && (roleName === undefined || membership.roleNames.includes(roleName));
}

/** One thing that a record shows: a membership (no role name) or a role in its scope. */
export interface Holding {
  readonly tenantId: string;
  readonly roleName: string | undefined;
}

function holdingsOf(user: User): readonly Holding[] {
  return [
    ...user.roleNames.map((roleName) => ({ tenantId: '', roleName })),
    ...user.userTenants.flatMap(({ tenantId, roleNames }) => [
      { tenantId, roleName: undefined },
      ...roleNames.map((roleName) => ({ tenantId, roleName })),
    ]),
  ];
}

/** What the second record shows and the first does not. */
export function gainedBetween(before: User, after: User): readonly Holding[] {
  return holdingsOf(after).filter((holding) => !holds(before, holding));
}
