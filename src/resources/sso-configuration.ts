import { tenantName } from '../access/names.ts';
import type { SsoView } from '../access/sso-mappings.ts';
import type { Catalog } from '../access/catalog.ts';
import type { Certificate } from '../descope/certificates.ts';
import { defaultSsoId } from '../descope/sso.ts';
import type { TenantSettings } from '../descope/tenant-settings.ts';
import type { Tenant } from '../descope/tenants.ts';
import { tenantRef } from '../model/ids.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import { isValidTimestamp, rfc3339OfMs } from '../model/time.ts';
import type { ResourceType } from './resource-type.ts';
import { listedByTenant } from './tenant-listing.ts';
import { ssoOf, ssoSettings, tenantSettings, xaaSettings } from './sync/sso-reads.ts';
import type { SyncSession } from './sync/sync-session.ts';

const families = [ssoSettings, tenantSettings, xaaSettings];
const dayMs = 86_400_000;

/**
 * Which protocol is in use: the tenant says it of its default configuration, of others the addresses tell it. Null for
 * one that cross-app access alone tells of.
 */
function kindOf({ ssoId, configuration }: SsoView, { authType }: Tenant): 'saml' | 'oidc' | 'none' | null {
  if (ssoId === defaultSsoId && (authType === 'saml' || authType === 'oidc' || authType === 'none')) {
    return authType;
  }
  if (configuration === undefined) {
    return null;
  }
  return configuration.saml.isSet ? 'saml' : configuration.oidc.isSet ? 'oidc' : 'none';
}

function toCertificateFields(certificate: Certificate, nowMs: number): Record<string, string | number | boolean> {
  return 'isUnparseable' in certificate
    ? { unparseable: true }
    : {
        subject: certificate.subject,
        fingerprint_sha256: certificate.fingerprintSha256,
        not_after: rfc3339OfMs(certificate.notAfterMs),
        days_left: Math.floor((certificate.notAfterMs - nowMs) / dayMs),
      };
}

function wellFormed(words: readonly string[]): string[] {
  return words.map((text) => text.toWellFormed());
}

/**
 * A configuration of a tenant. `settings` is undefined where the deployment does not tell them; what it cannot tell is
 * null in the profile, never a no.
 */
function toConfiguration(
  view: SsoView,
  tenant: Tenant,
  settings: TenantSettings | undefined,
  catalog: Catalog,
  session: SyncSession,
): ResourceRow {
  const { id, ssoId, configuration, xaa } = view;
  const tests = [configuration?.saml, configuration?.oidc]
    .map((block) => block?.lastSuccessTestTime ?? 0)
    .filter(isValidTimestamp);
  const isXaaKnown = session.tenantReads.offerOf(xaaSettings) === 'offered';
  const profile = {
    tenant_id: tenant.id,
    sso_id: ssoId,
    kind: kindOf(view, tenant),
    jit_disabled: settings?.isJitDisabled ?? null,
    domains: wellFormed(settings?.domains ?? tenant.domains),
    self_provisioning_domains: wellFormed(settings?.selfProvisioningDomains ?? tenant.selfProvisioningDomains),
    enforce_sso: tenant.enforceSso,
    exclusions: wellFormed(tenant.enforceSsoExclusions),
    default_sso_roles: [...view.defaultRoles],
    unknown_roles: [...view.unknownRoles],
    group_mappings: view.groupMappings,
    idp_entity_id: (configuration?.saml.idpEntityId ?? '').toWellFormed(),
    issuer: (configuration?.oidc.issuer ?? '').toWellFormed(),
    metadata_url: (configuration?.saml.metadataUrl ?? '').toWellFormed(),
    certificates: (configuration?.saml.certificates ?? []).map((one) => toCertificateFields(one, session.beganAtMs)),
    last_success_test: tests.length === 0 ? '' : rfc3339OfMs(Math.max(...tests) * 1000),
    xaa_enabled: isXaaKnown ? xaa?.isEnabled === true : null,
    fga_mappings: view.fgaMappings,
  };
  const name = ssoId === defaultSsoId ? 'SSO' : `SSO ${ssoId}`;
  const parts = {
    id,
    parent: tenantRef(tenant.id),
    displayName: `${name} of ${tenantName(catalog, tenant.id)}`,
    profile,
  };
  return resourceRow(toResource('sso_configuration', parts, [], session.cuts));
}

async function rowsOf(
  session: SyncSession,
  catalog: Catalog,
  tenant: Tenant,
  signal?: AbortSignal,
): Promise<readonly ResourceRow[]> {
  const [{ configurations }, settings] = await Promise.all([
    ssoOf(session, catalog, tenant, signal),
    session.tenantReads.read(tenantSettings, tenant.id, signal),
  ]);
  return configurations.map((view) => toConfiguration(view, tenant, settings, catalog, session));
}

export const ssoConfigurationType: ResourceType = {
  words: {
    id: 'sso_configuration',
    displayName: 'SSO configuration',
    plural: 'SSO configurations',
    description: 'How the people of a tenant sign in through an identity provider, and what that gives them.',
    traits: [],
    skips: 'entitlements and grants',
  },
  isOptIn: true,
  ...listedByTenant('sso_configuration', 2, families, rowsOf),
  entitlements: [],
};
