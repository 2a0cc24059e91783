import type { AuditEntry } from './records.ts';

// How a changed object is named by its record. The names of actions and of their data are documented for users, access
// keys and permissions; those of everything else are invented after the same pattern.

/** The first part of an action: `User` of `UserCreated`. */
export type AuditKind =
  | 'User'
  | 'AccessKey'
  | 'Tenant'
  | 'Role'
  | 'Permission'
  | 'SSOSettings'
  | 'FederatedApp'
  | 'ThirdPartyApp'
  | 'ThirdPartyConsent'
  | 'ManagementKey'
  | 'Descoper';

/** Any stored object: its fields are read by name, since each family has its own. */
export type AuditedObject = Readonly<Record<string, unknown>>;

export type AuditSubject = Omit<AuditEntry, 'action'>;

const textOf = (of: AuditedObject, field: string): string => {
  const value = of[field];
  return typeof value === 'string' ? value : '';
};

const textsOf = (of: AuditedObject, field: string): readonly string[] => {
  const value = of[field];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
};

/** The tenants that entries such as `{tenantId, roleNames}` name. */
function tenantsIn(entries: unknown): readonly string[] {
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: AuditedObject) => textOf(entry, 'tenantId')).filter((id) => id !== '');
}

const named = (idName: string, of: AuditedObject): AuditSubject => ({
  tenants: [textOf(of, 'tenantId')].filter((id) => id !== ''),
  data: { [idName]: textOf(of, 'id'), name: textOf(of, 'name') },
});

/** Who or what a record is about. */
export const subjects: Readonly<Record<AuditKind, (of: AuditedObject) => AuditSubject>> = {
  User: (user) => ({
    userId: textOf(user, 'userId'),
    externalIds: textsOf(user, 'loginIds'),
    tenants: tenantsIn(user['tenants']),
  }),
  AccessKey: (key) => ({ ...named('access_key_id', key), tenants: tenantsIn(key['keyTenants']) }),
  Tenant: (tenant) => ({ ...named('tenant_id', tenant), tenants: [textOf(tenant, 'id')] }),
  Role: (role) => named('role_id', role),
  Permission: (permission) => named('permission_id', permission),
  SSOSettings: (configuration) => ({
    tenants: [textOf(configuration, 'tenantId')],
    data: { sso_id: textOf(configuration, 'ssoId') },
  }),
  FederatedApp: (app) => named('sso_app_id', app),
  ThirdPartyApp: (app) => named('third_party_app_id', app),
  ThirdPartyConsent: (consent) => ({
    ...named('consent_id', consent),
    userId: textOf(consent, 'userId'),
    data: { consent_id: textOf(consent, 'id'), third_party_app_id: textOf(consent, 'appId') },
  }),
  ManagementKey: (key) => named('management_key_id', key),
  Descoper: (administrator) => ({ data: { descoper_id: textOf(administrator, 'id') } }),
};

// Kept from the log: secrets, and what is no content of the object.
const untold = new Set([
  'cleartext',
  'clientSecret',
  'samlSettings',
  'oidcSettings',
  'modifiedTime',
  'createdTime',
  'extra',
  'version',
  'userId',
  'id',
  'test',
  'saml',
  'oidc',
]);
const wireNames: Readonly<Record<string, string>> = { tenants: 'userTenants' };

const isEmpty = (value: unknown): boolean =>
  value === '' || value === false || value === 0 || ['[]', '{}', 'null', undefined].includes(JSON.stringify(value));

/** The new values of the fields that differ; undefined where none does. Of a new object, those that say something. */
export function newValues(
  before: AuditedObject | undefined,
  after: AuditedObject,
): Readonly<Record<string, unknown>> | undefined {
  const told = Object.keys(after).filter(
    (field) =>
      !untold.has(field) &&
      JSON.stringify(after[field]) !== JSON.stringify(before?.[field]) &&
      (before !== undefined || !isEmpty(after[field])),
  );
  if (before && told.length === 0) return undefined;
  return Object.fromEntries(told.map((field) => [wireNames[field] ?? field, after[field]]));
}

/** The tenants in which something changed; all of the user's or key's where nothing did in any. */
export function changedTenants(before: AuditedObject, after: AuditedObject): readonly string[] | undefined {
  const field = 'keyTenants' in after ? 'keyTenants' : 'tenants';
  const entries = (of: AuditedObject): Map<string, string> =>
    new Map(
      Array.isArray(of[field])
        ? of[field].map((entry: AuditedObject) => [textOf(entry, 'tenantId'), JSON.stringify(entry)])
        : [],
    );
  const [old, now] = [entries(before), entries(after)];
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter((id) => old.get(id) !== now.get(id));
  return changed.length > 0 ? changed : undefined;
}
