import type { Catalog } from '../access/catalog.ts';
import { endpointLabel } from '../descope/http/endpoint.ts';
import type { PlannedWrite } from './audit.ts';
import type { Lists } from './look-up.ts';
import type { PrincipalRecord, PrincipalType, StepWrite, Subject } from './principal.ts';
import type { Step } from './step.ts';

/**
 * What is known before a write: the lists, and the principal as Descope showed it just now (undefined: there is none).
 */
export interface Seen extends Lists {
  readonly record: PrincipalRecord | undefined;
}

/**
 * What a change comes to, judged by one look. `settled`: the record is as it was asked for. `due`: these writes are
 * needed, in this order. `needsFreshLists`: lists that are a minute old may not settle it. `isOurs`: this attempt
 * changed the record.
 */
export type Plan =
  | { readonly kind: 'settled'; readonly isOurs: boolean; readonly needsFreshLists?: boolean }
  | { readonly kind: 'due'; readonly steps: readonly [Step, ...Step[]] };

export interface SentStep {
  readonly step: Step;
  readonly request: PlannedWrite;
}

/** What an attempt has seen and done so far. A failed attempt is told from it, in the audit line and to the caller. */
export interface Progress {
  /** Every record of the principal that Descope showed, in order. */
  readonly seen: (PrincipalRecord | undefined)[];
  /** Every write that left this process. */
  readonly sent: SentStep[];
  /** Steps that Descope has shown to be done. */
  readonly effected: Step[];
  /** A write was sent whose outcome is not known, so that what is seen now may be its effect. */
  mayBeOurs: boolean;
  /** The lists that were looked at last. */
  catalog: Catalog | undefined;
}

/** Decides from what is seen which writes are due; refuses by throwing. It sends nothing. */
export type Planner = (seen: Seen, progress: Progress) => Plan;

export function newProgress(): Progress {
  return { seen: [], sent: [], effected: [], mayBeOurs: false, catalog: undefined };
}

/** No planner asks for a write without a record. */
export function presentRecord({ record }: Seen): PrincipalRecord {
  if (record === undefined) {
    throw new Error('a write was planned for a principal that does not exist');
  }
  return record;
}

/** A write as it is sent. */
export function plannedWrite(type: PrincipalType, write: StepWrite): PlannedWrite {
  const { endpoint, json } = type.toRequest(write);
  return { request: endpointLabel(endpoint), body: json };
}

/** All writes of a plan, each for the record that those before it make. */
export function plannedWrites(
  { id, type }: Subject,
  steps: readonly Step[],
  record: PrincipalRecord,
): readonly PlannedWrite[] {
  return steps.map((step, place) =>
    plannedWrite(type, { id, step, record: afterSteps(record, steps.slice(0, place)) }),
  );
}

/** The record as it will be when the steps are done and nothing else changes with them. */
export function afterSteps(record: PrincipalRecord, steps: readonly Step[]): PrincipalRecord {
  return steps.reduce(afterStep, record);
}

function afterStep(record: PrincipalRecord, { operation, tenantId, roleName }: Step): PrincipalRecord {
  const changed = (names: readonly string[]): readonly string[] => {
    const others = names.filter((name) => name !== roleName);
    return operation === 'add' && roleName !== undefined ? [...others, roleName] : others;
  };
  if (tenantId === '') {
    return { ...record, roleNames: changed(record.roleNames) };
  }
  const others = record.userTenants.filter((entry) => entry.tenantId !== tenantId);
  if (operation === 'remove' && roleName === undefined) {
    return { ...record, userTenants: others };
  }
  const entry = record.userTenants.find((one) => one.tenantId === tenantId);
  return { ...record, userTenants: [...others, { tenantId, roleNames: changed(entry?.roleNames ?? []) }] };
}
