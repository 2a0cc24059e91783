import { fieldRequired } from './api-error.ts';
import { audit } from './audit/audit.ts';
import { endpoint, nothing } from './endpoint.ts';
import { defineFamily } from './family.ts';
import type { RequestBody } from './request-body.ts';
import { tenants } from './tenants.ts';
import type { Tenant } from './tenants.ts';

/** What is set of a tenant besides the tenant itself: how long sessions last, and whether a login may make users. */
export interface TenantSettings {
  readonly enabled: boolean;
  readonly refreshTokenExpiration: number;
  readonly refreshTokenExpirationUnit: string;
  readonly sessionTokenExpiration: number;
  readonly sessionTokenExpirationUnit: string;
  readonly stepupTokenExpiration: number;
  readonly stepupTokenExpirationUnit: string;
  readonly enableInactivity: boolean;
  readonly inactivityTime: number;
  readonly inactivityTimeUnit: string;
  /** Only users whom SCIM brought can sign in, and a login changes none of their groups. */
  readonly JITDisabled: boolean;
  readonly ssoSetupSuiteSettings: Readonly<Record<string, unknown>>;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export type TenantSettingsSeed = Partial<TenantSettings> & { readonly tenantId: string };

const usual: TenantSettings = {
  enabled: false,
  refreshTokenExpiration: 4,
  refreshTokenExpirationUnit: 'weeks',
  sessionTokenExpiration: 10,
  sessionTokenExpirationUnit: 'minutes',
  stepupTokenExpiration: 10,
  stepupTokenExpirationUnit: 'minutes',
  enableInactivity: false,
  inactivityTime: 0,
  inactivityTimeUnit: 'minutes',
  JITDisabled: false,
  ssoSetupSuiteSettings: {
    enabled: false,
    styleId: '',
    disabledFeatures: { saml: false, oidc: false, scim: false, ssoDomains: false, groupMapping: false },
  },
  extra: {},
};

const sample: readonly TenantSettingsSeed[] = [
  { tenantId: 'lumiere', JITDisabled: true },
  { tenantId: 'initech', enabled: true, sessionTokenExpiration: 12, sessionTokenExpirationUnit: 'hours' },
];

/** Settings of tenants, which are read one by one. */
export const tenantSettings = defineFamily({
  name: 'tenantSettings',
  switches: {},
  sample,
  create(host, { seeds = [] }) {
    const allTenants = host.stateOf(tenants);
    const byTenant = new Map<string, TenantSettings>();
    const settingsOf = (tenantId: string): TenantSettings => byTenant.get(tenantId) ?? usual;
    const put = ({ tenantId, ...given }: TenantSettingsSeed): TenantSettings => {
      const made = { ...settingsOf(tenantId), ...given };
      byTenant.set(tenantId, made);
      return made;
    };
    allTenants.onRemoved(({ tenantId }) => byTenant.delete(tenantId));
    for (const seed of seeds) put(seed);

    const wire = (tenant: Tenant): Record<string, unknown> => {
      const { extra, ...settings } = settingsOf(tenant.id);
      const { domains, selfProvisioningDomains, authType } = tenant;
      return { domains, selfProvisioningDomains, authType, ...settings, ...extra };
    };
    return {
      state: { of: settingsOf },
      endpoints: {
        'GET /v1/mgmt/tenant/settings': endpoint([], ({ query }) => {
          if (!query['id']) throw fieldRequired('id');
          return { json: wire(allTenants.find(query['id'])) };
        }),
        'POST /v1/mgmt/tenant/settings': endpoint(
          ['tenantId', 'domains', 'selfProvisioningDomains', 'authType', ...Object.keys(usual)],
          ({ body }) => {
            const tenant = allTenants.find(body.required('tenantId'));
            allTenants.put({
              ...tenant,
              ...(body.has('domains') ? { domains: body.texts('domains') } : {}),
              ...(body.has('selfProvisioningDomains')
                ? { selfProvisioningDomains: body.texts('selfProvisioningDomains') }
                : {}),
              ...(body.has('authType') ? { authType: body.text('authType') } : {}),
            });
            put({ tenantId: tenant.id, ...settingsIn(body) });
            host.stateOf(audit).append({ action: 'TenantSettingsModified', tenants: [tenant.id] });
            return nothing;
          },
        ),
      },
      controls: {
        tenantSettings: (tenantId: string) => settingsOf(tenantId),
        putTenantSettings: (seed: TenantSettingsSeed) => put(seed),
      },
    };
  },
});

/** The settings that a request names; those left out stay. */
function settingsIn(body: RequestBody): Partial<TenantSettings> {
  const read = (name: string, kind: unknown): unknown => {
    if (typeof kind === 'boolean') return body.flag(name);
    if (typeof kind === 'number') return body.whole(name);
    return typeof kind === 'string' ? body.text(name) : body.object(name);
  };
  return Object.fromEntries(
    Object.entries(usual).flatMap(([name, kind]) =>
      name !== 'extra' && body.has(name) ? [[name, read(name, kind)]] : [],
    ),
  );
}
