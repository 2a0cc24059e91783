import * as fc from 'fast-check';
import type { TruthRows } from './truth.ts';
import { nameArbitrary } from './arbitraries.ts';
import type {
  AccessKeyRecord,
  ApplicationRecord,
  CompanyRecords,
  ConsentRecord,
  DescoperRecord,
  ManagementKeyRecord,
  ProjectRecord,
  Seconds,
  ThirdPartyAppRecord,
} from './company-records.ts';
import { plainProjectId } from './plain-server.ts';
import { type TreeWorld, treeWorldArbitrary } from './tree-worlds.ts';

/** Not set, never in several spellings, long over, and far away; as numbers and as decimal texts. */
const secondsArbitrary: fc.Arbitrary<Seconds> = fc
  .constantFrom(0, -1, 1, 1_600_000_000, 1_600_000_001, 4_000_000_000, 2_147_483_647, 253_402_300_799)
  .chain((seconds) => fc.constantFrom<Seconds>(seconds, String(seconds)));

/** What people read: may be blank, broken, and the same as another's. */
const textArbitrary = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('', ' ', 'CI', 'CI', 'half \uD800 a character', '\u202Etxt') },
  { weight: 1, arbitrary: nameArbitrary },
);

const names = (from: readonly string[], maxLength: number): fc.Arbitrary<string[]> =>
  fc.array(fc.constantFrom(...from), { maxLength });

const unique = <Row extends { readonly id: string }>(
  row: fc.Arbitrary<Row>,
  maxLength: number,
  minLength = 0,
): fc.Arbitrary<Row[]> => fc.uniqueArray(row, { minLength, maxLength, selector: ({ id }) => id });

/**
 * A company with one project whose tenants are a tree, and all else that records can say: names that break joins and
 * terminals, keys in tenants that are gone and of users who are gone, applications that are switched off or gone, several
 * consents of one holder, tags that several projects have or none, and everybody's roles given in several ways.
 */
export const companyArbitrary: fc.Arbitrary<CompanyRecords> = treeWorldArbitrary.chain((world) =>
  fc
    .record({
      appIds: fc.uniqueArray(nameArbitrary, { minLength: 1, maxLength: 4 }),
      thirdPartyIds: fc.uniqueArray(nameArbitrary, { minLength: 1, maxLength: 4 }),
      projectIds: fc.uniqueArray(nameArbitrary, { maxLength: 3 }),
      tags: fc.uniqueArray(nameArbitrary, { minLength: 1, maxLength: 4 }),
      roles: fc.uniqueArray(nameArbitrary, { minLength: 1, maxLength: 3 }),
    })
    .chain((pools) => {
      const userIds = ['gone', ...world.users.map(({ userId }) => userId)];
      const projectIds = [plainProjectId, ...pools.projectIds];
      return fc
        .record({
          ssoAppIds: fc.array(fc.uniqueArray(fc.constantFrom('gone', ...pools.appIds), { maxLength: 3 }), {
            minLength: world.users.length,
            maxLength: world.users.length,
          }),
          createdTimes: fc.array(fc.integer({ min: 1_500_000_000, max: 1_500_000_003 }), {
            minLength: world.users.length,
            maxLength: world.users.length,
          }),
          keyFields: fc.array(keyFieldsArbitrary(userIds), {
            minLength: world.keys.length,
            maxLength: world.keys.length,
          }),
          apps: unique(applicationArbitrary(pools.appIds), 4),
          thirdPartyApps: unique(thirdPartyAppArbitrary(pools.thirdPartyIds, world), 4),
          consents: consentsArbitrary(consentArbitrary(pools.thirdPartyIds, userIds, world)),
          own: projectArbitrary([plainProjectId], pools.tags),
          projects:
            pools.projectIds.length === 0 ? fc.constant([]) : unique(projectArbitrary(pools.projectIds, pools.tags), 3),
          descopers: unique(descoperArbitrary(projectIds, pools.tags), 5),
          managementKeys: unique(managementKeyArbitrary(projectIds, pools.tags, pools.roles), 5, 1),
        })
        .map(({ ssoAppIds, createdTimes, keyFields, own, projects, ...lists }) =>
          Object.assign(lists, {
            users: world.users.map(({ userId, roleNames, userTenants }, place) => ({
              userId,
              roleNames,
              userTenants,
              createdTime: createdTimes[place] ?? 0,
              ssoAppIds: ssoAppIds[place] ?? [],
            })),
            tenants: world.tenants.map(({ id, parent, roleInheritance, disabled }) => ({
              id,
              parent,
              roleInheritance,
              disabled,
            })),
            roles: world.roles.map(({ name, tenantId, permissionNames }) => ({ name, tenantId, permissionNames })),
            permissions: world.permissions.map(({ name }) => ({ name })),
            keys: world.keys.map(
              ({ id, roleNames, keyTenants }, place) =>
                Object.assign({ id, roleNames, keyTenants }, keyFields[place]) as AccessKeyRecord,
            ),
            projects: [own, ...projects],
          }),
        );
    }),
);

function keyFieldsArbitrary(
  userIds: readonly string[],
): fc.Arbitrary<Omit<AccessKeyRecord, 'id' | 'roleNames' | 'keyTenants'>> {
  return fc.record({
    name: textArbitrary,
    description: textArbitrary,
    status: fc.constantFrom('active', 'active', 'inactive', 'expired', 'revoked', ''),
    createdTime: secondsArbitrary,
    expireTime: secondsArbitrary,
    createdBy: fc.constantFrom('', 'a management key', ...userIds),
    boundUserId: fc.constantFrom('', '', '', ...userIds),
    permittedIps: names(['', '192.0.2.0/24', '2001:db8::/32'], 2),
    customClaims: fc.constantFrom({}, { nested: { scope: 'all' } }),
    editable: fc.boolean(),
  });
}

