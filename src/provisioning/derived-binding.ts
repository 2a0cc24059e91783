import { type Holder, holds } from '../access/holding.ts';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { bindingResourceId, entitlementIdOf, entitlementRef, roleResourceId } from '../model/ids.ts';
import { printable, quoted } from '../printable.ts';
import { checkTenantExists } from './checks.ts';
import { flowsInto, inheritedBy, onlyInherited, sourcesText, thingOf } from './inherited.ts';
import type { Lists } from './look-up.ts';
import type { Planner } from './plan.ts';
import type { Subject } from './principal.ts';
import type { Asked } from './provisioned-type.ts';
import { checkCouldExist, checkNotMisread, unknownRole } from './revoke.ts';

/** The target of a derived binding. */
type DerivedTarget = Target & { readonly roleTenantId: string; readonly roleName: string };
interface AskedDerived extends Asked {
  readonly target: DerivedTarget;
}

/**
 * Whether a role binding is one that somebody holds by inheritance alone: a role that an ancestor defines, or the
 * project's role of a name that the tenant defines itself.
 */
export function isDerived(asked: Asked): asked is AskedDerived {
  return asked.target.roleTenantId !== undefined;
}

/** Refuses every grant of a derived binding: it says which entitlements above the tenant bring it about. */
export function refuseDerivedGrant({ target }: AskedDerived): Planner {
  return (lists) => {
    checkTenantExists(target, lists.catalog);
    checkTenantExists({ ...target, tenantId: target.roleTenantId || target.tenantId }, lists.catalog);
    const from = flowsInto(target, lists);
    const where =
      from.length === 0
        ? ', and nothing is inherited so at present'
        : `: grant it where it comes from, ${sourcesText(from, lists)}`;
    throw new ConnectorError(
      'refused',
      `${thingOf(target, lists)} is held by inheritance only (${printable(entitlementIdOf(target))})${where}`,
    );
  };
}

/**
 * Never plans a write: what is inherited is refused, with where it must be revoked. Where nothing is inherited any more
 * it counts as revoked, unless the id may mean something that is still held.
 */
export function planDerivedRevoke({ target, subject }: AskedDerived): Planner {
  return (seen, progress) => {
    const { record } = seen;
    if (record === undefined) {
      checkCouldExist(subject, progress);
      return { kind: 'settled', isOurs: false };
    }
    const from = inheritedBy(subject, record, target, seen);
    if (from.length > 0) {
      throw onlyInherited(subject, target, from, seen);
    }
    checkMeaning(target, subject, record, seen);
    return { kind: 'settled', isOurs: false, needsFreshLists: true };
  };
}

function checkMeaning(target: DerivedTarget, subject: Subject, record: Holder, { catalog }: Lists): void {
  const { tenantId, roleTenantId, roleName } = target;
  const tenants = roleTenantId === '' ? [tenantId] : [tenantId, roleTenantId];
  const gone = tenants.find((id) => catalog.tenant(id) === undefined);
  if (gone !== undefined) {
    checkNotMisread({ ...target, tenantId: gone }, catalog);
    return;
  }
  if (catalog.role(roleTenantId, roleName) === undefined) {
    const role = entitlementRef('role', roleResourceId({ tenantId: roleTenantId, roleName }));
    throw unknownRole({ ...role, tenantId: roleTenantId, roleName }, subject, catalog);
  }
  if (roleTenantId === '' && catalog.role(tenantId, roleName) === undefined && holds(record, { tenantId, roleName })) {
    const binding = entitlementIdOf(entitlementRef('role_binding', bindingResourceId(tenantId, roleName)));
    throw new ConnectorError(
      'refused',
      `tenant ${quoted(tenantId)} does not define a role ${quoted(roleName)} any more, and the project's role of that ` +
        `name is held there directly: sync again and revoke that, ${binding}`,
    );
  }
}
