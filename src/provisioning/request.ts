import type { Principal } from '../access/principal.ts';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { type EntitlementRef, entitlementIdOf } from '../model/ids.ts';
import type { Entitlement, Resource } from '../model/messages.ts';
import { requiredResourceId, requiredText } from '../model/requests.ts';
import type { Operation } from './change.ts';
import { isKnownType, typeInWords, typeWithArticle } from '../sync-format/known-types.ts';
import { principalTypeOf, principalTypesHolding } from './principal-types.ts';
import type { PrincipalRecord } from './principal.ts';
import { edgeRefusal } from './edges.ts';
import type { ProvisionedType } from './provisioned-type.ts';
import { entitlementOf, provisioned, provisioningOf } from './types.ts';
import { quoted } from '../printable.ts';

type IsType = (typeId: string) => boolean;

/** What is to be changed, and for whom. */
export interface ChangeRequest {
  readonly target: Target;
  readonly principal: Principal;
  /**
   * Throws where the record that the change goes by forbids it. Asked of the first look, and again before each write; not
   * where there is no such principal.
   */
  readonly check?: ((record: PrincipalRecord) => void) | undefined;
}

/** A Grant or Revoke of the protocol, as far as it matters. */
export interface AskedEntitlement {
  readonly entitlement?: Entitlement | undefined;
  readonly principal?: Resource | undefined;
}

/**
 * What a Grant or Revoke of the protocol asks for: all of its parts must agree. Whether the project has what they name
 * is not looked at yet. `isType` tells which types there are, besides those that can be changed or be granted
 * something.
 */
export function parseChangeRequest(
  operation: Operation,
  { entitlement, principal }: AskedEntitlement,
  isType: IsType,
): ChangeRequest {
  const { resourceType, resource: id } = requiredResourceId(principal?.id, 'principal.id');
  const target = parseEntitlement(entitlement, isType);
  // Of principals that have to be included, a connector that does not list them changes none either.
  checkAskable(operation, target, resourceType, (typeId) => typeId === 'user' || isType(typeId));
  if (operation === 'grant') {
    requiredText(`${entitlement?.id}:${resourceType}:${id}`, "the grant's id"); // else the answer could not carry the grant
  }
  return { target, principal: { typeId: resourceType, id } };
}

/** What a sentence calls a type that somebody asked for: in words where we know it, else as it was written. */
function asked(typeId: string): string {
  return isKnownType(typeId) ? typeWithArticle(typeId) : `a ${quoted(typeId)}`;
}

/**
 * Refuses to grant what can only be revoked, and a type of principals that a target's entitlement cannot be granted to,
 * or that is not listed.
 */
export function checkAskable(
  operation: Operation,
  target: Target,
  principalTypeId: string,
  isListed: IsType = () => true,
): void {
  const { gives, refusedGrant } = entitlementOf(target);
  const holding = principalTypesHolding(gives);
  const grantedTo = holding.filter(({ typeId }) => isListed(typeId));
  const isOf = ({ typeId }: { readonly typeId: string }): boolean => typeId === principalTypeId;
  if (grantedTo.some(isOf)) {
    if (operation === 'grant' && refusedGrant !== undefined) {
      throw new ConnectorError('refused', refusedGrant);
    }
    return;
  }
  const refusal = edgeRefusal(target, principalTypeId);
  if (refusal !== undefined) {
    throw refusal;
  }
  throw new ConnectorError(
    'invalid',
    `${typeWithArticle(target.typeId)} can be ${operation === 'grant' ? 'granted to' : 'revoked from'} ` +
      `${grantedTo.map(({ oneOf }) => oneOf).join(' or ')}, not ${operation === 'grant' ? 'to' : 'from'} ` +
      `${asked(principalTypeId)}${holding.some(isOf) ? `, unless they are included: --include ${principalTypeId}` : ''}`,
  );
}

