import type { ReportCertificate, ReportConfiguration, ReportGroup } from './report-format.ts';
import { list, text, texts } from './report-profiles.ts';
import type { FileGroup, FileSsoConfiguration } from './rows.ts';

type Profile = FileGroup['profile'];

/** A configuration as far as the page judges it; `tenant` is an ordinal. */
export function toConfiguration({ id, ssoId, profile }: FileSsoConfiguration, tenant: number): ReportConfiguration {
  return {
    id,
    tenant,
    ssoId,
    kind: text(profile, 'kind'),
    ...(typeof profile['jit_disabled'] === 'boolean' && { isJitDisabled: profile['jit_disabled'] }),
    domains: texts(profile, 'domains'),
    isEnforced: profile['enforce_sso'] === true,
    exclusions: texts(profile, 'exclusions'),
    unknownRoles: texts(profile, 'unknown_roles'),
    metadataUrl: text(profile, 'metadata_url'),
    certificates: list(profile, 'certificates').map(toCertificate),
  };
}

function toCertificate(value: unknown): ReportCertificate {
  const certificate: Profile = typeof value === 'object' && value !== null ? { ...value } : {};
  return {
    subject: text(certificate, 'subject'),
    notAfter: certificate['unparseable'] === true ? '' : text(certificate, 'not_after'),
  };
}

/** A group; `tenant` is an ordinal, and its configuration is found by it and by the id within the tenant. */
export function toGroup(
  { id, name, ssoId, profile }: FileGroup,
  tenant: number,
  configurationOf: (tenant: number, ssoId: string) => number,
): ReportGroup {
  return {
    id,
    name: text(profile, 'group_name') || name, // the name of the row says the tenant, too
    tenant,
    configuration: configurationOf(tenant, ssoId),
    ssoId,
    memberCount: typeof profile['members'] === 'number' ? profile['members'] : -1,
    unknownRoles: texts(profile, 'unknown_roles'),
  };
}
