import type { Tenants } from '../tenants.ts';
import { toWireTenant } from '../tenants.ts';
import type { SsoConfiguration } from './records.ts';
import type { SsoConfigurations } from './store.ts';
import type { SsoSwitches } from './switches.ts';

/** What the wire form of a configuration is derived from. */
export interface SsoContext {
  readonly configurations: SsoConfigurations;
  readonly tenants: Tenants;
  readonly switches: SsoSwitches;
}

type Wire = Record<string, unknown>;

/** A configuration as `settings` shows it: both blocks are there, whichever is set up. */
export function toWireSettings(context: SsoContext, configuration: SsoConfiguration): Wire {
  const { saml, oidc, tenantId, extra } = configuration;
  const { spEncryptionKey, spSignKey, ...shownSaml } = saml;
  const isShown = context.switches.ssoSecrets === 'shown';
  const mappings = wireMappings(context, configuration);
  return {
    tenant: toWireTenant(context.tenants, context.tenants.find(tenantId)),
    saml: { ...shownSaml, ...mappings, ...(isShown ? { spEncryptionKey, spSignKey } : {}) },
    oidc: {
      ...oidc,
      clientSecret: isShown ? oidc.clientSecret : '',
      ...mappings,
      // A list of names has no place for a role that has none any more.
      roleMappings: mappings.groupsMapping
        .filter(({ role }) => role.name !== '')
        .map(({ role, groups }) => ({ groups, roleName: role.name })),
    },
    ...ssoIdOf(context, configuration),
    ...extra,
  };
}

/** A configuration as the settings of cross-app access show it. */
export function toWireXaa(context: SsoContext, configuration: SsoConfiguration): Wire {
  const { enabled, issuers, providerID } = configuration.xaa;
  return {
    ...ssoIdOf(context, configuration),
    enabled,
    settings: { issuers },
    ...wireMappings(context, configuration),
    groupPriorityEnabled: context.switches.groupPriority === 'on',
    allowOverrideRoles: context.switches.overrideRoles === 'on',
    providerID,
  };
}

/** A default configuration in the form that came before: one block, and the mappings beside it. */
export function toOldWireSettings(context: SsoContext, configuration: SsoConfiguration): Wire {
  const { saml, tenantId } = configuration;
  const { domains } = context.tenants.find(tenantId);
  return {
    tenantId,
    idpEntityId: saml.idpEntityId,
    idpSSOUrl: saml.idpSSOUrl,
    idpCertificate: saml.idpCertificate,
    idpMetadataUrl: saml.idpMetadataUrl,
    spEntityId: saml.spEntityId,
    spACSUrl: saml.spACSUrl,
    spCertificate: saml.spCertificate,
    userMapping: saml.attributeMapping,
    groupsMapping: wireMappings(context, configuration).groupsMapping,
    redirectUrl: saml.redirectUrl,
    domains,
    domain: domains[0] ?? '',
  };
}

function ssoIdOf({ switches }: SsoContext, { ssoId }: SsoConfiguration): Wire {
  return switches.ssoIds === 'present' ? { ssoId } : {};
}

interface WireMapping {
  readonly role: { readonly id: string; readonly name: string };
  readonly groups: readonly string[];
}

/** The part that all protocols of a configuration share. */
function wireMappings(
  { configurations, switches }: SsoContext,
  { groupMappings, groupsPriority, defaultSSORoles, fgaMappings }: SsoConfiguration,
): Wire & { groupsMapping: readonly WireMapping[] } {
  const groupsMapping = groupMappings
    .map(({ roleId, groups }) => ({
      role: { id: roleId, name: configurations.roleOf(roleId)?.name ?? '' },
      groups,
    }))
    .filter(({ role }) => role.name !== '' || switches.goneMappedRole === 'nameless');
  return { groupsMapping, groupsPriority, defaultSSORoles, fgaMappings };
}
