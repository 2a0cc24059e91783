import { entitlementIdOf, holdingOf, type Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { entitlementSlugs, isResourceTypeId } from '../model/ids.ts';
import type { Entitlement } from '../model/messages.ts';
import { requiredResourceId, requiredText } from '../model/requests.ts';

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
  if (typeId !== 'tenant' && typeId !== 'role' && typeId !== 'role_binding') {
    throw isResourceTypeId(typeId)
      ? new ConnectorError('invalid', `a ${typeId} cannot be granted`)
      : new ConnectorError('unsupported', `there is no resource type ${JSON.stringify(typeId.slice(0, 100))}`);
  }
  const holding = holdingOf(typeId, resourceId);
  if (holding === undefined) {
    throw new ConnectorError(
      'invalid',
      `no ${typeId} has the id ${JSON.stringify(resourceId.slice(0, 100))}; it looks like ${typeId === 'role' ? 'Editor or tenant-id/Editor' : 'tenant-id/Editor'}, and "%" and "/" inside a name are written %25 and %2F`,
    );
  }
  return { typeId, resourceId, ...holding };
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
  if (id !== entitlementIdOf(target)) {
    throw new ConnectorError('invalid', "the entitlement's id and its resource do not agree");
  }
  return target;
}
