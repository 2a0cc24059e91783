import { flag, identities, identity, type JsonObject, objects, text, texts } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

/** Something that an app may be allowed to do, and the roles or permissions that this is. */
export interface AppScope {
  readonly name: string;
  readonly values: readonly string[];
  readonly isOptional: boolean;
}

/** An application of others that acts for users who consented, with only the fields we use: never its secret. */
export interface ThirdPartyApp {
  readonly id: string;
  readonly clientId: string;
  readonly name: string;
  readonly description: string;
  /** `active`, `inactive` and perhaps others; '' where it is not told. */
  readonly status: string;
  /** It registered itself. */
  readonly isDynamic: boolean;
  readonly skipsConsentScreen: boolean;
  /** Empty for any tenant. */
  readonly allowedTenants: readonly string[];
  readonly scopes: readonly AppScope[];
}

function decodeThirdPartyApp(app: JsonObject): ThirdPartyApp {
  return {
    id: identity(app, 'id'),
    clientId: text(app, 'clientId'),
    name: text(app, 'name'),
    description: text(app, 'description'),
    status: text(app, 'status'),
    isDynamic: flag(app, 'dynamic'),
    skipsConsentScreen: flag(app, 'skipConsentScreen'),
    allowedTenants: identities(app, 'allowedTenants'),
    scopes: objects(app, 'permissionsScopes', (scope) => ({
      name: text(scope, 'name'),
      values: texts(scope, 'values'),
      isOptional: flag(scope, 'optional'),
    })),
  };
}

const call = { effect: 'read', answers: 'list', bucket: 'general' } as const;

/** Every third-party app of the project. The second call is the one of newer SDKs. */
export const thirdPartyAppList: WholeList<ThirdPartyApp> = {
  what: 'third-party apps',
  endpoint: { ...call, method: 'GET', path: '/v1/mgmt/thirdparty/apps/load' },
  pages: { limit: 1_000, otherwise: [{ ...call, method: 'POST', path: '/v2/mgmt/thirdparty/apps/load' }] },
  key: 'apps',
  decode: decodeThirdPartyApp,
  nameOf: (row) => named('third-party app', row['id']),
  identityOf: ({ id }) => id,
};
