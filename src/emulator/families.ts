import { audit } from './audit/audit.ts';
import { accessKeys } from './keys/access-keys.ts';
import { consents } from './apps/consents.ts';
import { federatedApps } from './apps/federated-apps.ts';
import { thirdPartyApps } from './apps/third-party-apps.ts';
import { descopers } from './console/descopers.ts';
import { managementKeys } from './console/management-keys.ts';
import { projects } from './console/projects.ts';
import type { Family } from './family.ts';
import { groups } from './groups.ts';
import { license } from './license.ts';
import { passwordSettings } from './password-settings.ts';
import { permissions } from './permissions.ts';
import { roles } from './roles.ts';
import { signIn } from './sign-in/sign-in.ts';
import { ssoConfigurations } from './sso/sso.ts';
import { tenantSettings } from './tenant-settings.ts';
import { tenants } from './tenants.ts';
import { userAttributes } from './users/attributes.ts';
import { users } from './users/users.ts';

/**
 * Every family of the stand-in. The API, the seeds, the switches and the state that tests see derive from this list.
 */
export const families = [
  users,
  userAttributes,
  tenants,
  roles,
  permissions,
  accessKeys,
  federatedApps,
  thirdPartyApps,
  consents,
  ssoConfigurations,
  groups,
  tenantSettings,
  passwordSettings,
  signIn,
  projects,
  descopers,
  managementKeys,
  license,
  audit,
] as const;

export type Families = typeof families;

/** All members of a union at once. */
export type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

type SeedOf<One> =
  One extends Family<infer _Name, infer Seed, infer _State, infer _Controls, infer _Table> ? Seed : never;

/**
 * A project to start with, one list a family: `tenants`, `roles`, `permissions`, `users` ... Lists left out are empty,
 * save that `users` left out allows generated users.
 */
export type ProjectSeed = {
  readonly [One in Families[number] as [SeedOf<One>] extends [never] ? never : One['name']]?: readonly SeedOf<One>[];
};

/** What the families let a test read and change, without HTTP, checks or lag. */
export type FamilyControls = Intersection<ReturnType<Families[number]['create']>['controls']>;

/** The lists of the built-in sample company; its users are generated. */
export function sampleProject(): Required<Omit<ProjectSeed, 'users'>> {
  const lists = families.flatMap(({ name, sample }) => (sample ? [[name, sample]] : []));
  // Every family but the users either has a sample or has no seeds.
  return Object.fromEntries(lists) as Required<Omit<ProjectSeed, 'users'>>;
}
