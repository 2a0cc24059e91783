import type { Catalog } from '../access/catalog.ts';
import { endpointLabel } from '../descope/http/endpoint.ts';
import type { PlannedWrite } from './audit.ts';
import type { Lists } from './look-up.ts';
import type { PrincipalRecord, PrincipalType, StepWrite, Subject } from './principal.ts';
import { afterSteps } from './after-steps.ts';
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
  const { endpoint, json, replaces } = type.toRequest(write);
  return { request: endpointLabel(endpoint), body: json, ...(replaces !== undefined && { replaces }) };
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
