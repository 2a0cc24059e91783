import { listedThirdPartyApps } from '../../access/app-lists.ts';
import { consentList } from '../../descope/consents.ts';
import { thirdPartyAppList } from '../../descope/third-party-apps.ts';
import { isOver, listedConsents } from './consents.ts';
import type { SyncSession } from './sync-session.ts';

/** What reading the third-party apps showed. */
export interface ThirdPartyReport {
  readonly apps: 'offered' | 'not-offered';
  readonly consents: 'offered' | 'not-offered';
  /** Consents that were over when the sync began. */
  readonly expiredConsents: number;
  /** Others that give nothing: the app, the user or the tenant is not there. */
  readonly danglingConsents: number;
  /** Types that have no resources because the deployment does not tell of them. */
  readonly typesNotOffered: readonly string[];
}

/** Undefined where they are not read. */
export function thirdPartyReport(session: SyncSession): ThirdPartyReport | undefined {
  const { completedNow, notOffered, types, beganAtMs } = session;
  if (!types.lists.includes(listedThirdPartyApps) || completedNow === undefined) {
    return undefined;
  }
  const { catalog, users } = completedNow;
  const consents = catalog.rows(listedConsents);
  const living = consents.filter((consent) => !isOver(consent, beganAtMs));
  const offerOf = (what: string): 'offered' | 'not-offered' => (notOffered.has(what) ? 'not-offered' : 'offered');
  const apps = offerOf(thirdPartyAppList.what);
  const dangling = living.filter(
    ({ appId, userId, tenantId }) =>
      (apps === 'offered' && catalog.row(listedThirdPartyApps, appId) === undefined) ||
      (userId === '' ? catalog.tenant(tenantId) === undefined : !users.has(userId)),
  );
  return {
    apps,
    consents: offerOf(consentList.what),
    expiredConsents: consents.length - living.length,
    danglingConsents: dangling.length,
    typesNotOffered: apps === 'not-offered' ? ['third_party_app'] : [],
  };
}
