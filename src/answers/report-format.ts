// What the report's generator and its page agree on. The page is bundled for the browser and imports this file, so
// nothing of Node or of the rest of the program may be needed here.
//
// The data is one byte stream, deflated, then base64: sections, each a tag (1 byte), a length (4 bytes, little-endian)
// and as many bytes. Sections come in any order and may repeat, since they are written while the sync file is read;
// only `end` is always last, so that a page whose data was cut off says so instead of showing less.

import type { FileSummary } from '../sync-format/summary.ts';
import type {
  ReportApplication,
  ReportConsole,
  ReportOtherChange,
  ReportRule,
  ReportScopes,
  ReportThirdPartyApp,
  ReportTimeline,
} from './report-things.ts';

export type { FileSummary };

/** Raised whenever an old page could not read new data, or would show less than the data holds. */
export const reportVersion = 7;
/** Data of this version and later is read; what it does not carry yet, the page says that it cannot know. */
export const oldestReportVersion = 3;

export const sectionTags = {
  /** A block of up to `userBlockSize` users, column by column. Blocks but the last are full. */
  users: 1,
  /** ReportTables as JSON. */
  tables: 2,
  /** What is held, and by whom: groups of kind, role, tenant, count and users. */
  holdings: 3,
  /** A block of up to `changeBlockSize` changes since the older file, column by column, as `diff` finds them. */
  changes: 4,
  /** A block of up to `edgeBlockSize` edges of inheritance, column by column: tenant, source and flow. */
  edges: 5,
  /** ReportAbout as JSON. */
  about: 6,
  /** The numbers of `endCounts`, for a last check. */
  end: 7,
  /** Who is in a group of an identity provider: group, count and users. */
  members: 8,
  /** A block of up to `keyBlockSize` access keys: ReportKey[] as JSON. */
  keys: 9,
  /** What access keys hold: groups as of `holdings`, with keys for users. */
  keyHoldings: 10,
  /** A block of up to `consentBlockSize` consents, column by column. */
  consents: 11,
  /** Who was given an application by name: application, count and users. */
  appUsers: 12,
  /** A block of up to `findingBlockSize` findings of one rule: ReportFindings as JSON. */
  findings: 13,
} as const;

/** What the end counts, in this order; data of an older version has the first of them only. */
export const endCounts = [
  'users',
  'holdings',
  'edges',
  'members',
  'keys',
  'keyHoldings',
  'consents',
  'appUsers',
  'findings',
] as const;
export type EndCounts = Readonly<Record<(typeof endCounts)[number], number>>;

export const userBlockSize = 4096;
export const changeBlockSize = 4096;
export const edgeBlockSize = 65_536;
export const keyBlockSize = 4096;
export const consentBlockSize = 4096;
export const findingBlockSize = 4096;

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
  /** Descope's word for what passes the tenant in the tree; absent where it has none. */
  readonly roleInheritance?: string;
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
  /** What is held above and inherited below, by number: kind, role and tenant, as of a holding. */
  readonly sources?: readonly (readonly [kind: number, role: number, tenant: number])[];
  /** How sure an edge is, by number. */
  readonly flows?: readonly ReportFlow[];
  /** The types of resources that the sync read; absent where the file does not tell. */
  readonly types?: readonly string[];
  /** Types of which the deployment does not tell; absent where it tells of all. */
  readonly notOffered?: readonly string[];
  readonly configurations?: readonly ReportConfiguration[];
  readonly groups?: readonly ReportGroup[];
  readonly mappings?: readonly ReportMapping[];
  readonly applications?: readonly ReportApplication[];
  readonly thirdPartyApps?: readonly ReportThirdPartyApp[];
  /** What consents say, by number: see `ReportScopes`. */
  readonly scopes?: ReportScopes;
  readonly console?: ReportConsole;
  /** Absent where nothing is compared. */
  readonly otherChanges?: readonly ReportOtherChange[];
  /** Absent for the file of one sync, which knows no past. */
  readonly timeline?: ReportTimeline;
  /** The rules of `check`, as the findings name them by number; absent where the page was made without them. */
  readonly rules?: readonly ReportRule[];
}

/** How sure it is that something is inherited, in the words of the file. */
export interface ReportFlow {
  readonly certainty: 'derived' | 'uncertain';
  /** The same for access keys; '' where they do not inherit, or were not read. */
  readonly keys: 'derived' | 'uncertain' | '';
  /** Words joined by commas; '' where nothing is uncertain. */
  readonly reason: string;
}

/** A configuration of single sign-on, as far as the page judges it. */
export interface ReportConfiguration {
  readonly id: string;
  /** Ordinal of the tenant, -1 where the file does not list it. */
  readonly tenant: number;
  readonly ssoId: string;
  /** `saml`, `oidc` or `none`. */
  readonly kind: string;
  /** Whether only people come in who were pushed before; undefined where the deployment does not tell. */
  readonly isJitDisabled?: boolean;
  readonly domains: readonly string[];
  readonly isEnforced: boolean;
  /** User ids, login ids or addresses that may sign in otherwise; Descope does not say which. */
  readonly exclusions: readonly string[];
  /** Default roles that do not exist. */
  readonly unknownRoles: readonly string[];
  /** Where Descope follows the provider by itself; '' for none. */
  readonly metadataUrl: string;
  readonly certificates: readonly ReportCertificate[];
}

export interface ReportCertificate {
  readonly subject: string;
  /** RFC 3339; '' for one that could not be parsed. */
  readonly notAfter: string;
}

/** A group of an identity provider. */
export interface ReportGroup {
  readonly id: string;
  readonly name: string;
  /** Ordinals of its tenant and of its configuration; -1 where the file does not list them. */
  readonly tenant: number;
  readonly configuration: number;
  readonly ssoId: string;
  /** How many members it is said to have, also such as are no users of the project; -1 where that is not known. */
  readonly memberCount: number;
  /** Roles that a mapping of the group names and that do not exist. */
  readonly unknownRoles: readonly string[];
}

/** Through what a role will be gained. */
export const mappingVias = ['group_mapping', 'default_sso_role', 'tenant_default_role'] as const;
export type MappingVia = (typeof mappingVias)[number];

/**
 * A role that the next login gives. `principal` is an ordinal, of a group, a configuration or a tenant, by `via` (a
 * place in `mappingVias`); the rest is what will be held, as of a holding.
 */
export type ReportMapping = readonly [via: number, principal: number, kind: number, role: number, tenant: number];

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
  /** Access keys and management keys were left out, since only people were asked for. */
  readonly isHumansOnly?: boolean;
}
