import type {
  MappingVia,
  ReportAbout,
  ReportChange,
  ReportConfiguration,
  ReportFlow,
  ReportGroup,
  ReportPermission,
  ReportRole,
  ReportTenant,
} from '../../answers/report-format.ts';
import type {
  ReportApplication,
  ReportConsole,
  ReportFindings,
  ReportKey,
  ReportOtherChange,
  ReportRule,
  ReportScopes,
  ReportThirdPartyApp,
  ReportTimeline,
} from '../../answers/report-things.ts';

/**
 * Texts of all users in one column, kept as long runs: a hundred thousand small strings are made only when asked for.
 */
export interface TextColumn {
  at(ordinal: number): string;
}

export interface Users {
  /** All, with the former ones of an older file, who come last. */
  readonly count: number;
  /** Those that the file lists: ordinals below this. */
  readonly current: number;
  readonly id: TextColumn;
  readonly name: TextColumn;
  readonly email: TextColumn;
  /** The login, where it is neither the email nor the user id; else empty. */
  readonly login: TextColumn;
  readonly status: Uint8Array;
  readonly flags: Uint16Array;
  /** Seconds since 1970, 0 for unknown. */
  readonly createdAt: Uint32Array;
}

/** What can be held. `role` and `tenant` are ordinals, -1 for none. */
export interface Target {
  readonly kind: number;
  readonly role: number;
  readonly tenant: number;
}

/**
 * Pairs of user and target, by user and by target: `xOf` lists the partners of number n from `xStart[n]` to `xStart[n +
 * 1]`.
 */
export interface Holdings {
  readonly targets: readonly Target[];
  readonly count: number;
  readonly userStart: Uint32Array;
  readonly targetsOf: Uint32Array;
  readonly targetStart: Uint32Array;
  readonly usersOf: Uint32Array;
}

/**
 * What tenants inherit: whoever holds target number `source` directly has the same in `tenant`, too. Edges are never
 * joined with each other. `edgesFrom` lists the edges of target n from `fromStart[n]` to `fromStart[n + 1]`, `edgesInto`
 * those of tenant n in the same way.
 */
export interface Inherited {
  readonly count: number;
  readonly source: Uint32Array;
  readonly tenant: Uint32Array;
  /** Places in `flows`. */
  readonly flow: Uint16Array;
  readonly flows: readonly ReportFlow[];
  readonly fromStart: Uint32Array;
  readonly edgesFrom: Uint32Array;
  readonly intoStart: Uint32Array;
  readonly edgesInto: Uint32Array;
}

/** A role that the next login gives. `principal` is a group, a configuration or a tenant, by `via`. */
export interface Mapping {
  readonly via: MappingVia;
  readonly principal: number;
  readonly target: Target;
}

/** What single sign-on will give, and to whom. */
export interface SignOn {
  readonly configurations: readonly ReportConfiguration[];
  readonly groups: readonly ReportGroup[];
  readonly mappings: readonly Mapping[];
  /** Members of group n, from `memberStart[n]` to `memberStart[n + 1]`. */
  readonly memberStart: Uint32Array;
  readonly members: Uint32Array;
}

/** What access keys hold, as `Holdings` has it of users; targets are those of `Holdings`. */
export interface KeyHoldings {
  readonly count: number;
  readonly keyStart: Uint32Array;
  readonly targetsOf: Uint32Array;
  readonly targetStart: Uint32Array;
  readonly keysOf: Uint32Array;
}

/** Consents to apps of others: columns, as `ReportConsent` says. */
export interface Consents {
  readonly count: number;
  readonly app: Uint32Array;
  /** 1 where a tenant is the holder. */
  readonly isTenant: Uint8Array;
  readonly holder: Uint32Array;
  readonly scopes: Uint32Array;
  readonly grantors: Uint32Array;
  readonly tenants: Uint32Array;
  readonly createdAt: Float64Array;
  readonly expiresAt: Float64Array;
}

/** Applications, and who was given which by name: users of application n from `userStart[n]` to `userStart[n + 1]`. */
export interface Apps {
  readonly applications: readonly ReportApplication[];
  readonly userStart: Uint32Array;
  readonly users: Uint32Array;
  readonly thirdParty: readonly ReportThirdPartyApp[];
  readonly consents: Consents;
  readonly scopes: ReportScopes;
}

/** Everything the page knows. */
export interface Project {
  readonly about: ReportAbout;
  readonly users: Users;
  readonly tenants: readonly ReportTenant[];
  readonly roles: readonly ReportRole[];
  readonly permissions: readonly ReportPermission[];
  readonly statuses: readonly string[];
  /** What is held directly. */
  readonly holdings: Holdings;
  readonly inherited: Inherited;
  readonly signOn: SignOn;
  readonly keys: readonly ReportKey[];
  readonly keyHoldings: KeyHoldings;
  readonly apps: Apps;
  readonly console: ReportConsole;
  /** The types of resources that the sync read; undefined where the file does not tell. */
  readonly types: readonly string[] | undefined;
  /** The types of which the deployment does not tell. */
  readonly notOffered: ReadonlySet<string>;
  /** As `diff` finds them; none without an older file. */
  readonly changes: readonly ReportChange[];
  /** Those of keys, applications, consents and the console. */
  readonly otherChanges: readonly ReportOtherChange[];
  /** The past; undefined where the page was made from the file of one sync. */
  readonly timeline: ReportTimeline | undefined;
  /** The rules of `check`, by severity; undefined where the page was made without them. */
  readonly rules: readonly ReportRule[] | undefined;
  readonly findings: readonly ReportFindings[];
}
