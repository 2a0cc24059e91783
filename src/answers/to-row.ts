import { parseDerivedBindingId } from '../model/ids.ts';
import type { Resource } from '../model/messages.ts';
import { createdAtOf, isNonHuman, secretNotesOf, timeOf, userTraitOf } from '../sync-format/stored-rows.ts';
import type { FileUnknownResource, FileRow, TypedId } from './rows.ts';

/** As much of a message as the rows need; protobuf JSON has this shape, with every zero value left out. */
export interface JsonId {
  readonly resourceType?: string;
  readonly resource?: string;
}

export interface JsonResource {
  readonly id?: JsonId;
  readonly parentResourceId?: JsonId;
  readonly displayName?: string;
  readonly description?: string;
  readonly profile?: Profile;
  readonly createdAt?: string;
  readonly status?: { readonly status?: string };
  readonly annotations?: readonly JsonTrait[];
}

interface JsonTrait {
  readonly '@type'?: string;
  readonly mfaStatus?: { readonly mfaEnabled?: boolean };
  readonly ssoStatus?: { readonly ssoEnabled?: boolean };
  readonly identityId?: JsonId;
  readonly createdById?: JsonId;
  readonly expiresAt?: string;
  readonly lastLogin?: string;
}

type Profile = Readonly<Record<string, unknown>>;

interface Parts {
  readonly id: string;
  readonly typeId: string;
  readonly parentId: string;
  readonly name: string;
  readonly description: string;
  readonly profile: Profile;
  readonly createdAt: string;
  readonly hasMfa: boolean;
  readonly hasSso: boolean;
  readonly lastLogin: string | undefined;
  /** What the types that are not ours to name say besides. */
  readonly other: () => OtherParts;
}

interface OtherParts {
  readonly isDisabled: boolean;
  readonly isNonHuman: boolean;
  readonly owner?: TypedId | undefined;
  readonly creator?: TypedId | undefined;
  readonly expiresAt?: string | undefined;
}

export function rowOfJsonResource({
  id,
  parentResourceId,
  displayName = '',
  description = '',
  profile = {},
  createdAt = '',
  status,
  annotations = [],
}: JsonResource): FileRow | undefined {
  const isUser = id?.resourceType === 'user';
  return rowOf({
    id: id?.resource ?? '',
    typeId: id?.resourceType ?? '',
    parentId: parentResourceId?.resource ?? '',
    name: displayName,
    description,
    profile,
    createdAt,
    hasMfa: isUser && annotations.some(({ mfaStatus }) => mfaStatus?.mfaEnabled === true),
    hasSso: isUser && annotations.some(({ ssoStatus }) => ssoStatus?.ssoEnabled === true),
    lastLogin: isUser ? annotations.find((trait) => trait.lastLogin !== undefined)?.lastLogin : undefined,
    other: () => {
      const secret = annotations.find((trait) => trait['@type']?.endsWith('.SecretTrait') === true);
      return {
        isDisabled: status?.status === 'RESOURCE_STATUS_DISABLED',
        isNonHuman: annotations.some((trait) => /\.(?:NonHumanIdentityTrait|SecretTrait)$/.test(trait['@type'] ?? '')),
        owner: typedIdOf(secret?.identityId),
        creator: typedIdOf(secret?.createdById),
        expiresAt: secret?.expiresAt,
      };
    },
  });
}

function typedIdOf(id: JsonId | undefined): TypedId | undefined {
  return id?.resource === undefined ? undefined : { typeId: id.resourceType ?? '', id: id.resource };
}

export function rowOfResource(resource: Resource): FileRow | undefined {
  const { id, parentResourceId, displayName, description, profile = {} } = resource;
  const trait = id?.resourceType === 'user' ? userTraitOf(resource) : undefined;
  return rowOf({
    id: id?.resource ?? '',
    typeId: id?.resourceType ?? '',
    parentId: parentResourceId?.resource ?? '',
    name: displayName,
    description,
    profile,
    createdAt: createdAtOf(resource),
    hasMfa: trait?.mfaStatus?.mfaEnabled === true,
    hasSso: trait?.ssoStatus?.ssoEnabled === true,
    lastLogin: trait?.lastLogin === undefined ? undefined : timeOf(trait.lastLogin),
    other: () => ({
      isDisabled: resource.status?.status === disabled,
      isNonHuman: isNonHuman(resource),
      ...secretNotesOf(resource),
    }),
  });
}

/** RESOURCE_STATUS_DISABLED. */
const disabled = 2;

