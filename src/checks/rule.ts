import type { Found } from './found.ts';
import type { World } from './world.ts';

/** How bad a finding is, the worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** Groups of rules, in the order in which the pages tell them. */
export const ruleGroups = ['people', 'power', 'structure', 'sign-on', 'keys', 'apps', 'console', 'policy'] as const;
export type RuleGroup = (typeof ruleGroups)[number];

/** Controls that a rule helps with. That a rule finds nothing never means that one of them is met. */
export interface Controls {
  /** SOC 2, trust services criteria. */
  readonly soc2: readonly string[];
  /** ISO/IEC 27001:2022, Annex A. */
  readonly iso27001: readonly string[];
  /** NIST SP 800-53 Rev. 5. */
  readonly nist: readonly string[];
  /** OWASP Non-Human Identities Top 10, 2025. */
  readonly owaspNhi?: readonly string[];
}

/** What each framework is called in short. */
export const controlNames: readonly (readonly [keyof Controls, string])[] = [
  ['soc2', 'SOC 2'],
  ['iso27001', 'ISO/IEC 27001:2022'],
  ['nist', 'NIST SP 800-53'],
  ['owaspNhi', 'OWASP NHI'],
];

/**
 * What a file must tell so that a rule can be evaluated: a type that the sync read, or one of these. `time` is when the
 * sync was, `references` the references that lead nowhere, `ambiguous` those that may mean two roles. `inherited` is
 * `inheritance` where any tenant inherits. `all_configurations`, `tenant_settings` and `scim_keys` are what some deployments
 * of Descope do not tell.
 */
export type Need =
  | 'time'
  | 'references'
  | 'ambiguous'
  | 'inheritance'
  | 'inherited'
  | 'last_login'
  | 'consents'
  | 'all_configurations'
  | 'tenant_settings'
  | 'scim_keys'
  | TypeNeed;
export type TypeNeed =
  | 'access_key'
  | 'sso_configuration'
  | 'idp_group'
  | 'application'
  | 'third_party_app'
  | 'project'
  | 'management_key';

/** What a policy may set of a rule: a whole number, or a list of texts. */
export interface Parameter {
  readonly default: number | readonly string[];
  readonly help: string;
}

/** The parameters of one run. */
export interface Parameters {
  number(name: string): number;
  texts(name: string): readonly string[];
}

/** A rule: what is wrong, why that matters, how to mend it, and how it is found. */
export interface Rule {
  readonly id: string;
  readonly group: RuleGroup;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  readonly controls: Controls;
  readonly needs: readonly Need[];
  /** What it must tell besides, or else only what is found counts: where nothing is found, the rule is not evaluated. */
  readonly needsForNone?: readonly Need[];
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** Findings by type, id, tenant and `about`; none twice. Called where everything that it needs is there. */
  evaluate(world: World, parameters: Parameters): Iterable<Found>;
}
