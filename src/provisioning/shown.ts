import { type Holder, holds } from '../access/holding.ts';
import type { Step } from './step.ts';

/** A consent of the principal to the app that a change is about. */
export interface HeldConsent {
  readonly id: string;
  readonly scopes: readonly string[];
  /** The tenant in which a user gave it; absent where there is none, and for one of a tenant. */
  readonly tenantId?: string;
  /** Its time was over when it was looked at. */
  readonly isOver?: true;
}

/** What a record shows that a change can be about. */
export interface Shown extends Holder {
  /** Left out where a change is about something else. */
  readonly consents?: readonly HeldConsent[];
}

/** Whether the record shows a step to be done. */
export function showsDone(shown: Shown, step: Step): boolean {
  const isThere =
    step.consentId === undefined
      ? holds(shown, step)
      : shown.consents?.some(({ id }) => id === step.consentId) === true;
  return isThere === (step.operation === 'add');
}
