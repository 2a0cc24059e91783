// What the report's generator and its page agree on. The page is bundled for the browser and imports this file, so
// nothing of Node or of the rest of the program may be needed here.
//
// The data is one byte stream, deflated, then base64: sections, each a tag (1 byte), a length (4 bytes, little-endian)
// and as many bytes. Sections come in any order and may repeat, since they are written while the sync file is read;
// only `end` is always last, so that a page whose data was cut off says so instead of showing less.

import type { FileSummary } from '../sync-format/summary.ts';

export type { FileSummary };

/** Raised whenever an old page could not read new data. */
export const reportVersion = 3;

export const sectionTags = {
  /** A block of up to `userBlockSize` users, column by column. Blocks but the last are full. */
  users: 1,
  /** ReportTables as JSON. */
  tables: 2,
  /** What is held, and by whom: groups of kind, role, tenant, count and users. */
  holdings: 3,
  /** A block of up to `changeBlockSize` changes since the older file, column by column, as `diff` finds them. */
  changes: 4,
  /** ReportAbout as JSON. */
  about: 6,
  /** The number of users and of holdings, for a last check. */
  end: 7,
} as const;

export const userBlockSize = 4096;
export const changeBlockSize = 4096;

/** Words of a change, by their numbers; those of `answers/diff.ts`. */
export const changeVerbs = ['gained', 'lost', 'appeared', 'gone', 'changed'] as const;
export const changeKinds = ['tenant', 'role', 'binding', 'permission', 'user', 'role-permission'] as const;
export const changeReasons = ['', 'user', 'role', 'tenant'] as const;

/** Why a change is to be looked at first, most urgent first. */
export const changeFlags = [
  'new privileged access',
  'gained while disabled',
  'gained while expired',
  'enabled again, privileged',
] as const;
export type ChangeFlag = (typeof changeFlags)[number];

/** One change as the page reads it. Ordinals, -1 for none; `before` and `after` are numbers of statuses. */
export interface ReportChange {
  readonly verb: (typeof changeVerbs)[number];
  readonly kind: (typeof changeKinds)[number];
  readonly because: (typeof changeReasons)[number];
  readonly user: number;
  readonly role: number;
  /** Where it counts, or which tenant it is about; -1 for the whole project. */
  readonly tenant: number;
  readonly permission: number;
  readonly before: number;
  readonly after: number;
  readonly holders: number;
  /** Places in `changeFlags`, as bits. */
  readonly flags: number;
}

/** The columns of a block of changes, in this order; `verb`, `kind` and `because` as numbers, ordinals one up. */
export const changeColumns = [
  'verb',
  'kind',
  'because',
  'user',
  'role',
  'tenant',
  'permission',
  'before',
  'after',
  'holders',
  'flags',
] as const;

/** Bits of a user. `former`: only the older file has this user. */
export const userFlags = {
  test: 1,
  emailVerified: 2,
  phoneVerified: 4,
  phone: 8,
  mfa: 16,
  sso: 32,
  scim: 64,
  former: 128,
} as const;

/** Bits of a tenant, a role and a permission. */
export const thingFlags = {
  former: 1,
  disabled: 2,
  inherits: 4,
  isDefault: 8,
  isPrivate: 16,
  system: 32,
} as const;

/** How a thing is held: a membership, a role as such, a project role inside a tenant. */
export const holdingKinds = { member: 0, role: 1, binding: 2 } as const;

/** What a kind has no use for, among ordinals written as `ordinal + 1`. */
export const noOrdinal = -1;

export interface ReportTenant {
  readonly id: string;
  readonly name: string;
  /** The parent's id; empty for none. */
  readonly parentId: string;
  readonly flags: number;
}

export interface ReportRole {
  /** The resource id, unique. */
  readonly id: string;
  readonly name: string;
  /** Ordinal of the tenant that defines it; -1 for a project role. */
  readonly tenant: number;
  readonly flags: number;
  readonly description: string;
  /** Ordinals of the permissions it allows. */
  readonly allows: readonly number[];
}

export interface ReportPermission {
  readonly name: string;
  readonly flags: number;
  readonly description: string;
}

/** Everything but users and holdings. An ordinal is a place in one of these lists. */
export interface ReportTables {
  readonly tenants: readonly ReportTenant[];
  readonly roles: readonly ReportRole[];
  readonly permissions: readonly ReportPermission[];
  /** The words that a user's status number stands for. */
  readonly statuses: readonly string[];
}

export interface ReportAbout {
  readonly version: number;
  /** The program's version. */
  readonly madeBy: string;
  /** File names, without folders. */
  readonly file: string;
  readonly summary: FileSummary;
  readonly since?: { readonly file: string; readonly summary: FileSummary } | undefined;
  /** What the file holds that the page does not show, being of other types: sentences without an end. */
  readonly unknown?: readonly string[];
}
