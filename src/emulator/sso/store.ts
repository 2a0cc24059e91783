import { audit } from '../audit/audit.ts';
import type { FamilyHost } from '../family.ts';
import { randomId } from '../random.ts';
import { roles } from '../roles.ts';
import type { Role } from '../roles.ts';
import { tenants } from '../tenants.ts';
import { defaultSsoId } from './records.ts';
import type { SsoChange, SsoConfiguration, SsoConfigurationSeed } from './records.ts';
import { unsetConfiguration } from './unset.ts';

/** The SSO configurations of all tenants. Every tenant has a default one, which may be unset. */
export interface SsoConfigurations {
  /** The default one first, the others in order of creation. */
  of(tenantId: string): readonly SsoConfiguration[];
  /** One that does not exist is answered as an unset one, as the service does after a deletion. */
  get(tenantId: string, ssoId: string): SsoConfiguration;
  has(tenantId: string, ssoId: string): boolean;
  /** Adds a configuration, or replaces the one with these ids. */
  put(seed: SsoConfigurationSeed): SsoConfiguration;
  change(tenantId: string, ssoId: string, change: SsoChange): SsoConfiguration;
  remove(tenantId: string, ssoId: string): boolean;
  /** The role of a mapping; undefined for one that is gone. */
  roleOf(roleId: string): Role | undefined;
}

export function createSsoConfigurations(host: FamilyHost): SsoConfigurations {
  const byTenant = new Map<string, Map<string, SsoConfiguration>>();
  const allRoles = host.stateOf(roles);
  let roleById = new Map<string, Role>();
  const log = host.stateOf(audit);
  let rolesOf = -1;
  const store = (configuration: SsoConfiguration): SsoConfiguration => {
    const { tenantId, ssoId } = configuration;
    const own = byTenant.get(tenantId) ?? new Map<string, SsoConfiguration>();
    log.changed({ kind: 'SSOSettings', before: own.get(ssoId), after: configuration });
    byTenant.set(tenantId, own.set(ssoId, configuration));
    return configuration;
  };
  const get = (tenantId: string, ssoId: string): SsoConfiguration =>
    byTenant.get(tenantId)?.get(ssoId) ?? unsetConfiguration(tenantId, ssoId);

  host.stateOf(tenants).onRemoved(({ tenantId }) => byTenant.delete(tenantId));

  return {
    of(tenantId) {
      const own = [...(byTenant.get(tenantId)?.values() ?? [])];
      return [get(tenantId, defaultSsoId), ...own.filter(({ ssoId }) => ssoId !== defaultSsoId)];
    },
    get,
    has: (tenantId, ssoId) => byTenant.get(tenantId)?.has(ssoId) === true,
    put({ groupMappings = [], ...seed }) {
      const { tenantId, ssoId = defaultSsoId } = seed;
      const goneId = (role: string): string => randomId('R', host.seed, `gone ${tenantId} ${role}`);
      const mapped = groupMappings.map(({ role, groups }) => ({
        roleId: allRoles.inside(tenantId, role)?.id ?? goneId(role),
        groups,
      }));
      return store(changed(unsetConfiguration(tenantId, ssoId), { ...seed, groupMappings: mapped }));
    },
    change: (tenantId, ssoId, change) => store(changed(get(tenantId, ssoId), change)),
    remove(tenantId, ssoId) {
      log.changed({ kind: 'SSOSettings', before: byTenant.get(tenantId)?.get(ssoId) });
      return byTenant.get(tenantId)?.delete(ssoId) === true;
    },
    roleOf(roleId) {
      if (rolesOf !== allRoles.version) roleById = new Map(allRoles.all().map((role) => [role.id, role]));
      rolesOf = allRoles.version;
      return roleById.get(roleId);
    },
  };
}

function changed(before: SsoConfiguration, { saml, oidc, xaa, ...rest }: SsoChange): SsoConfiguration {
  return {
    ...before,
    ...rest,
    tenantId: before.tenantId,
    ssoId: before.ssoId,
    saml: { ...before.saml, ...saml },
    oidc: { ...before.oidc, ...oidc },
    xaa: { ...before.xaa, ...xaa },
  };
}
