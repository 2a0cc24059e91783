import type { AccessKeyRecord, CompanyRecords, ConsentRecord } from './company-records.ts';
import { addConsole } from './console-truth.ts';
import {
  accountTraits,
  addResource,
  dateOf,
  distinct,
  filled,
  type Json,
  keyRow,
  named,
  nameOfKey,
  second,
  secretTrait,
  trait,
  type TruthInMaking,
  whole,
} from './truth-words.ts';

/**
 * What a project's records say of keys, applications, consents and the console, computed once more and straight from
 * the access model's words, without a line of src: rows as protobuf JSON, fields without a value left out. Slow and
 * plain on purpose. Change it only when the model changes.
 */
export interface CompanyTruth {
  /** By `<type>:<id>`. */
  readonly resources: ReadonlyMap<string, Json>;
  /** By grant id: what GrantMetadata says of it, undefined for nothing. */
  readonly grants: ReadonlyMap<string, Json | undefined>;
  readonly expiredConsents: number;
  readonly danglingConsents: number;
}

export const companyTypes = [
  'access_key',
  'access_key_secret',
  'application',
  'third_party_app',
  'project',
  'console_admin',
  'management_key',
  'management_key_secret',
] as const;

/** `nowMs`: when the sync began. */
export function companyTruthOf(records: CompanyRecords, nowMs: number): CompanyTruth {
  const truth: TruthInMaking = { resources: new Map(), grants: new Map() };
  const { resources, grants } = truth;

  for (const key of records.keys) {
    const { id, boundUserId, createdBy } = key;
    const row = keyRow(key, nameOfKey(key, records.keys), nowMs, {
      created_by: whole(createdBy),
      bound_user_id: whole(boundUserId),
      custom_claims_present: Object.keys(key.customClaims).length > 0,
      ignored_roles: boundUserId === '' ? [] : ignoredRoles(key),
      editable: key.editable,
    });
    if (boundUserId === '') {
      addResource(truth, 'access_key', id, { ...row, annotations: accountTraits(row, 'descope.access_key') });
    }
    const isUser = (userId: string): boolean => records.users.some((user) => user.userId === userId);
    const secret = {
      ...(isUser(createdBy) && { createdById: { resourceType: 'user', resource: createdBy } }),
      ...(boundUserId === '' && { identityId: { resourceType: 'access_key', resource: id } }),
      ...(isUser(boundUserId) && { identityId: { resourceType: 'user', resource: boundUserId } }),
    };
    addResource(truth, 'access_key_secret', id, {
      ...row,
      annotations: [secretTrait(key, 'descope.access_key', secret)],
    });
  }

  for (const app of records.apps) {
    const { id, name, description, enabled, appType } = app;
    const flags = [
      ...(['saml', 'oidc'].includes(appType) ? [`APP_FLAG_${appType.toUpperCase()}`] : []),
      ...(enabled ? [] : ['APP_FLAG_INACTIVE']),
    ];
    addResource(truth, 'application', id, {
      displayName: named(name, id),
      description: whole(description),
      status: { status: enabled ? 'RESOURCE_STATUS_ENABLED' : 'RESOURCE_STATUS_DISABLED' },
      profile: {
        app_id: id,
        name: whole(name),
        type: whole(appType),
        enabled,
        mapped_groups: app.samlSettings.groupsMapping?.length ?? 0,
        default_access: 'unknown',
      },
      annotations: [trait('AppTrait', { flags })],
    });
    for (const { userId, ssoAppIds } of records.users) {
      if (ssoAppIds.includes(id)) {
        grants.set(`application:${id}:access:user:${userId}`, undefined);
      }
    }
  }

  for (const app of records.thirdPartyApps) {
    const isActive = ['', 'active'].includes(app.status);
    addResource(truth, 'third_party_app', app.id, {
      displayName: named(app.name, app.id),
      description: whole(app.description),
      status: { status: isActive ? 'RESOURCE_STATUS_ENABLED' : 'RESOURCE_STATUS_DISABLED' },
      profile: {
        app_id: app.id,
        client_id: whole(app.clientId),
        name: whole(app.name),
        status: whole(app.status),
        dynamic: app.dynamic,
        scopes: app.permissionsScopes.map(({ name, values, optional }) => ({
          name: whole(name),
          values: filled(values).map(whole),
          optional,
        })),
        allowed_tenants: distinct(app.allowedTenants),
        skip_consent_screen: app.skipConsentScreen,
      },
      annotations: [trait('AppTrait', { flags: isActive ? [] : ['APP_FLAG_INACTIVE'] })],
    });
  }
  const living = records.consents.filter(
    ({ ExpireTime }) => Number(ExpireTime) <= 0 || Number(ExpireTime) * 1000 > nowMs,
  );
  const isThere = ({ appId, userId, tenantId }: ConsentRecord): boolean =>
    records.thirdPartyApps.some(({ id }) => id === appId) &&
    (userId === ''
      ? records.tenants.some(({ id }) => id === tenantId)
      : records.users.some((user) => user.userId === userId));
  for (const first of living.filter(isThere)) {
    const { appId, userId, tenantId } = first;
    const isSameHolder = (other: ConsentRecord): boolean =>
      other.appId === appId && other.userId === userId && (userId !== '' || other.tenantId === tenantId);
    const holder = userId === '' ? `tenant:${tenantId}` : `user:${userId}`;
    grants.set(`third_party_app:${appId}:consent:${holder}`, consentNote(living.filter(isSameHolder), userId !== ''));
  }

  addConsole(truth, records, nowMs);

  return {
    resources,
    grants,
    expiredConsents: records.consents.length - living.length,
    danglingConsents: living.filter((consent) => !isThere(consent)).length,
  };
}

function ignoredRoles({ roleNames, keyTenants }: AccessKeyRecord): string[] {
  return [
    ...distinct(roleNames),
    ...keyTenants.flatMap(({ tenantId, roleNames: held }) => distinct(held).map((name) => `${tenantId}: ${name}`)),
  ];
}

function consentNote(consents: readonly ConsentRecord[], isOfUser: boolean): Json {
  const words = (pick: (consent: ConsentRecord) => readonly string[]): string[] =>
    distinct(filled(consents.flatMap(pick).map(whole))).toSorted();
  const created = consents.flatMap(({ createdTime }) => dateOf(createdTime) ?? []);
  const ends = consents.map(({ ExpireTime }) => dateOf(ExpireTime));
  const tenants = words(({ tenantId }) => [tenantId]);
  return {
    scopes: words(({ scopes }) => scopes),
    granted_by: words(({ grantedBy }) => [grantedBy]),
    ...(isOfUser && tenants.length > 0 && { tenants }),
    ...(created.length > 0 && { created: second(Math.min(...created)) }),
    ...(!ends.includes(undefined) && { expires: second(Math.max(...ends.map(Number))) }),
  };
}
