/** What a file of a sync tells, row by row, in the words of the access model. Ids are those of the file. */
export type FileRow =
  | FileUser
  | FileTenant
  | FileRole
  | FilePermission
  | FileBinding
  | FileSsoConfiguration
  | FileGroup
  | FileGrant
  | FileInheritance
  | FileMapping
  | FileGroupMember
  | FileUnknown;

export interface FileUser {
  readonly kind: 'user';
  readonly id: string;
  /** For people; never empty. It may hold anything: see `printable`. */
  readonly name: string;
  /** Descope's word: `enabled`, `invited`, `disabled`, `expired` or another. */
  readonly status: string;
  readonly loginIds: readonly string[];
  /** '' for none; the same for `phone` and `createdAt` (RFC 3339). */
  readonly email: string;
  readonly isEmailVerified: boolean;
  readonly phone: string;
  readonly isPhoneVerified: boolean;
  readonly isTest: boolean;
  readonly isScim: boolean;
  readonly hasMfa: boolean;
  readonly hasSso: boolean;
  readonly createdAt: string;
  /** RFC 3339; absent where the file does not tell, which is not "never". */
  readonly lastLogin?: string | undefined;
}

export interface FileTenant {
  readonly kind: 'tenant';
  readonly id: string;
  readonly name: string;
  /** '' for a tenant without a parent. */
  readonly parentTenantId: string;
  /** Descope's word; `none` inherits nothing. */
  readonly roleInheritance: string;
  readonly isDisabled: boolean;
  readonly createdAt: string;
  /** What else the file tells of it, under the keys of the access model. */
  readonly profile?: Readonly<Record<string, unknown>> | undefined;
}

/** A role of the project (`tenantId` is ''), or one that a tenant defines for itself. */
export interface FileRole {
  readonly kind: 'role';
  readonly id: string;
  /** As the file shows it: "Editor", "Approver (Acme)". */
  readonly name: string;
  readonly roleName: string;
  readonly tenantId: string;
  readonly description: string;
  readonly isDefault: boolean;
  readonly isPrivate: boolean;
}

export interface FilePermission {
  readonly kind: 'permission';
  /** The permission's name. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isSystem: boolean;
}

/** A role of the project inside one tenant, held by somebody or not. */
export interface FileBinding {
  readonly kind: 'binding';
  readonly id: string;
  /** As the file shows it: "Editor in Acme". */
  readonly name: string;
  readonly roleName: string;
  readonly tenantId: string;
  /**
   * Whose role it is, where the binding exists by inheritance alone and its id has three parts: the tenant that defines
   * the role, or '' for the project's. Undefined for the project's role inside a tenant, which can be held directly.
   */
  readonly roleTenantId?: string | undefined;
}

/** A configuration of single sign-on of a tenant. */
export interface FileSsoConfiguration {
  readonly kind: 'sso-configuration';
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  readonly ssoId: string;
  /** What else the file tells of it, under the keys of the access model. */
  readonly profile: Readonly<Record<string, unknown>>;
}

/** A group of an identity provider: one that Descope lists, or one that only a mapping names. */
export interface FileGroup {
  readonly kind: 'group';
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  readonly ssoId: string;
  readonly profile: Readonly<Record<string, unknown>>;
}

/**
 * Somebody holds something. `on` is a tenant (member), a role or a binding, held by a user; or a permission, granted to
 * a role or a binding. Permissions that another tool has already multiplied out to users are left out by the readers.
 */
export interface FileGrant {
  readonly kind: 'grant';
  readonly id: string;
  readonly on: { readonly kind: 'tenant' | 'role' | 'binding' | 'permission'; readonly id: string };
  readonly to: { readonly kind: 'user' | 'role' | 'binding'; readonly id: string };
}

/**
 * What flows from a tenant to one below it: whoever holds `from` directly is a member, or has the role, there, too.
 * Others who have `from` do not: rows of this kind are never joined with each other.
 */
export interface FileInheritance {
  readonly kind: 'inheritance';
  readonly id: string;
  readonly on: { readonly kind: 'tenant' | 'binding'; readonly id: string };
  readonly from: { readonly kind: 'tenant' | 'role' | 'binding'; readonly id: string };
  /** The tenant above. */
  readonly ancestor: string;
  readonly certainty: Certainty;
  /** The same for access keys; '' where they do not inherit, or were not read. */
  readonly keys: Certainty | '';
  /** Why it is uncertain: words of the access model with commas between; '' for what is derived. */
  readonly reason: string;
}

export type Certainty = 'derived' | 'uncertain';

/** What the next login will give: to the members of a group, or to whoever signs in through a configuration. */
export interface FileMapping {
  readonly kind: 'mapping';
  readonly id: string;
  readonly on: { readonly kind: 'role' | 'binding'; readonly id: string };
  /** `group_mapping`, `default_sso_role` or `tenant_default_role`. */
  readonly via: string;
  /** An `idp_group`, an `sso_configuration` or a `tenant`. */
  readonly from: TypedId;
  /** '' where a tenant's default gives it. */
  readonly ssoId: string;
  /** The group's place in the order of groups; undefined where none is told. */
  readonly priority?: number | undefined;
}

/** A user is in a group of an identity provider. */
export interface FileGroupMember {
  readonly kind: 'group-member';
  readonly id: string;
  readonly groupId: string;
  readonly userId: string;
}

/**
 * A resource or a grant of another type: what a sync reads where it is asked to, such as access keys, what a newer
 * version reads, what another tool added. It is shown, never dropped.
 */
export type FileUnknown = FileUnknownResource | FileUnknownGrant;

export interface FileUnknownResource {
  readonly kind: 'unknown';
  readonly what: 'resource';
  readonly typeId: string;
  readonly id: string;
  /** '' where the file gives none. */
  readonly name: string;
  /** What else the file tells of it; absent where that is nothing. */
  readonly profile?: Readonly<Record<string, unknown>> | undefined;
  /** RFC 3339; absent where the file does not tell. */
  readonly createdAt?: string | undefined;
  /** The profile's word, else `disabled` for what is switched off; '' for what has no status. */
  readonly status: string;
  /** RFC 3339; '' where it does not expire. */
  readonly expiresAt: string;
  /** Of a secret: as whom it signs in, and who made it, where the file lists them. */
  readonly owner?: TypedId | undefined;
  readonly creator?: TypedId | undefined;
  /** Whether it is a principal that is no person, or the secret of one. */
  readonly isNonHuman: boolean;
}

export interface FileUnknownGrant {
  readonly kind: 'unknown';
  readonly what: 'grant';
  readonly id: string;
  /** Which entitlement of the resource it is: `access`, `consent`, `admin`. */
  readonly slug: string;
  readonly on: TypedId;
  readonly to: TypedId;
  /** What the grant says of itself, such as the scopes of a consent; absent where that is nothing. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** The protocol's id of a resource: type ids are those of the file, such as `role_binding`. */
export interface TypedId {
  readonly typeId: string;
  readonly id: string;
}
