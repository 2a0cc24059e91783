import type { Catalog } from '../../access/catalog.ts';
import { ssoMappingsOf, type SsoMappingsOfTenant } from '../../access/sso-mappings.ts';
import { groupsCall, type TenantGroups } from '../../descope/groups.ts';
import { defaultSsoSettingsCall, type SsoConfiguration, ssoSettingsCall } from '../../descope/sso.ts';
import { type TenantSettings, tenantSettingsCall } from '../../descope/tenant-settings.ts';
import type { Tenant } from '../../descope/tenants.ts';
import { IdTable } from '../../descope/users/id-table.ts';
import { type XaaSettings, xaaSettingsCall } from '../../descope/xaa.ts';
import type { SyncSession } from './sync-session.ts';
import type { TenantFamily } from './tenant-family.ts';

/** The configurations of a tenant. */
export const ssoSettings: TenantFamily<readonly SsoConfiguration[]> = {
  name: 'ssoSettings',
  what: 'SSO settings',
  calls: () => [ssoSettingsCall, defaultSsoSettingsCall],
  bytesOf: (configurations) =>
    configurations.reduce((sum, { saml, oidc }) => {
      const mappings = [...saml.groupMappings, ...oidc.groupMappings];
      const groups = mappings.reduce((count, mapping) => count + mapping.groups.length, 0);
      return sum + 1_500 + saml.certificates.length * 300 + mappings.length * 200 + groups * 80;
    }, 0),
};

export const tenantSettings: TenantFamily<TenantSettings> = {
  name: 'tenantSettings',
  what: 'tenant settings',
  calls: () => [tenantSettingsCall],
  bytesOf: ({ domains, selfProvisioningDomains }) => 200 + (domains.length + selfProvisioningDomains.length) * 60,
};

export const xaaSettings: TenantFamily<readonly XaaSettings[]> = {
  name: 'xaaSettings',
  what: 'XAA settings',
  calls: () => [xaaSettingsCall],
  isExtra: true,
  bytesOf: (settings) => settings.reduce((sum, { groupMappings }) => sum + 300 + groupMappings.length * 200, 0),
};

/** Groups with their members. The ids of the members of all tenants stand in one table. */
export const idpGroups: TenantFamily<TenantGroups> = {
  name: 'groups',
  what: 'groups',
  calls: () => [groupsCall(new IdTable())],
  bytesOf: ({ groups }) => groups.reduce((sum, { members }) => sum + 500 + members.length * 50, 0),
};

/** What is read of a tenant to know what mappings give in it: with its groups where these are listed. */
export function familiesOfMappings({ types }: SyncSession): readonly TenantFamily<unknown>[] {
  return [ssoSettings, xaaSettings, idpGroups].filter((family) => types.tenantFamilies.includes(family));
}

const mappings = new WeakMap<
  SyncSession,
  Map<string, { readonly catalog: Catalog; readonly of: SsoMappingsOfTenant }>
>();

/**
 * What the single sign-on of a tenant hands out, read now where it is not read yet. Groups are those that mappings name
 * where groups are not included; a tenant that is gone has nothing.
 */
export async function ssoOf(
  session: SyncSession,
  catalog: Catalog,
  tenant: Tenant,
  signal?: AbortSignal,
): Promise<SsoMappingsOfTenant> {
  const known = mappings.get(session)?.get(tenant.id);
  if (known?.catalog === catalog) {
    return known.of;
  }
  const families = session.types.tenantFamilies;
  const [configurations = [], xaa, groups] = await Promise.all([
    session.tenantReads.read(ssoSettings, tenant.id, signal),
    families.includes(xaaSettings) ? session.tenantReads.read(xaaSettings, tenant.id, signal) : undefined,
    families.includes(idpGroups) ? session.tenantReads.read(idpGroups, tenant.id, signal) : undefined,
  ]);
  const of = ssoMappingsOf(catalog, { tenant, configurations, xaa, groups: groups?.groups });
  const ofSession =
    mappings.get(session) ?? new Map<string, { readonly catalog: Catalog; readonly of: SsoMappingsOfTenant }>();
  mappings.set(session, ofSession.set(tenant.id, { catalog, of }));
  return of;
}

/** The same of a tenant of which it was looked up already. */
export function knownSso(session: SyncSession, tenantId: string): SsoMappingsOfTenant | undefined {
  return mappings.get(session)?.get(tenantId)?.of;
}
