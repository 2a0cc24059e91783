/** What a file of a sync tells, row by row, in the words of the access model. Ids are those of the file. */
export type FileRow = FileUser | FileTenant | FileRole | FilePermission | FileBinding | FileGrant | FileUnknown;

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
 * A resource or a grant of types that answers do not cover, or do not expect together. It is counted and shown, never
 * dropped.
 */
export type FileUnknown = FileUnknownResource | FileUnknownGrant;

export interface FileUnknownResource {
  readonly kind: 'unknown';
  readonly what: 'resource';
  readonly typeId: string;
  readonly id: string;
  /** '' where the file gives none. */
  readonly name: string;
}

export interface FileUnknownGrant {
  readonly kind: 'unknown';
  readonly what: 'grant';
  readonly id: string;
  readonly on: TypedId;
  readonly to: TypedId;
}

/** The protocol's id of a resource: type ids are those of the file, such as `role_binding`. */
export interface TypedId {
  readonly typeId: string;
  readonly id: string;
}
