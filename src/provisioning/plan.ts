import { endpointLabel } from '../descope/http/endpoint.ts';
import type { PlannedWrite } from './audit.ts';
import type { Lists } from './look-up.ts';
import type { PrincipalRecord, PrincipalType, StepWrite, Subject } from './principal.ts';
import { afterSteps } from './after-steps.ts';
import type { Step } from './step.ts';
import { newProgress as newWorkProgress, type Plan, type Progress as WorkProgress } from './work.ts';

/**
 * What is known before a write: the lists, and the principal as Descope showed it just now (undefined: there is none).
 */
export interface Seen extends Lists {
  readonly record: PrincipalRecord | undefined;
}

/** What an attempt to grant or revoke has seen and done so far. */
export type Progress = WorkProgress<Seen, Step>;

export function newProgress(): Progress {
  return newWorkProgress();
}

/** Decides from what is seen which writes are due; refuses by throwing. It sends nothing. */
export type Planner = (seen: Seen, progress: Progress) => Plan<Step>;

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
