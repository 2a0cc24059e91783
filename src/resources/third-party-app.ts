import { listedThirdPartyApps } from '../access/app-lists.ts';
import { consentList } from '../descope/consents.ts';
import { type ThirdPartyApp, thirdPartyAppList } from '../descope/third-party-apps.ts';
import { endpointsOf } from '../descope/whole-list.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import { appTrait } from '../model/traits.ts';
import type { ResourceType } from './resource-type.ts';
import { consentPage, listedConsents } from './sync/consents.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';

function wellFormed(words: readonly string[]): string[] {
  return words.map((word) => word.toWellFormed());
}

/** An app that is switched off keeps its consents: they count again when it is switched on. */
function toThirdPartyApp(app: ThirdPartyApp, cuts: CutCounter): ResourceRow {
  const { id, clientId, name, description, status, isDynamic, skipsConsentScreen, allowedTenants, scopes } = app;
  const isActive = status === '' || status === 'active';
  const profile = {
    app_id: id,
    client_id: clientId.toWellFormed(),
    name: name.toWellFormed(),
    status: status.toWellFormed(),
    dynamic: isDynamic,
    scopes: scopes.map((scope) => ({
      name: scope.name.toWellFormed(),
      values: wellFormed(scope.values),
      optional: scope.isOptional,
    })),
    allowed_tenants: [...allowedTenants],
    skip_consent_screen: skipsConsentScreen,
  };
  const parts = {
    id,
    displayName: name.trim() === '' ? id : name,
    description,
    status: isActive ? 'enabled' : 'disabled',
    profile,
  } as const;
  return resourceRow(toResource('third_party_app', parts, [appTrait(isActive ? [] : ['inactive'])], cuts));
}

export const thirdPartyAppType: ResourceType = {
  words: {
    id: 'third_party_app',
    displayName: 'Third-party app',
    plural: 'Third-party apps',
    description: 'An application of others, which acts for the users and tenants who consented.',
    traits: ['app'],
    skips: 'entitlements',
  },
  isOptIn: true,
  reads: [...endpointsOf(thirdPartyAppList), ...endpointsOf(consentList)],
  lists: [listedThirdPartyApps, listedConsents],
  parentTypeIds: [],
  list: async (session, { cursor, limit, signal }) => {
    const apps = (await session.beginListing('third_party_app', signal)).rows(listedThirdPartyApps);
    return fillPage(
      rowsAfter(apps, cursor, listedThirdPartyApps.idOf, (app) => toThirdPartyApp(app, session.cuts)),
      limit,
    );
  },
  get: async (session, id, signal) => {
    const app = (await session.catalog(signal)).row(listedThirdPartyApps, id);
    return app && toThirdPartyApp(app, session.cuts);
  },
  entitlements: [
    {
      words: {
        slug: 'consent',
        displayName: 'Consent',
        description: 'Allowed the app to act with the scopes that the grant names.',
        purpose: 'permission',
      },
      grantableTo: ['user', 'tenant'],
      grants: consentPage,
    },
  ],
};
