import type { Grant, Resource } from '../model/messages.ts';
import { createdAtOf, userTraitOf } from '../sync-format/stored-rows.ts';
import type { FileGrant, FileRow, FileUnknownGrant } from './rows.ts';

/** As much of a message as the rows need; protobuf JSON has this shape, with every zero value left out. */
interface JsonId {
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
  readonly annotations?: readonly {
    readonly '@type'?: string;
    readonly mfaStatus?: { readonly mfaEnabled?: boolean };
    readonly ssoStatus?: { readonly ssoEnabled?: boolean };
  }[];
}

export interface JsonGrant {
  readonly id?: string;
  readonly entitlement?: { readonly resource?: { readonly id?: JsonId } };
  readonly principal?: { readonly id?: JsonId };
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
}

export function rowOfJsonResource({
  id,
  parentResourceId,
  displayName = '',
  description = '',
  profile = {},
  createdAt = '',
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
  });
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
  });
}

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
      };
    default:
      return { kind: 'unknown', what: 'resource', typeId, id, name };
  }
}

export function rowOfJsonGrant({
  id = '',
  entitlement,
  principal,
}: JsonGrant): FileGrant | FileUnknownGrant | undefined {
  return grantRow(id, entitlement?.resource?.id, principal?.id);
}

export function rowOfGrant({ id, entitlement, principal }: Grant): FileGrant | FileUnknownGrant | undefined {
  return grantRow(id, entitlement?.resource?.id, principal?.id);
}

const heldKinds = { tenant: 'tenant', role: 'role', role_binding: 'binding' } as const;
const conferringKinds = { role: 'role', role_binding: 'binding' } as const;

/** What our rows call a type that can be granted; undefined for a type that we do not know. */
export function kindOfType(typeId: string): FileGrant['on']['kind'] | undefined {
  return typeId === 'permission' ? 'permission' : lookUp(heldKinds, typeId);
}

/** Undefined for a grant that says nothing of its own: a permission of a user follows from a role. */
function grantRow(
  id: string,
  on: JsonId | undefined,
  to: JsonId | undefined,
): FileGrant | FileUnknownGrant | undefined {
  const onKind = lookUp(heldKinds, on?.resourceType);
  if (onKind !== undefined && to?.resourceType === 'user') {
    return {
      kind: 'grant',
      id,
      on: { kind: onKind, id: on?.resource ?? '' },
      to: { kind: 'user', id: to.resource ?? '' },
    };
  }
  const toKind = lookUp(conferringKinds, to?.resourceType);
  if (on?.resourceType === 'permission' && toKind !== undefined) {
    return {
      kind: 'grant',
      id,
      on: { kind: 'permission', id: on.resource ?? '' },
      to: { kind: toKind, id: to?.resource ?? '' },
    };
  }
  if (on?.resourceType === 'permission' && to?.resourceType === 'user') {
    return undefined;
  }
  return {
    kind: 'unknown',
    what: 'grant',
    id,
    on: { typeId: on?.resourceType ?? '', id: on?.resource ?? '' },
    to: { typeId: to?.resourceType ?? '', id: to?.resource ?? '' },
  };
}

function lookUp<T extends string>(table: Readonly<Record<string, T>>, key = ''): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
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
