import { type Holder, holds } from '../access/holding.ts';
import type { Flow, InheritedPair } from '../access/inheritance.ts';
import { tenantName } from '../access/names.ts';
import { type Target, targetOf } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { entitlementIdOf } from '../model/ids.ts';
import { printable } from '../printable.ts';
import type { Lists } from './look-up.ts';
import { described, type Subject } from './principal.ts';

/** An ancestor through which a principal holds something in a tenant. */
export interface Inherited {
  /** What is held directly in the ancestor: the entitlement that a revoke must name. */
  readonly source: Target;
  readonly flow: Flow;
}

/**
 * Through which ancestors a principal holds what the target stands for, nearest first. A role of the project comes from
 * the same role held in an ancestor, a derived binding from the role that its id names. What is held in the whole
 * project, and a tenant's own role, is inherited from nowhere.
 */
export function inheritedBy({ type }: Subject, record: Holder, target: Target, lists: Lists): readonly Inherited[] {
  if (record.userTenants.length === 0) {
    return [];
  }
  const held = flowsInto(target, lists).filter(({ source }) => holds(record, source));
  return type.typeId === 'user'
    ? held
    : held.filter(({ pair }) => pair.flowsToKeys).map(({ source, flow }) => ({ source, flow: uncertain(flow) }));
}

/** Nothing says for certain that keys inherit as users do. */
function uncertain({ reason }: Flow): Flow {
  return { certainty: 'uncertain', reason };
}

/** Everything above a target's tenant whose holders hold the target, too, nearest first. */
export function flowsInto(
  target: Target,
  { catalog, inheritance }: Lists,
): readonly (Inherited & { readonly pair: InheritedPair })[] {
  const role = inheritedRole(target);
  if (target.roleName !== undefined && role === undefined) {
    return [];
  }
  return inheritance.pairsOf(target.tenantId).flatMap((pair) => {
    const source = targetOf(catalog, { tenantId: pair.ancestor, roleName: role?.roleName });
    if (source === undefined || (role !== undefined && !isSameRole(role, source))) {
      return [];
    }
    return [{ source, flow: role === undefined ? pair.membership : pair.roles, pair }];
  });
}

/** Whether the principal may hold something elsewhere that an old list of tenants does not know to flow here. */
export function mayInherit({ userTenants }: Holder, { tenantId }: Target, { inheritance }: Lists): boolean {
  return inheritance.mode !== 'none' && tenantId !== '' && userTenants.some((entry) => entry.tenantId !== tenantId);
}

/** Refuses to take from a tenant what is not held there: it says where it is, and how sure that is. */
export function onlyInherited(subject: Subject, target: Target, from: readonly Inherited[], lists: Lists): Error {
  const what = thingOf(target, lists);
  const isSure = from.some(({ flow }) => flow.certainty === 'derived');
  const held = isSure ? `holds ${what} only by inheritance` : `does not hold ${what} itself, but may by inheritance`;
  return new ConnectorError(
    'refused',
    `${described(subject)} ${held}: revoke it where it is held, ${sourcesText(from, lists)}`,
  );
}

/** Texts that go into one message; the rest is counted, because a refusal must fit into the headers of an answer. */
const mostText = 1500;

/** `role_binding:acme/Editor:assigned in Acme`, for each ancestor, with what makes it uncertain. */
export function sourcesText(from: readonly Inherited[], lists: Lists): string {
  const texts = from.map((one) => sourceText(one, lists));
  let length = 0;
  const named = texts.filter((text, place) => (length += text.length) <= mostText || place === 0);
  const more = texts.length - named.length;
  return `${named.join(' and ')}${more > 0 ? ` and ${more} more above it` : ''}`;
}

function sourceText({ source, flow }: Inherited, { catalog }: Lists): string {
  const reason = flow.reason === '' ? '' : `: ${flow.reason}`;
  const label = flow.certainty === 'uncertain' ? ` (uncertain${reason})` : '';
  return `${printable(entitlementIdOf(source))} in ${printable(tenantName(catalog, source.tenantId))}${label}`;
}

/** "Editor in Acme East", "membership of Acme East". */
export function thingOf({ tenantId, roleName }: Target, { catalog }: Lists): string {
  const tenant = printable(tenantName(catalog, tenantId));
  return roleName === undefined ? `membership of ${tenant}` : `${printable(roleName)} in ${tenant}`;
}

interface RoleOf {
  /** The tenant that defines it; '' for a role of the project. */
  readonly roleTenantId: string;
  readonly roleName: string;
}

/** Which role comes down to a target; undefined for one that is held only where it is defined, and for a membership. */
function inheritedRole({ typeId, roleTenantId = '', roleName }: Target): RoleOf | undefined {
  return typeId === 'role_binding' && roleName !== undefined ? { roleTenantId, roleName } : undefined;
}

/** Whether what a name means in an ancestor is the role that is looked for. */
function isSameRole({ roleTenantId }: RoleOf, source: Target): boolean {
  return roleTenantId === ''
    ? source.typeId === 'role_binding'
    : source.typeId === 'role' && source.tenantId === roleTenantId;
}
