import type { Application } from '../../src/descope/applications.ts';
import type { Consent } from '../../src/descope/consents.ts';
import type { ThirdPartyApp } from '../../src/descope/third-party-apps.ts';

export function application(id: string, fields: Partial<Application> = {}): Application {
  return { id, name: id, description: '', isEnabled: true, type: 'oidc', mappedGroups: 0, ...fields };
}

export function thirdPartyApp(id: string, fields: Partial<ThirdPartyApp> = {}): ThirdPartyApp {
  return {
    id,
    clientId: '',
    name: id,
    description: '',
    status: 'active',
    isDynamic: false,
    skipsConsentScreen: false,
    allowedTenants: [],
    scopes: [],
    ...fields,
  };
}

export function consent(id: string, fields: Partial<Consent> = {}): Consent {
  return {
    id,
    appId: 'T1',
    userId: '',
    tenantId: '',
    scopes: [],
    grantedBy: '',
    createdTime: undefined,
    expireTime: 0,
    ...fields,
  };
}
