// What the report's generator and its page agree on of access keys, applications, consents, the console and the past. The page
// is bundled for the browser and imports this file, so nothing of Node may be needed here.

/** What access keys and management keys have in common. */
export interface ReportAnyKey {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** `active`, `inactive`, `expired` (as of the sync) or another word of Descope's. */
  readonly status: string;
  /** Seconds since 1970; 0 for unknown. */
  readonly createdAt: number;
  /** Seconds since 1970; 0 for never. */
  readonly expiresAt: number;
  /** Addresses from which it may be used; none is anywhere. */
  readonly addresses: readonly string[];
}

export interface ReportKey extends ReportAnyKey {
  /** The id of a user, or of a management key; '' where it is not told. */
  readonly createdBy: string;
  /** The id of the user as whom it acts; '' for a key that acts for itself. */
  readonly boundTo: string;
  /** Roles of its own that a bound key cannot use: "Editor", "acme: Editor". */
  readonly ignoredRoles: readonly string[];
  /** It is used for provisioning by SCIM; absent where the deployment does not tell. */
  readonly isScim?: boolean;
  /** It carries claims into its tokens, which may mean more than its roles say. */
  readonly hasClaims: boolean;
  /** Managed by Descope itself or in the console only. */
  readonly isFixed: boolean;
}

/** An application whose people sign in through Descope. */
export interface ReportApplication {
  readonly id: string;
  readonly name: string;
  /** `saml`, `oidc` or another word of Descope's. */
  readonly type: string;
  readonly isEnabled: boolean;
  /** Groups of the application that roles of Descope are mapped to. */
  readonly mappedGroups: number;
  /** Whom it lets in who was given no application by name: `all`, `none` or `unknown`. */
  readonly defaultAccess: string;
}

/** An application of others, to which users and tenants consent. */
export interface ReportThirdPartyApp {
  readonly id: string;
  readonly clientId: string;
  readonly name: string;
  /** '' or `active` for one that is switched on. */
  readonly status: string;
  /** It registered itself. */
  readonly isDynamic: boolean;
  readonly skipsConsentScreen: boolean;
  readonly allowedTenants: readonly string[];
  /** What it may ask for, and the roles or permissions that this stands for. */
  readonly scopes: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** What consents refer to by number, each once. */
export interface ReportScopes {
  /** Lists of scopes. */
  readonly sets: readonly (readonly string[])[];
  /** Lists of ids of who gave a consent, where that is not the holder alone. */
  readonly grantors: readonly (readonly string[])[];
  /** Lists of ids of tenants inside which a user's consent counts. */
  readonly tenants: readonly (readonly string[])[];
}

/**
 * The columns of a block of consents, in this order: ordinals; `isTenant` 1 where a tenant is the holder; `grantors` and
 * `tenants` one up, 0 for the holder alone and for none; times in seconds since 1970, 0 for unknown and for never.
 */
export const consentColumns = [
  'app',
  'isTenant',
  'holder',
  'scopes',
  'grantors',
  'tenants',
  'createdAt',
  'expiresAt',
] as const;
export type ReportConsent = Readonly<Record<(typeof consentColumns)[number], number>>;

/** A project of the company. */
export interface ReportProject {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly tags: readonly string[];
}

/** Somebody who administers projects in the console: no user of a project. */
export interface ReportConsoleAdmin {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly login: string;
  readonly status: string;
  readonly isCompanyAdmin: boolean;
  /** "P2...: a role of the future": roles that no entitlement stands for. */
  readonly otherRoles: readonly string[];
  /** Projects and tags that its roles name and that the company does not list. */
  readonly unlisted: readonly string[];
}

export interface ReportManagementKey extends ReportAnyKey {
  /** Roles in every project of the company. */
  readonly companyRoles: readonly string[];
  readonly unlisted: readonly string[];
}

/** Who may act on a project, and how that came about. `holder` is an ordinal, of an administrator or a management key. */
export interface ReportConsoleGrant {
  readonly project: number;
  readonly isKey: boolean;
  readonly holder: number;
  /** Descope's own words. */
  readonly roles: readonly string[];
  /** `company_admin`, `company_role`, `tag`, or '' where the project is named. */
  readonly via: string;
  readonly tags: readonly string[];
  readonly isUncertain: boolean;
}

export interface ReportConsole {
  readonly projects: readonly ReportProject[];
  readonly admins: readonly ReportConsoleAdmin[];
  readonly keys: readonly ReportManagementKey[];
  readonly grants: readonly ReportConsoleGrant[];
}

/** A change of a key, an application, a consent or the console since the older file, in words: '' for none. */
export interface ReportOtherChange {
  /** `gained`, `lost`, `appeared`, `gone` or `changed`. */
  readonly verb: string;
  readonly who: string;
  readonly what: string;
  readonly where: string;
  /** What it said of itself then, and says now. */
  readonly before: string;
  readonly after: string;
  /** Why it is to be looked at first, as of other changes. */
  readonly flags: readonly string[];
}

/** A rule of `check`, and what became of it. */
export interface ReportRule {
  readonly id: string;
  /** `critical`, `high`, `medium`, `low` or `info`, as the policy says. */
  readonly severity: string;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  /** "SOC 2 CC6.1": controls that it helps with. */
  readonly controls: readonly string[];
  /** Why nothing can be said; absent where it was evaluated. */
  readonly notEvaluated?: string;
}

/** Who accepted a finding, why, and until which day. */
export interface ReportWaiver {
  readonly reason: string;
  readonly owner: string;
  readonly until: string;
}

/** What a finding is about: the ordinal of a user, or what the page may not list. */
export type ReportSubject = number | readonly [type: string, id: string, name: string];

/** A finding: `place` is the ordinal of a tenant, -1 for the whole project. */
export type ReportFinding = readonly [subject: ReportSubject, place: number, detail: string, waiver?: ReportWaiver];

/** Findings of one rule, which is a place in the list of rules. */
export interface ReportFindings {
  readonly rule: number;
  readonly rows: readonly ReportFinding[];
}

/** What a page of a store tells of the past: all weeks in numbers, and the newest changes one by one. */
export interface ReportTimeline {
  /** When the first sync of the store finished: nothing is known before. */
  readonly since: string;
  readonly syncs: number;
  /** Weeks with a change, oldest first. */
  readonly weeks: readonly ReportWeek[];
  /** Newest first; no more than `mostReportEvents`. */
  readonly events: readonly ReportEvent[];
}

/** So that a page of years stays small. Weeks are counted in full. */
export const mostReportEvents = 5_000;

export interface ReportWeek {
  /** Its Monday, in UTC: 2026-01-05. A change is of the week in which the sync ended that showed it. */
  readonly week: string;
  readonly gained: number;
  readonly lost: number;
  readonly appeared: number;
  readonly gone: number;
}

export interface ReportEvent {
  readonly week: string;
  readonly change: 'gained' | 'lost' | 'appeared' | 'gone';
  /** Between which times it happened: the start of the sync before, and the end of the one that shows it. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly whoType: string;
  readonly whoId: string;
  readonly who: string;
  /** What was gained or lost; '' for somebody who came or went. */
  readonly heldType: string;
  readonly heldId: string;
  readonly held: string;
}