/** What is looked up below in the profiles of the types that there are many of. */
export const profileKeys = {
  user: ['status', 'login_ids', 'email', 'verified_email', 'phone', 'verified_phone', 'test', 'scim'],
  role_binding: ['role_name'],
} as const;

/** Undefined for a resource without an id. */
function rowOf({
  id,
  typeId,
  parentId,
  name,
  description,
  profile,
  createdAt,
  hasMfa,
  hasSso,
  lastLogin,
  other,
}: Parts): FileRow | undefined {
  if (id === '') {
    return undefined;
  }
  switch (typeId) {
    case 'user':
      return {
        kind: 'user',
        id,
        name: name === '' ? id : name,
        status: text(profile, 'status'),
        loginIds: texts(profile, 'login_ids'),
        email: text(profile, 'email'),
        isEmailVerified: flag(profile, 'verified_email'),
        phone: text(profile, 'phone'),
        isPhoneVerified: flag(profile, 'verified_phone'),
        isTest: flag(profile, 'test'),
        isScim: flag(profile, 'scim'),
        hasMfa,
        hasSso,
        createdAt,
        ...(lastLogin !== undefined && { lastLogin }),
      };
    case 'tenant':
      return {
        kind: 'tenant',
        id,
        name: name === '' ? id : name,
        parentTenantId: parentId,
        roleInheritance: text(profile, 'role_inheritance'),
        isDisabled: flag(profile, 'disabled'),
        createdAt,
        profile,
      };
    case 'role':
      return {
        kind: 'role',
        id,
        name: name === '' ? id : name,
        roleName: text(profile, 'role_name') || name || id,
        tenantId: parentId,
        description,
        isDefault: flag(profile, 'default'),
        isPrivate: flag(profile, 'private'),
      };
    case 'permission':
      return {
        kind: 'permission',
        id,
        name: name === '' ? id : name,
        description,
        isSystem: flag(profile, 'system_default'),
      };
    case 'role_binding':
      return {
        kind: 'binding',
        id,
        name: name === '' ? id : name,
        roleName: text(profile, 'role_name') || name || id,
        tenantId: parentId,
        ...derivedFrom(id),
      };
    case 'sso_configuration':
    case 'idp_group':
      return {
        kind: typeId === 'idp_group' ? 'group' : 'sso-configuration',
        id,
        name: name === '' ? id : name,
        tenantId: text(profile, 'tenant_id') || parentId,
        ssoId: text(profile, 'sso_id'),
        profile,
      };
    default:
      return {
        kind: 'unknown',
        what: 'resource',
        typeId,
        id,
        name,
        profile: withDescription(profile, description),
        createdAt: createdAt === '' ? undefined : createdAt,
        ...otherFields(profile, other()),
      };
  }
}

/** Applications have their description in the resource, keys in the profile: readers look in the profile. */
function withDescription(profile: Profile, description: string): Profile | undefined {
  const told = description === '' || text(profile, 'description') !== '' ? profile : { ...profile, description };
  return Object.keys(told).length === 0 ? undefined : told;
}

function otherFields(
  profile: Profile,
  { isDisabled, isNonHuman: isNoPerson, owner, creator, expiresAt }: OtherParts,
): Pick<FileUnknownResource, 'status' | 'expiresAt' | 'owner' | 'creator' | 'isNonHuman'> {
  return {
    status: text(profile, 'status') || switchedWord(isDisabled || profile['enabled'] === false, profile),
    expiresAt: expiresAt ?? text(profile, 'expires_at').replace('.000Z', 'Z'),
    isNonHuman: isNoPerson,
    ...(owner !== undefined && { owner }),
    ...(creator !== undefined && { creator }),
  };
}

/** The status of what has no word for it in Descope: an application is on or off. */
function switchedWord(isOff: boolean, profile: Profile): string {
  return isOff ? 'disabled' : flag(profile, 'enabled') ? 'enabled' : '';
}

/** Whose role a derived binding is; nothing for a binding that can be held. */
function derivedFrom(id: string): { readonly roleTenantId?: string } {
  const derived = parseDerivedBindingId(id);
  return derived === undefined ? {} : { roleTenantId: derived.roleTenantId };
}

function text(profile: Profile, key: string): string {
  const value = profile[key];
  return typeof value === 'string' ? value : '';
}

function texts(profile: Profile, key: string): string[] {
  const value = profile[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function flag(profile: Profile, key: string): boolean {
  return profile[key] === true;
}
