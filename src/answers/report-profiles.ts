import type {
  ReportAnyKey,
  ReportApplication,
  ReportConsoleAdmin,
  ReportKey,
  ReportManagementKey,
  ReportProject,
  ReportThirdPartyApp,
} from './report-things.ts';
import type { FileUnknownResource } from './rows.ts';

type Profile = Readonly<Record<string, unknown>>;

/** Resources of opt-in types as far as the page shows them, from their profiles. */
export function toKey({ id, name, profile = {}, createdAt }: FileUnknownResource): ReportKey {
  return {
    ...anyKey({ id, name, profile, createdAt }),
    createdBy: text(profile, 'created_by'),
    boundTo: text(profile, 'bound_user_id'),
    ignoredRoles: texts(profile, 'ignored_roles'),
    ...(typeof profile['scim'] === 'boolean' && { isScim: profile['scim'] }),
    hasClaims: flag(profile, 'custom_claims_present'),
    isFixed: profile['editable'] === false,
  };
}

export function toManagementKey({ id, name, profile = {}, createdAt }: FileUnknownResource): ReportManagementKey {
  return {
    ...anyKey({ id, name, profile, createdAt }),
    companyRoles: texts(profile, 'company_roles'),
    unlisted: unlistedIn(profile),
  };
}

function anyKey({
  id,
  name,
  profile,
  createdAt = '',
}: Pick<FileUnknownResource, 'id' | 'name' | 'createdAt'> & { readonly profile: Profile }): ReportAnyKey {
  return {
    id,
    name: name === '' ? id : name,
    description: text(profile, 'description'),
    status: text(profile, 'status'),
    createdAt: secondsOf(createdAt),
    expiresAt: secondsOf(text(profile, 'expires_at')),
    addresses: texts(profile, 'permitted_ips'),
  };
}

export function toApplication({ id, name, profile = {} }: FileUnknownResource): ReportApplication {
  return {
    id,
    name: name === '' ? id : name,
    type: text(profile, 'type'),
    isEnabled: profile['enabled'] !== false,
    mappedGroups: typeof profile['mapped_groups'] === 'number' ? profile['mapped_groups'] : 0,
    defaultAccess: text(profile, 'default_access') || 'unknown',
  };
}

export function toThirdPartyApp({ id, name, profile = {} }: FileUnknownResource): ReportThirdPartyApp {
  return {
    id,
    clientId: text(profile, 'client_id'),
    name: name === '' ? id : name,
    status: text(profile, 'status'),
    isDynamic: flag(profile, 'dynamic'),
    skipsConsentScreen: flag(profile, 'skip_consent_screen'),
    allowedTenants: texts(profile, 'allowed_tenants'),
    scopes: list(profile, 'scopes').map((value) => {
      const scope: Profile = typeof value === 'object' && value !== null ? { ...value } : {};
      return { name: text(scope, 'name'), values: texts(scope, 'values') };
    }),
  };
}

export function toProject({ id, name, profile = {} }: FileUnknownResource): ReportProject {
  return {
    id,
    name: name === '' ? id : name,
    environment: text(profile, 'environment'),
    tags: texts(profile, 'tags'),
  };
}

export function toConsoleAdmin({ id, name, profile = {} }: FileUnknownResource): ReportConsoleAdmin {
  const [login = ''] = texts(profile, 'login_ids');
  return {
    id,
    name: name === '' ? id : name,
    email: text(profile, 'email'),
    login,
    status: text(profile, 'status'),
    isCompanyAdmin: flag(profile, 'company_admin'),
    otherRoles: texts(profile, 'other_roles'),
    unlisted: unlistedIn(profile),
  };
}

function unlistedIn(profile: Profile): string[] {
  return [...texts(profile, 'unlisted_projects'), ...texts(profile, 'unlisted_tags').map((tag) => `tag ${tag}`)];
}

export function text(profile: Profile, key: string): string {
  const value = profile[key];
  return typeof value === 'string' ? value : '';
}

export function list(profile: Profile, key: string): readonly unknown[] {
  const value = profile[key];
  return Array.isArray(value) ? value : [];
}

export function texts(profile: Profile, key: string): string[] {
  return list(profile, key).filter((item) => typeof item === 'string');
}

function flag(profile: Profile, key: string): boolean {
  return profile[key] === true;
}

/** Whole seconds since 1970; 0 for a time that is missing, not understood, or before that. */
export function secondsOf(time: string): number {
  const seconds = Math.floor(Date.parse(time) / 1000);
  return seconds > 0 ? seconds : 0;
}
