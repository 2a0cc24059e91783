import type { Rule } from './rule.ts';
import { appOffStillGiven } from './rules/app-off-still-given.ts';
import { appSelfRegistered } from './rules/app-self-registered.ts';
import { appWideConsent } from './rules/app-wide-consent.ts';
import { applicationOpen } from './rules/application-open.ts';
import { canTakeOver } from './rules/can-take-over.ts';
import { certificateEnding } from './rules/certificate-ending.ts';
import { certificateExpired } from './rules/certificate-expired.ts';
import { certificateUnreadable } from './rules/certificate-unreadable.ts';
import { consentForTenant } from './rules/consent-for-tenant.ts';
import { consentForever } from './rules/consent-forever.ts';
import { consentOfShutUser } from './rules/consent-of-shut-user.ts';
import { consoleAdminDisabled } from './rules/console-admin-disabled.ts';
import { consoleAdminInvited } from './rules/console-admin-invited.ts';
import { danglingReference } from './rules/dangling-reference.ts';
import { defaultRoleAdmin } from './rules/default-role-admin.ts';
import { disabledTenantMembers } from './rules/disabled-tenant-members.ts';
import { disabledUserAccess } from './rules/disabled-user-access.ts';
import { disabledUserPrivileged } from './rules/disabled-user-privileged.ts';
import { dormantUser } from './rules/dormant-user.ts';
import { groupMapsAdmin } from './rules/group-maps-admin.ts';
import { impersonationRole } from './rules/impersonation-role.ts';
import { inheritedAdmin } from './rules/inherited-admin.ts';
import { keyCreatorGone } from './rules/key-creator-gone.ts';
import { keyEnding } from './rules/key-ending.ts';
import { keyExpired } from './rules/key-expired.ts';
import { keyFromAnywhere } from './rules/key-from-anywhere.ts';
import { keyIgnoredRoles } from './rules/key-ignored-roles.ts';
import { keyNeverExpires } from './rules/key-never-expires.ts';
import { keyOfShutUser } from './rules/key-of-shut-user.ts';
import { keyOld } from './rules/key-old.ts';
import { keyPrivileged } from './rules/key-privileged.ts';
import { keyProjectWide } from './rules/key-project-wide.ts';
import { longInvited } from './rules/long-invited.ts';
import { managementKeyCompany } from './rules/management-key-company.ts';
import { managementKeyFromAnywhere } from './rules/management-key-from-anywhere.ts';
import { managementKeyNeverExpires } from './rules/management-key-never-expires.ts';
import { manyCompanyAdmins } from './rules/many-company-admins.ts';
import { manyTenants } from './rules/many-tenants.ts';
import { mappingToGoneRole } from './rules/mapping-to-gone-role.ts';
import { neverVerified } from './rules/never-verified.ts';
import { outsideDomain } from './rules/outside-domain.ts';
import { permissionInNoRole } from './rules/permission-in-no-role.ts';
import { projectWideMember } from './rules/project-wide-member.ts';
import { publicDomain } from './rules/public-domain.ts';
import { roleNameTwice } from './rules/role-name-twice.ts';
import { roleNobodyHolds } from './rules/role-nobody-holds.ts';
import { scimKeyExpired } from './rules/scim-key-expired.ts';
import { sharedEmail } from './rules/shared-email.ts';
import { ssoExclusion } from './rules/sso-exclusion.ts';
import { tenantManyAdmins } from './rules/tenant-many-admins.ts';
import { tenantWithoutAdmin } from './rules/tenant-without-admin.ts';
import { testUserAccess } from './rules/test-user-access.ts';
import { permissionNobodyHas } from './rules/permission-nobody-has.ts';
import { privilegedRole } from './rules/privileged-role.ts';
import { ambiguousReference } from './rules/ambiguous-reference.ts';
import { unusualAccess } from './rules/unusual-access.ts';
import { twinRoles } from './rules/twin-roles.ts';
import { uncertainInheritance } from './rules/uncertain-inheritance.ts';

/** Every built-in rule: a file each. */
export const builtInRules: readonly Rule[] = [
  disabledUserPrivileged,
  disabledUserAccess,
  neverVerified,
  testUserAccess,
  sharedEmail,
  longInvited,
  dormantUser,
  outsideDomain,
  manyTenants,
  tenantWithoutAdmin,
  tenantManyAdmins,
  inheritedAdmin,
  impersonationRole,
  projectWideMember,
  canTakeOver,
  privilegedRole,
  unusualAccess,
  disabledTenantMembers,
  permissionInNoRole,
  permissionNobodyHas,
  roleNobodyHolds,
  twinRoles,
  roleNameTwice,
  danglingReference,
  ambiguousReference,
  uncertainInheritance,
  groupMapsAdmin,
  defaultRoleAdmin,
  mappingToGoneRole,
  certificateExpired,
  certificateEnding,
  certificateUnreadable,
  ssoExclusion,
  publicDomain,
  keyNeverExpires,
  keyOld,
  keyFromAnywhere,
  keyCreatorGone,
  keyOfShutUser,
  keyProjectWide,
  keyPrivileged,
  scimKeyExpired,
  keyEnding,
  keyExpired,
  keyIgnoredRoles,
  appSelfRegistered,
  appWideConsent,
  applicationOpen,
  consentOfShutUser,
  consentForTenant,
  consentForever,
  appOffStillGiven,
  manyCompanyAdmins,
  managementKeyCompany,
  managementKeyNeverExpires,
  managementKeyFromAnywhere,
  consoleAdminDisabled,
  consoleAdminInvited,
];