function applicationArbitrary(ids: readonly string[]): fc.Arbitrary<ApplicationRecord> {
  return fc.record({
    id: fc.constantFrom(...ids),
    name: textArbitrary,
    description: textArbitrary,
    enabled: fc.boolean(),
    appType: fc.constantFrom('saml', 'oidc', 'wsfed', 'custom', ''),
    samlSettings: fc.constantFrom({}, { groupsMapping: [] }, { groupsMapping: [{ name: 'writers' }, {}] }),
  });
}

function thirdPartyAppArbitrary(ids: readonly string[], { roles }: TreeWorld): fc.Arbitrary<ThirdPartyAppRecord> {
  return fc.record({
    id: fc.constantFrom(...ids),
    clientId: textArbitrary,
    name: textArbitrary,
    description: textArbitrary,
    status: fc.constantFrom('active', 'active', 'inactive', 'paused', ''),
    dynamic: fc.boolean(),
    skipConsentScreen: fc.boolean(),
    allowedTenants: names(['acme', 'gone'], 2),
    permissionsScopes: fc.array(
      fc.record({
        name: textArbitrary,
        values: names(['', 'no role', ...roles.map(({ name }) => name)], 3),
        optional: fc.boolean(),
      }),
      { maxLength: 2 },
    ),
  });
}

/** At most 20 consents; in every second world each of them was given twice, which random holders seldom do. */
function consentsArbitrary(consent: fc.Arbitrary<ConsentRecord>): fc.Arbitrary<ConsentRecord[]> {
  return fc
    .tuple(unique(consent, 20), fc.boolean())
    .map(([consents, isTwice]) =>
      isTwice ? consents.flatMap((one) => [one, { ...one, id: `${one.id} again` }]) : consents,
    );
}

function consentArbitrary(
  appIds: readonly string[],
  userIds: readonly string[],
  { tenants }: TreeWorld,
): fc.Arbitrary<ConsentRecord> {
  return fc.record({
    id: fc.string({ minLength: 1, maxLength: 3 }),
    appId: fc.constantFrom('gone', ...appIds, ...appIds),
    userId: fc.constantFrom('', '', ...userIds),
    tenantId: fc.constantFrom('nowhere', ...tenants.map(({ id }) => id)),
    scopes: fc.array(textArbitrary, { maxLength: 3 }),
    grantedBy: fc.constantFrom('', 'an administrator', ...userIds),
    createdTime: secondsArbitrary,
    ExpireTime: secondsArbitrary,
  });
}

function projectArbitrary(ids: readonly string[], tags: readonly string[]): fc.Arbitrary<ProjectRecord> {
  return fc.record({
    id: fc.constantFrom(...ids),
    name: textArbitrary,
    environment: fc.constantFrom('', 'production'),
    tags: names(['', ...tags], 3),
  });
}

function descoperArbitrary(projectIds: readonly string[], tags: readonly string[]): fc.Arbitrary<DescoperRecord> {
  const role = fc.constantFrom(
    'admin',
    'developer',
    'support',
    'auditor',
    'admin',
    '',
    'a role of the future',
    '__proto__',
  );
  const logins = names(['', 'ada@acme.example', 'ada'], 3);
  return fc.record({
    id: nameArbitrary,
    attributes: fc.record({
      displayName: textArbitrary,
      email: fc.oneof(fc.constantFrom('ada@acme.example', 'no address'), textArbitrary),
    }),
    status: fc.constantFrom('enabled', 'enabled', 'invited', 'disabled', 'asleep', '', '__proto__'),
    loginIDs: logins,
    loginIds: logins,
    rbac: fc.record({
      isCompanyAdmin: fc.constantFrom(false, false, true),
      projects: fc.array(fc.record({ projectIds: names(['retired', ...projectIds], 3), role }), { maxLength: 2 }),
      tags: fc.array(fc.record({ tags: names(['no tag', ...tags], 3), role }), { maxLength: 2 }),
    }),
  });
}

function managementKeyArbitrary(
  projectIds: readonly string[],
  tags: readonly string[],
  roleNames: readonly string[],
): fc.Arbitrary<ManagementKeyRecord> {
  const roles = names(roleNames, 2);
  return fc.record({
    id: nameArbitrary,
    name: textArbitrary,
    description: textArbitrary,
    status: fc.constantFrom('active', 'inactive', 'odd'),
    createdTime: secondsArbitrary,
    expireTime: secondsArbitrary,
    permittedIps: names(['', '192.0.2.1'], 2),
    reBac: fc.record({
      companyRoles: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: roles }),
      projectRoles: fc.array(fc.record({ projectIds: names(['retired', ...projectIds], 3), roles }), { maxLength: 2 }),
      tagRoles: fc.array(fc.record({ tags: names(['no tag', ...tags], 3), roles }), { maxLength: 2 }),
    }),
  });
}

/** The part of the records that the oracle of memberships, roles and permissions takes. */
export function truthRowsOf({ users, tenants, roles, permissions, keys }: CompanyRecords): TruthRows {
  return {
    users,
    permissions,
    keys,
    tenants: tenants.map(({ parent = '', ...tenant }) => ({ parent, ...tenant })),
    roles: roles.map(({ tenantId = '', ...role }) => ({ tenantId, ...role })),
  };
}
