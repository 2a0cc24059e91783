import { projectCreated } from '../family.ts';
import type { FamilyHost } from '../family.ts';
import { daysFrom } from '../keys/records.ts';
import { secretCanary } from '../sso/sample.ts';
import { projectIdOf, thisProject } from './projects.ts';

/** Roles of a key: in the company, or else in projects and in all projects of a tag. */
export interface KeyRoles {
  readonly companyRoles: readonly string[];
  readonly projectRoles: readonly { readonly projectIds: readonly string[]; readonly roles: readonly string[] }[];
  readonly tagRoles: readonly { readonly tags: readonly string[]; readonly roles: readonly string[] }[];
}

/** A management key as stored. The stand-in does not look at the roles. */
export interface ManagementKey {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** `active` or `inactive`. */
  readonly status: string;
  /** Epoch seconds. */
  readonly createdTime: number;
  /** Epoch seconds; 0 for never. */
  readonly expireTime: number;
  /** Empty for anywhere. */
  readonly permittedIps: readonly string[];
  readonly reBac: KeyRoles;
  readonly version: number;
  readonly authzVersion: number;
  /** Shown once when it is made, and in every list when the switch `keySecrets` says so. */
  readonly cleartext: string;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about a key; the rest is filled in. */
export interface ManagementKeySeed extends Partial<Omit<ManagementKey, 'reBac'>> {
  readonly reBac?: Partial<KeyRoles>;
  /** Instead of `expireTime`: whole days from the day on which the stand-in starts. */
  readonly expiresInDays?: number;
}

/** The ids of the two keys that open the stand-in. */
export const projectKeyId = 'K2EmulatorManagementKey00000';
export const companyKeyId = 'K2EmulatorCompanyKey00000000';

export function toManagementKey(
  { expiresInDays, reBac, ...seed }: ManagementKeySeed,
  newId: string,
  host: FamilyHost,
): ManagementKey {
  const id = seed.id ?? newId;
  const { companyRoles = [], projectRoles = [], tagRoles = [] } = reBac ?? {};
  return {
    name: id,
    description: '',
    status: 'active',
    createdTime: host.nowSeconds(),
    expireTime: 0,
    permittedIps: [],
    version: 1,
    authzVersion: 1,
    cleartext: '',
    extra: {},
    ...seed,
    ...(expiresInDays !== undefined && { expireTime: daysFrom(host.nowSeconds(), expiresInDays) }),
    id,
    reBac: {
      companyRoles,
      projectRoles: projectRoles.map(({ projectIds, roles }) => ({
        projectIds: projectIds.map((projectId) => projectIdOf(projectId, host)),
        roles,
      })),
      tagRoles,
    },
  };
}

const month = 30 * 86_400;

const sample: readonly ManagementKeySeed[] = [
  {
    id: projectKeyId,
    name: 'Emulator',
    description: 'The key of this project that opens the stand-in',
    reBac: { projectRoles: [{ projectIds: [thisProject], roles: ['project-admin'] }] },
  },
  {
    id: companyKeyId,
    name: 'Governance connector',
    description: 'The key of the company that opens the stand-in; it ends soon',
    expiresInDays: 20,
    reBac: { companyRoles: ['company-full-access'] },
  },
  {
    name: 'Infrastructure',
    permittedIps: ['192.0.2.0/24', '2001:db8::/32'],
    reBac: { tagRoles: [{ tags: ['production', 'retired'], roles: ['tag-infra-read-write'] }] },
  },
  {
    name: 'Deploys',
    reBac: {
      projectRoles: [
        { projectIds: [thisProject, 'P2EmulatorStaging00000000000'], roles: ['read-only', 'a role of the future'] },
        { projectIds: ['P2EmulatorSandbox00000000000'], roles: ['project-admin'] },
      ],
    },
  },
  {
    name: 'Deploys',
    description: 'Switched off',
    status: 'inactive',
    reBac: { projectRoles: [{ projectIds: ['P2EmulatorRetired00000000000'], roles: ['project-admin'] }] },
  },
  {
    name: 'Migration of 2022',
    description: 'Has ended',
    expireTime: projectCreated + 3 * month,
    reBac: { companyRoles: ['company-full-access'] },
  },
];

/** Keys of the company, of projects and of tags, with a canary as the secret of each. */
export const managementKeySample: readonly ManagementKeySeed[] = sample.map((key, at): ManagementKeySeed =>
  Object.assign(
    {
      id: `K2${String(at + 1).padStart(26, 'SampleManagementKey')}`,
      createdTime: projectCreated + at * month,
      cleartext: secretCanary,
    },
    key,
  ),
);
