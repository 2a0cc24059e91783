// The closing summary as types alone: the report's page is bundled for the browser and sees this file.

/** Which roles in tenants a sync lists: every pair, or those that somebody holds. */
export const tenantRoleWords = ['all', 'observed'] as const;
export type TenantRoles = (typeof tenantRoleWords)[number];

/**
 * The closing summary, as far as a file has one: a `.c1z` that others wrote tells only when its sync began and ended.
 */
export interface FileSummary {
  readonly projectId?: string | undefined;
  readonly tenantRoles?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  readonly counts?:
    | { readonly resources: Readonly<Record<string, number>>; readonly grants: Readonly<Record<string, number>> }
    | undefined;
  /** What proves the users complete. */
  readonly consistency?: FileConsistency | undefined;
  readonly dangling?: FileFindings | undefined;
  readonly ambiguous?: FileFindings | undefined;
  /**
   * Inherited access that a file of an earlier version does not tell: tenants that inherit, and pairs of such a tenant
   * and a role held above it.
   */
  readonly notDerived?: { readonly inheritingTenants: number; readonly inheritedRoles: number } | undefined;
  /** What flows down the tree of tenants; absent in files that derive nothing. */
  readonly inheritance?: FileInheritance | undefined;
  /** From what it was told when users last signed in: `audit`, `history`, or `off`; absent in files of earlier versions. */
  readonly last_login?: string | undefined;
  /** What the deployment tells of single sign-on; absent where none of it was read. */
  readonly sso?: FileSso | undefined;
  /** Whether the deployment tells which keys are those of SCIM; absent where keys were not read. */
  readonly access_keys?: { readonly scim: string } | undefined;
  /** What the deployment tells of third-party apps and consents to them; absent where they were not read. */
  readonly third_party?: FileThirdParty | undefined;
  /** What the protocol could not carry. */
  readonly cut?: { readonly textsCut: number; readonly attributesDropped: number } | undefined;
  readonly contentHash?: string | undefined;
}

export interface FileInheritance {
  /** Whose setting was taken to govern: `auto` (both readings), `parent`, `child`; `none`: nothing is derived. */
  readonly mode: string;
  readonly edges: number;
  readonly uncertain: number;
  readonly loops: number;
  readonly unknown_parents: number;
}

export interface FileSso {
  /** `offered`, `limited` (the default configuration of each tenant only), or `not-offered`. */
  readonly settings: string;
  readonly tenant_settings?: string | undefined;
  readonly groups?: string | undefined;
}

/** Each is `offered` or `not-offered`. */
export interface FileThirdParty {
  readonly apps: string;
  readonly consents: string;
}

export interface FileConsistency {
  /** `stable`, `overlap` or `unproven`. */
  readonly mode: string;
  readonly passes: number;
  readonly proved: string;
  readonly assumptions: readonly string[];
  readonly readFrom?: string | undefined;
  readonly readUntil?: string | undefined;
}

export interface FileFindings {
  readonly count: number;
  /** The first hundred at most. */
  readonly first: readonly FileFinding[];
}

export interface FileFinding {
  readonly kind: string;
  readonly name: string;
  readonly tenantId?: string | undefined;
  readonly userId?: string | undefined;
  readonly roleId?: string | undefined;
  /** Who holds it, where that is no user. */
  readonly principal?: { readonly typeId: string; readonly id: string } | undefined;
}
