import { create, type JsonObject } from '@bufbuild/protobuf';
import { type Any, type Timestamp, timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  AppTrait_AppFlag,
  AppTraitSchema,
  GroupTraitSchema,
  NonHumanIdentityTrait_NhiType,
  NonHumanIdentityTraitSchema,
  RoleTraitSchema,
  ScopeBindingTraitSchema,
  SecretTrait_CredentialType,
  SecretTraitSchema,
  UserTrait_AccountType,
  UserTraitSchema,
} from '../gen/c1/connector/v2/annotation_trait_pb.ts';
import { annotate } from './annotations.ts';
import type { ResourceRef } from './ids.ts';
import { createdAt, type ResourceParts, toResourceId } from './resource-message.ts';
import { fitText, maxStatusDetailBytes } from './text.ts';

/** The protocol's traits, which tell a platform what a resource is whatever its type is called. */
export function groupTrait(profile: JsonObject): Any {
  return annotate(GroupTraitSchema, create(GroupTraitSchema, { profile }));
}

/** How a group came from an identity provider: pushed by its directory, or seen when somebody signed in. */
export type GroupSource = 'directory_synced' | 'app_imported';

/** A group of an identity provider; `rawSource` is the vendor's own word. Blank where the source is not known. */
export function importedGroupTrait(profile: JsonObject, source: GroupSource | '', rawSource: string): Any {
  const trait = create(GroupTraitSchema, {
    profile,
    groupSourceType: source,
    rawGroupSourceType: fitText(rawSource, maxGroupSourceBytes),
  });
  return annotate(GroupTraitSchema, trait);
}

/** The protocol's limit for the vendor's word. */
const maxGroupSourceBytes = 256;

export function roleTrait(profile: JsonObject): Any {
  return annotate(RoleTraitSchema, create(RoleTraitSchema, { profile }));
}

/** A role that counts inside one scope only. */
export function scopeBindingTrait(role: ResourceRef, scope: ResourceRef): Any {
  const trait = create(ScopeBindingTraitSchema, { roleId: toResourceId(role), scopeResourceId: toResourceId(scope) });
  return annotate(ScopeBindingTraitSchema, trait);
}

/** UserTrait.Status numbers its values as Resource's Status does. */
export const userStatuses = { enabled: 1, disabled: 2, unspecified: 0 } as const;

export interface UserParts extends ResourceParts {
  readonly emails: readonly string[];
  readonly login: string;
  readonly loginAliases: readonly string[];
  readonly givenName: string;
  readonly middleName: string;
  readonly familyName: string;
  readonly mfaEnabled: boolean;
  readonly ssoEnabled: boolean;
  /** Epoch seconds; undefined where it is not known, which is no "never". */
  readonly lastLogin?: number | undefined;
}

/** A person. Status, profile and creation time stand both here and on the resource: readers differ. */
export function userTrait(parts: UserParts): Any {
  const { status = 'unspecified' } = parts;
  const trait = create(UserTraitSchema, {
    emails: parts.emails.map((address, index) => ({ address, isPrimary: index === 0 })),
    status: { status: userStatuses[status], details: fitText(parts.statusDetail ?? '', maxStatusDetailBytes) },
    profile: parts.profile,
    accountType: UserTrait_AccountType.HUMAN,
    login: parts.login,
    loginAliases: [...parts.loginAliases],
    ...createdAt(parts.createdTime),
    ...lastLoginOf(parts.lastLogin),
    mfaStatus: { mfaEnabled: parts.mfaEnabled },
    ssoStatus: { ssoEnabled: parts.ssoEnabled },
    structuredName: {
      givenName: parts.givenName,
      familyName: parts.familyName,
      middleNames: parts.middleName === '' ? [] : [parts.middleName],
    },
  });
  return annotate(UserTraitSchema, trait);
}

/** A time that protobuf has no words for is left out. */
function lastLoginOf(seconds: number | undefined): { readonly lastLogin?: Timestamp } {
  const { createdAt: lastLogin } = createdAt(seconds);
  return lastLogin === undefined ? {} : { lastLogin };
}

/** A person of whom we know no more than how they sign in: whether with a second factor is not said. */
export function personTrait(parts: ResourceParts & Pick<UserParts, 'emails' | 'login' | 'loginAliases'>): Any {
  const { status = 'unspecified' } = parts;
  const trait = create(UserTraitSchema, {
    emails: parts.emails.map((address, index) => ({ address, isPrimary: index === 0 })),
    status: { status: userStatuses[status], details: fitText(parts.statusDetail ?? '', maxStatusDetailBytes) },
    profile: parts.profile,
    accountType: UserTrait_AccountType.HUMAN,
    login: parts.login,
    loginAliases: [...parts.loginAliases],
  });
  return annotate(UserTraitSchema, trait);
}

/**
 * A principal that is no person: both traits, since readers differ. `detail` names its kind, such as
 * "descope.access_key".
 */
export function serviceAccountTraits(parts: ResourceParts, detail: string): readonly Any[] {
  const { status = 'unspecified' } = parts;
  const account = create(UserTraitSchema, {
    status: { status: userStatuses[status], details: fitText(parts.statusDetail ?? '', maxStatusDetailBytes) },
    profile: parts.profile,
    accountType: UserTrait_AccountType.SERVICE,
    ...createdAt(parts.createdTime),
  });
  const identity = create(NonHumanIdentityTraitSchema, {
    nhiType: NonHumanIdentityTrait_NhiType.UNSPECIFIED,
    nhiDetail: detail,
  });
  return [annotate(UserTraitSchema, account), annotate(NonHumanIdentityTraitSchema, identity)];
}

/** A secret that somebody or something signs in with. */
export interface SecretParts extends ResourceParts {
  /** Its kind, such as "descope.access_key". */
  readonly detail: string;
  /** Epoch seconds; undefined for never. */
  readonly expireTime: number | undefined;
  /** Who made it; only somebody whom the sync lists. */
  readonly creator: ResourceRef | undefined;
  /** As whom it acts; only somebody whom the sync lists. */
  readonly identity: ResourceRef | undefined;
}

/** When a secret was last used is never told: Descope does not say. */
export function secretTrait({ detail, expireTime, creator, identity, createdTime }: SecretParts): Any {
  const trait = create(SecretTraitSchema, {
    ...createdAt(createdTime),
    ...(expireTime !== undefined && { expiresAt: timestampFromMs(expireTime * 1000) }),
    ...(creator !== undefined && { createdById: toResourceId(creator) }),
    ...(identity !== undefined && { identityId: toResourceId(identity) }),
    credentialType: SecretTrait_CredentialType.STATIC_SECRET,
    credentialDetail: detail,
  });
  return annotate(SecretTraitSchema, trait);
}

const appFlags = {
  inactive: AppTrait_AppFlag.INACTIVE,
  saml: AppTrait_AppFlag.SAML,
  oidc: AppTrait_AppFlag.OIDC,
} as const;
export type AppFlag = keyof typeof appFlags;

/** Something that people sign in to. */
export function appTrait(flags: readonly AppFlag[]): Any {
  return annotate(AppTraitSchema, create(AppTraitSchema, { flags: flags.map((flag) => appFlags[flag]) }));
}
