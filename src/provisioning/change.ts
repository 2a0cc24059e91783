import { listedApplications, listedThirdPartyApps } from '../access/app-lists.ts';
import type { Catalog } from '../access/catalog.ts';
import { gainedBetween, type Holding, isMembership, isSameHolding } from '../access/holding.ts';
import { nameOf, nameOfTarget, tenantName } from '../access/names.ts';
import type { Principal } from '../access/principal.ts';
import { type Target, targetOf } from '../access/target.ts';
import type { PolicyWord } from './access-guard.ts';
import { type AuditState, auditStates, type PlannedWrite } from './audit.ts';
import { type Inherited, inheritedBy, sourcesText } from './inherited.ts';
import type { Lists } from './look-up.ts';
import type { Returning } from './returning.ts';
import type { PrincipalRecord, Subject } from './principal.ts';

export type Operation = 'grant' | 'revoke';

/** How an asked-for change ended, for people (`words`) and machines. */
export interface Change {
  readonly operation: Operation;
  readonly outcome: 'granted' | 'already-granted' | 'revoked' | 'already-revoked' | 'planned';
  readonly requestId: string;
  readonly target: Target;
  readonly principal: Principal;
  /** What the record showed in the scope of the change, and shows now; what it would show, in a dry run. */
  readonly before?: AuditState;
  readonly after?: AuditState;
  /** What the principal gained (a grant) or lost (a revoke) besides what was asked for. */
  readonly alongside: readonly Holding[];
  /** The entitlements by which `alongside` is listed, for those that are. */
  readonly alongsideTargets: readonly Target[];
  /** What the principal holds by inheritance as well, whether or not it holds it itself: a revoke leaves that. */
  readonly inherited: readonly Inherited[];
  /** What a revoke took and a login may give back, as far as that was asked. */
  readonly returning: Returning;
  /** What the policy says of a grant. */
  readonly policy: PolicyWord;
  /** What was sent, or, in a dry run, would be: all of it, in this order. */
  readonly writes: readonly PlannedWrite[];
  readonly words: ChangeWords;
}

/** What people call those that a change is about. */
export interface ChangeWords {
  /** "user". */
  readonly noun: string;
  readonly isKnownPrincipal: boolean;
  /** The tenant or application of the target, such as "tenant acme", where the project does not have it; else ''. */
  readonly unknown: string;
  /** Nobody reaches the application at present. */
  readonly isDisabled: boolean;
  /** Why the principal cannot use what it holds at present, such as "expired"; '' where it can. */
  readonly idle: string;
  /** The principal's name, or its id where it is not known. */
  readonly principal: string;
  /** The first login id; '' where there is none. */
  readonly login: string;
  readonly target: string;
  /** The tenant's name; '' for the whole project. */
  readonly tenant: string;
  readonly alongside: readonly string[];
  /** "role_binding:acme/Editor:assigned in Acme", for each ancestor; '' where nothing is inherited. */
  readonly inherited: string;
}

/** What an attempt came to; in a dry run, what it would come to. */
export interface Ended {
  readonly outcome: Change['outcome'];
  readonly before: PrincipalRecord | undefined;
  readonly after: PrincipalRecord | undefined;
  readonly writes: readonly PlannedWrite[];
  readonly lists: Lists;
}

/** What the principal gained or lost besides the target. */
export function alongsideOf(operation: Operation, { before, after }: Ended, target: Target): readonly Holding[] {
  if (before === undefined || after === undefined) {
    return [];
  }
  const changed = operation === 'grant' ? gainedBetween(before, after) : gainedBetween(after, before);
  return changed.filter((holding) => !isSameHolding(holding, target));
}

/** Through which ancestors the principal holds the target once the change has ended, besides what it holds itself. */
export function alsoInherited({ after, lists }: Ended, target: Target, subject: Subject): readonly Inherited[] {
  return after === undefined ? [] : inheritedBy(subject, after, target, lists);
}

type Made = Pick<Change, 'operation' | 'requestId' | 'target' | 'alongside' | 'inherited' | 'returning' | 'policy'>;

export function toChange(made: Made, { id, type }: Subject, { outcome, before, after, writes, lists }: Ended): Change {
  const { alongside, target, inherited } = made;
  const { catalog } = lists;
  const record = after ?? before;
  return {
    ...made,
    outcome,
    writes,
    principal: { typeId: type.typeId, id },
    ...auditStates(before, after, target),
    alongsideTargets: alongside.map((holding) => targetOf(catalog, holding)).filter((listed) => listed !== undefined),
    words: {
      noun: type.noun,
      isKnownPrincipal: record !== undefined,
      unknown: unknownOf(target, catalog),
      isDisabled: isDisabled(target, catalog),
      idle: record?.idle ?? '',
      principal: nameOfPrincipal(id, type, record, catalog),
      login: record?.login ?? '',
      target: nameOfTarget(catalog, target),
      tenant: target.tenantId === '' ? '' : tenantName(catalog, target.tenantId),
      alongside: alongside.map((holding) =>
        isMembership(holding) ? `membership of ${nameOf(catalog, holding)}` : nameOf(catalog, holding),
      ),
      inherited: sourcesText(inherited, lists),
    },
  };
}

/** A tenant's own record shows no name: the list of tenants does. */
function nameOfPrincipal(
  id: string,
  { typeId }: Subject['type'],
  record: PrincipalRecord | undefined,
  catalog: Catalog,
): string {
  const name = typeId === 'tenant' ? tenantName(catalog, id) : record?.name;
  return name === undefined || name === '' ? id : name;
}

function unknownOf({ typeId, resourceId, tenantId, appId }: Target, catalog: Catalog): string {
  if (typeId === 'third_party_app') {
    const isUnknown = catalog.row(listedThirdPartyApps, resourceId) === undefined;
    return isUnknown && !catalog.isUntold(listedThirdPartyApps) ? `third-party app ${resourceId}` : '';
  }
  if (appId !== undefined) {
    return catalog.row(listedApplications, appId) === undefined ? `application ${appId}` : '';
  }
  return tenantId === '' || catalog.tenant(tenantId) !== undefined ? '' : `tenant ${tenantId}`;
}

/** Whether a target is an application that is switched off: who was given it keeps it, and cannot use it. */
export function isDisabled({ appId }: Pick<Target, 'appId'>, catalog: Catalog | undefined): boolean {
  return appId !== undefined && catalog?.row(listedApplications, appId)?.isEnabled === false;
}
