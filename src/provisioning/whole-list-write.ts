import type { Sleep } from '../descope/http/sleep.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { ConnectorError } from '../errors.ts';
import { gainedBetween, type Holder, type Holding, holds } from '../access/holding.ts';
import { afterSteps } from './after-steps.ts';
import {
  described,
  type PrincipalClient,
  type PrincipalRecord,
  type StepOutcome,
  type StepWrite,
  type Subject,
} from './principal.ts';
import { quoted } from '../printable.ts';

/**
 * A write that puts a whole list in the place of another undoes what somebody else changed since the list was read, and
 * Descope has no condition against that. What there is instead:
 *
 * - The list is read again just before it is sent, and not sent if it has changed, or once it is older than this.
 * - What was written is read back only after a pause that is longer. So whoever keeps to these times, such as another
 *   process of this program, and had read the list before this write, has overwritten it by then, and that shows.
 */
export const maxListAgeMs = 2000;
export const settleMs = 3000;

/** How often a list that grew too old before it could be sent is read again. */
const maxReads = 3;

export interface WholeListAttempt {
  readonly client: PrincipalClient;
  readonly subject: Subject;
  readonly now: () => number;
  readonly call: CallOptions;
  /** Waits, and once a write was sent tells of it when the caller goes away meanwhile. */
  readonly pause: Sleep;
  /** Reads the principal back after a write was sent, and tells of that write when reading fails. */
  readonly readBack: () => Promise<PrincipalRecord | undefined>;
  /** Told when the write leaves this process. */
  readonly onSent: () => void;
}

/**
 * How a write of a whole list ended, besides what any write can come to. `unsent`: the list has changed since the write
 * was planned, and nothing was sent. `overwritten`: Descope showed the change, but reading it back later did not.
 */
export type WholeListOutcome = StepOutcome | { readonly kind: 'unsent' } | { readonly kind: 'overwritten' };

/** Sends the step once, for a list that is as `write.record` has it, and reads it back. */
export async function writeWholeList(write: StepWrite, attempt: WholeListAttempt): Promise<WholeListOutcome> {
  const outcome = await sendFresh(write, attempt);
  if (outcome.kind !== 'answered') {
    return outcome;
  }
  const wasShown = isDone(write, outcome.record);
  checkNothingLost(write, outcome.record, attempt.subject);
  await attempt.pause(settleMs, attempt.call.signal);
  const record = await attempt.readBack();
  if (record === undefined) {
    return { kind: 'overwritten' }; // deleted meanwhile: planning again tells
  }
  return wasShown && !isDone(write, record) ? { kind: 'overwritten' } : { kind: 'answered', record };
}

/**
 * Ends with an error when Descope does not show something any more that stood in the list and that the step does not
 * take away.
 */
export function checkNothingLost({ step, record }: StepWrite, shown: Holder, subject: Subject): void {
  const lost = gainedBetween(shown, afterSteps(record, [step])).filter(
    (held) => held.tenantId !== step.tenantId || held.roleName !== step.roleName,
  );
  if (lost.length > 0) {
    throw new ConnectorError(
      'inconsistent',
      `Descope accepted the change but does not show any more what ${described(subject)} held besides: ` +
        `${lost.slice(0, 5).map(wordsOf).join(', ')}${lost.length > 5 ? ` and ${lost.length - 5} more` : ''}; the audit ` +
        `log has the whole list as it was, look at the ${subject.type.noun} in Descope before going on`,
      { sent: 1 },
    );
  }
}

async function sendFresh(
  write: StepWrite,
  attempt: WholeListAttempt,
): Promise<StepOutcome | { readonly kind: 'unsent' }> {
  const { client, subject, now, call, onSent } = attempt;
  for (let reads = 0; reads < maxReads; reads += 1) {
    let askedAt = now();
    const record = await subject.type.load(client, subject.id, { ...call, onRequest: () => void (askedAt = now()) });
    if (record === undefined || !isSameRecord(record, write.record)) {
      return { kind: 'unsent' };
    }
    try {
      return await subject.type.write(client, write, {
        ...call,
        onRequest: () => {
          if (now() - askedAt > maxListAgeMs) {
            throw new ListTooOld();
          }
          onSent();
        },
      });
    } catch (thrown) {
      if (!(thrown instanceof ListTooOld)) {
        throw thrown;
      }
    }
  }
  throw new ConnectorError(
    'rate-limited',
    `${described(subject)} could not be changed: so many requests are waiting that its list of roles and tenants was ` +
      'too old each time before it could be sent; try again later',
  );
}

/** Thrown just before a request would leave. */
class ListTooOld extends Error {}

function isDone({ step }: StepWrite, record: Holder): boolean {
  return holds(record, step) === (step.operation === 'add');
}

function isSameRecord(one: PrincipalRecord, other: PrincipalRecord): boolean {
  return (
    one.actsAs === other.actsAs &&
    one.name === other.name && // it is written with the list
    gainedBetween(one, other).length === 0 &&
    gainedBetween(other, one).length === 0
  );
}

function wordsOf({ tenantId, roleName }: Holding): string {
  const tenant = JSON.stringify(tenantId);
  return roleName === undefined
    ? `membership of tenant ${tenant}`
    : `role ${quoted(roleName)}${tenantId === '' ? '' : ` in tenant ${tenant}`}`;
}
