import type { Membership } from '../descope/memberships.ts';

/** One thing that can be held: a membership of a tenant (no role name), or a role, project-wide for tenantId ''. */
export interface Holding {
  readonly tenantId: string;
  readonly roleName: string | undefined;
  /** An application that was given by name: then there is neither tenant ('') nor role. */
  readonly appId?: string;
}

/** The part of a record that shows what its owner holds. */
export interface Holder {
  /** Roles in the whole project. */
  readonly roleNames: readonly string[];
  /** Memberships, with the roles inside each tenant. */
  readonly userTenants: readonly Membership[];
  /** Applications that were given by name; left out where only roles and memberships are looked at. */
  readonly appIds?: readonly string[];
}

export const holdsNothing: Holder = { roleNames: [], userTenants: [] };

/** Whether the record shows the holding, in exactly its scope. */
export function holds(holder: Holder, { tenantId, roleName, appId }: Holding): boolean {
  if (appId !== undefined) {
    return holder.appIds?.includes(appId) === true;
  }
  if (tenantId === '') {
    return roleName !== undefined && holder.roleNames.includes(roleName);
  }
  const membership = holder.userTenants.find((entry) => entry.tenantId === tenantId);
  return membership !== undefined && (roleName === undefined || membership.roleNames.includes(roleName));
}

export function isMembership({ tenantId, roleName }: Holding): boolean {
  return tenantId !== '' && roleName === undefined;
}

/** What the second record shows and the first does not. */
export function gainedBetween(before: Holder, after: Holder): readonly Holding[] {
  return holdingsOf(after).filter((holding) => !holds(before, holding));
}

export function isSameHolding(one: Holding, other: Holding): boolean {
  return one.tenantId === other.tenantId && one.roleName === other.roleName && one.appId === other.appId;
}

function holdingsOf(holder: Holder): readonly Holding[] {
  return [
    ...holder.roleNames.map((roleName) => ({ tenantId: '', roleName })),
    ...holder.userTenants.flatMap(({ tenantId, roleNames }) => [
      { tenantId, roleName: undefined },
      ...roleNames.map((roleName) => ({ tenantId, roleName })),
    ]),
    ...(holder.appIds ?? []).map((appId) => ({ tenantId: '', roleName: undefined, appId })),
  ];
}
