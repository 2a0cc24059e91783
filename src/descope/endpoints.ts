import { type Endpoint, endpointLabel, type ReadEndpoint } from './http/endpoint.ts';
import { accessKeyEndpoints, keySwitchEndpoints } from './access-key-calls.ts';
import { accessKeyList } from './access-keys.ts';
import { applicationList } from './applications.ts';
import { auditEndpoint } from './audit/audit.ts';
import { consoleAdminList } from './console-admins.ts';
import { groupsEndpoint } from './groups.ts';
import { customAttributeList } from './custom-attributes.ts';
import { consentWriteEndpoints } from './consent-calls.ts';
import { consentList } from './consents.ts';
import { managementKeyList } from './management-keys.ts';
import { permissionList } from './permissions.ts';
import { projectList } from './projects.ts';
import { roleList } from './roles.ts';
import { scimKeysCall } from './scim-keys.ts';
import { defaultSsoSettingsCall, ssoSettingsCall } from './sso.ts';
import { tenantSettingsCall } from './tenant-settings.ts';
import { tenantList } from './tenants.ts';
import { thirdPartyAppList } from './third-party-apps.ts';
import { passwordEndpoints, passwordUpkeepEndpoints } from './users/passwords.ts';
import { userLifecycleEndpoints } from './users/user-lifecycle.ts';
import { loginHistoryEndpoint } from './users/login-history.ts';
import { userUpdateEndpoints } from './users/user-updates.ts';
import { userWriteEndpoints } from './users/user-writes.ts';
import { userReadEndpoints } from './users/user.ts';
import { endpointsOf, type WholeList } from './whole-list.ts';
import { xaaSettingsCall } from './xaa.ts';

/**
 * Every list that is read whole. To add a family of Descope's API, write its file and name its list here.
 */
export const wholeLists: readonly WholeList<unknown>[] = [
  tenantList,
  roleList,
  permissionList,
  accessKeyList,
  applicationList,
  thirdPartyAppList,
  consentList,
  projectList,
  consoleAdminList,
  managementKeyList,
];

/** Every call that tells something of one tenant. */
export const tenantEndpoints: readonly ReadEndpoint[] = [
  ssoSettingsCall.endpoint,
  defaultSsoSettingsCall.endpoint,
  tenantSettingsCall.endpoint,
  groupsEndpoint,
  xaaSettingsCall.endpoint,
  scimKeysCall.endpoint,
];

/** Every call that this program can make. */
export const endpoints: readonly Endpoint[] = [
  ...Object.values(userReadEndpoints),
  ...wholeLists.flatMap((list) => endpointsOf(list)),
  ...tenantEndpoints,
  ...Object.values(userWriteEndpoints),
  ...Object.values(userLifecycleEndpoints),
  ...Object.values(passwordEndpoints),
  passwordUpkeepEndpoints.setActivePassword,
  customAttributeList.endpoint,
  ...Object.values(userUpdateEndpoints),
  passwordUpkeepEndpoints.expirePassword,
  ...Object.values(accessKeyEndpoints),
  ...Object.values(keySwitchEndpoints),
  ...Object.values(consentWriteEndpoints),
  auditEndpoint,
  loginHistoryEndpoint,
];

/** The names of all endpoints, as they stand in errors, counts and logs. */
export const endpointLabels: readonly string[] = endpoints.map(endpointLabel);
