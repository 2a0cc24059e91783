import { idpGroups, knownSso, ssoSettings, tenantSettings, xaaSettings } from './sso-reads.ts';
import type { SyncSession } from './sync-session.ts';
import type { Offer, TenantFamily } from './tenant-family.ts';

/** What reading the single sign-on of all tenants showed. Parts that this sync does not read are absent. */
export interface SsoReport {
  /** Whether the deployment tells of it: `limited` where it tells of the default configuration of a tenant only. */
  readonly settings: Offer;
  readonly tenantSettings?: Offer;
  readonly xaa?: Offer;
  readonly groups?: Offer;
  /** Tenants that were deleted while the sync ran. */
  readonly vanishedTenants: number;
  /** Mapped and default roles that neither their tenant nor the project has. */
  readonly unknownRoles: number;
  /** Memberships of groups by somebody who is no user of the project. */
  readonly unmatchedMembers?: number;
  /** Types that have no resources because the deployment does not tell of them. */
  readonly typesNotOffered: readonly string[];
}

/** Undefined where nothing of it is read. */
export function ssoReport(session: SyncSession): SsoReport | undefined {
  const { tenantReads, types, completedNow } = session;
  const isRead = (family: TenantFamily<unknown>): boolean => types.tenantFamilies.includes(family);
  if (!isRead(ssoSettings) || completedNow === undefined) {
    return undefined;
  }
  const { catalog, users } = completedNow;
  const isUser = new Map<number, boolean>();
  let [unknownRoles, unmatchedMembers] = [0, 0];
  for (const { id } of catalog.tenants) {
    const sso = knownSso(session, id);
    const named = [...(sso?.configurations ?? []), ...(sso?.groups ?? [])];
    unknownRoles += named.reduce((sum, { unknownRoles: gone }) => sum + gone.length, 0);
    unknownRoles += sso?.unknownTenantRoles.length ?? 0;
    const told = isRead(idpGroups) ? tenantReads.known(idpGroups, id) : undefined;
    for (const { members, namelessMembers } of told?.groups ?? []) {
      unmatchedMembers += namelessMembers;
      for (const member of members) {
        const isKnown = isUser.get(member) ?? users.has(told?.ids.at(member) ?? '');
        isUser.set(member, isKnown);
        unmatchedMembers += isKnown ? 0 : 1;
      }
    }
  }
  const settings = tenantReads.offerOf(ssoSettings);
  const groups = isRead(idpGroups) ? tenantReads.offerOf(idpGroups) : undefined;
  return {
    settings,
    ...(isRead(tenantSettings) && { tenantSettings: tenantReads.offerOf(tenantSettings) }),
    ...(isRead(xaaSettings) && { xaa: tenantReads.offerOf(xaaSettings) }),
    ...(groups !== undefined && { groups, unmatchedMembers }),
    vanishedTenants: tenantReads.vanished.size,
    unknownRoles,
    typesNotOffered: [
      ...(settings === 'not-offered' && types.typeIds.has('sso_configuration') ? ['sso_configuration'] : []),
      ...(groups === 'not-offered' ? ['idp_group'] : []),
    ],
  };
}
