import { type Application, applicationList } from '../descope/applications.ts';
import { type ThirdPartyApp, thirdPartyAppList } from '../descope/third-party-apps.ts';
import type { CatalogList } from './catalog-list.ts';

export const listedApplications: CatalogList<Application> = {
  typeId: 'application',
  whole: applicationList,
  idOf: ({ id }) => id,
  bytesOf: () => 700,
};

export const listedThirdPartyApps: CatalogList<ThirdPartyApp> = {
  typeId: 'third_party_app',
  whole: thirdPartyAppList,
  idOf: ({ id }) => id,
  bytesOf: ({ scopes, allowedTenants }) => 700 + scopes.length * 200 + allowedTenants.length * 60,
};
