import type { Membership } from '../descope/memberships.ts';

/** One thing that can be held: a membership of a tenant (no role name), or a role, project-wide for tenantId ''. */
export interface Holding {
  readonly tenantId: string;
  readonly roleName: string | undefined;
}

/** The part of a record that shows what its owner holds. */
export interface Holder {
  /** Roles in the whole project. */
  readonly roleNames: readonly string[];
  /** Memberships, with the roles inside each tenant. */
  readonly userTenants: readonly Membership[];
}

/** Whether the record shows the holding, in exactly its scope. */
export function holds(holder: Holder, { tenantId, roleName }: Holding): boolean {
  if (tenantId === '') {
    return roleName !== undefined && holder.roleNames.includes(roleName);
  }
  const membership = holder.userTenants.find((entry) => entry.tenantId === tenantId);
  return membership !== undefined && (roleName === undefined || membership.roleNames.includes(roleName));
}

/** What the second record shows and the first does not. */
export function gainedBetween(before: Holder, after: Holder): readonly Holding[] {
  return holdingsOf(after).filter((holding) => !holds(before, holding));
}

function holdingsOf(holder: Holder): readonly Holding[] {
  return [
    ...holder.roleNames.map((roleName) => ({ tenantId: '', roleName })),
    ...holder.userTenants.flatMap(({ tenantId, roleNames }) => [
      { tenantId, roleName: undefined },
      ...roleNames.map((roleName) => ({ tenantId, roleName })),
    ]),
  ];
}