/** The target of a request's entitlement. */
export function parseEntitlement(entitlement: Entitlement | undefined, isType?: IsType): Target {
  const { resourceType, resource } = requiredResourceId(entitlement?.resource?.id, 'entitlement.resource.id');
  const id = requiredText(entitlement?.id, 'entitlement.id');
  const targets = parseTargets(resourceType, resource, isType);
  const slug = entitlement?.slug ?? '';
  const named = targets.filter((target) => slug === '' || slug === target.slug);
  if (named.length === 0) {
    throw new ConnectorError(
      'invalid',
      `${asked(resourceType)} has no entitlement ${quoted(slug)}, only ${targets.map((target) => `"${target.slug}"`).join(' and ')}`,
    );
  }
  const target = named.find((one) => entitlementIdOf(one) === id);
  if (target === undefined) {
    throw new ConnectorError('invalid', "the entitlement's id and its resource do not agree");
  }
  return target;
}

/** The target of a resource's entitlement: its only one when no slug is given. */
export function parseTarget(typeId: string, resourceId: string, slug?: string): Target {
  const targets = parseTargets(typeId, resourceId);
  const [target, ...others] = targets.filter((one) => slug === undefined || one.slug === slug);
  if (target === undefined || others.length > 0) {
    throw new Error(`${typeId} has no entitlement ${slug ?? 'alone'}`);
  }
  return target;
}

/**
 * The parts of a bare entitlement id, for the command line, which is given nothing else: a known type in front, one of
 * its slugs behind, and between them the resource id, whatever it holds. Undefined for any other text.
 */
export function parseEntitlementArgument(id: string): EntitlementRef | undefined {
  for (const type of provisioned) {
    const slugs = 'slugs' in type ? type.slugs : type.entitlements.map(({ slug }) => slug);
    const slug = slugs.find((one) => id.startsWith(`${type.typeId}:`) && id.endsWith(`:${one}`));
    const resourceId = slug === undefined ? '' : id.slice(type.typeId.length + 1, -(slug.length + 1));
    if (slug !== undefined && resourceId !== '') {
      return { typeId: type.typeId, resourceId, slug };
    }
  }
  return undefined;
}

/** Types of principals that a bare grant id may name. */
const grantedTypes = ['user', 'access_key', 'tenant'] as const;

/**
 * What a bare grant id says: an entitlement id as above, and the principal behind the last `:user:`, `:access_key:` or
 * `:tenant:` that follows one. Undefined for any other text.
 */
export function parseGrantArgument(
  id: string,
): { readonly entitlementId: string; readonly principal: Principal } | undefined {
  for (const typeId of grantedTypes) {
    const mark = `:${typeId}:`;
    for (let at = id.lastIndexOf(mark); at > 0; at = id.lastIndexOf(mark, at - 1)) {
      const entitlementId = id.slice(0, at);
      const principal = { typeId, id: id.slice(at + mark.length) };
      if (principal.id !== '' && parseEntitlementArgument(entitlementId) !== undefined) {
        return { entitlementId, principal };
      }
    }
  }
  return undefined;
}

/** One target for each entitlement of a resource; `invalid` for an id that no such resource can have. */
function parseTargets(typeId: string, resourceId: string, isType?: IsType): readonly Target[] {
  requiredText(resourceId, "the resource's id");
  requiredText(`${typeId}:${resourceId}:assigned`, "the entitlement's id"); // the longest slug
  const type = provisionedType(typeId, isType);
  const holding = type.parseId(resourceId);
  if (holding === undefined) {
    throw new ConnectorError(
      'invalid',
      `no ${typeInWords(typeId)} has the id ${quoted(resourceId)}; it looks like ${type.idExample}, and "%" ` +
        'and "/" inside a name are written %25 and %2F',
    );
  }
  return type.entitlements.map(({ slug }) => Object.assign({ typeId: type.typeId, resourceId, slug }, holding));
}

function provisionedType(typeId: string, isType?: IsType): ProvisionedType {
  const listed = isType?.(typeId);
  const known = provisioningOf(typeId);
  // An opt-in type that was not asked for is as one that is not there.
  const type = listed === false ? undefined : known;
  if (type === undefined) {
    throw principalTypeOf(typeId) !== undefined || listed === true
      ? new ConnectorError('invalid', `${asked(typeId)} cannot be granted`)
      : new ConnectorError('unsupported', `there is no resource type ${quoted(typeId)}`);
  }
  if ('refusal' in type) {
    throw new ConnectorError('refused', type.refusal);
  }
  return type;
}
