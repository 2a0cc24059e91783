import type { CallOptions } from '../descope/http/call.ts';
import type { ListRead, LookUp } from './look-up.ts';
import { newProgress, type Planner, plannedWrites, presentRecord, type Seen } from './plan.ts';
import { described, type PrincipalClient, type PrincipalRecord, type Subject } from './principal.ts';
import type { SsoRead } from './returning.ts';
import { showsDone } from './shown.ts';
import { isSameStep, type Step } from './step.ts';
import { checkNothingLost, settleMs, writeWholeList } from './whole-list-write.ts';
import type { Plan, Work, Written, WriteTools } from './work.ts';

export type ChangeClient = PrincipalClient & ListRead & SsoRead;

/** What a principal holds, as something to change. */
export interface HoldingWork {
  readonly client: ChangeClient;
  readonly subject: Subject;
  readonly lookUp: LookUp;
  readonly planner: Planner;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** The work of a grant or revoke. */
export function holdingWork(asked: HoldingWork): Work<Seen, Step> {
  const { subject, planner, lookUp } = asked;
  return {
    described: described(subject),
    plan: planner,
    /**
     * The lists may be a minute old when they allow something; before they forbid it, or settle what depends on them,
     * they are read again.
     */
    lookFirst: async (call) => {
      const seen = await look('recent', asked, call);
      return mayStand(() => planner(seen, newProgress())) ? seen : { ...seen, ...(await lookUp('fresh', call)) };
    },
    look: (call) => look('fresh', asked, call),
    isSame: isSameStep,
    requests: (steps, seen) => plannedWrites(subject, steps, presentRecord(seen)),
    write: (step, seen, tools) => write(step, seen, tools, asked),
    checkAfterDoubt: (step, planned, now) => checkWholeList(step, planned, now, subject),
    changedUnderneath: (isSent) =>
      `somebody else changes ${described(subject)} at the same time, and a change replaces the whole list of its roles ` +
      `or tenants: ${isSent ? 'this change was sent, but does not stand' : 'nothing was sent'}; look at it in Descope, ` +
      'then ask again',
    ...(subject.type.replacesLists === true && { settleMs }), // a whole list needs longer to settle
    ...(subject.type.readsBack === true && { plansAfterLast: true }),
  };
}

async function look(
  freshness: 'recent' | 'fresh',
  { client, subject, lookUp }: HoldingWork,
  call: CallOptions,
): Promise<Seen> {
  const [lists, record] = await Promise.all([lookUp(freshness, call), subject.type.load(client, subject.id, call)]);
  return { ...lists, record };
}

function mayStand(plan: () => Plan<Step>): boolean {
  try {
    const made = plan();
    return made.kind === 'due' || made.needsFreshLists !== true;
  } catch {
    return false;
  }
}

async function write(
  step: Step,
  seen: Seen,
  { call, onSent, pause, readBack }: WriteTools,
  { client, subject, now }: HoldingWork,
): Promise<Written<Seen>> {
  const { type, id } = subject;
  const planned = { id, step, record: presentRecord(seen) };
  const load = (): Promise<PrincipalRecord | undefined> => readBack(() => type.load(client, id, call));
  const outcome =
    type.replacesLists === true
      ? await writeWholeList(planned, { client, subject, now, call, onSent, pause, readBack: load })
      : await type.write(client, planned, { ...call, onRequest: onSent });
  if (outcome.kind === 'unsent' || outcome.kind === 'overwritten') {
    return { kind: 'changed', wasSent: outcome.kind === 'overwritten' };
  }
  if (outcome.kind === 'refused' || outcome.kind === 'uncertain') {
    return outcome;
  }
  const isShown = outcome.kind === 'answered' && type.readsBack !== true;
  const record = isShown ? outcome.record : await load();
  const isDone = record !== undefined && showsDone(record, step);
  return { kind: isDone ? 'shown' : 'unshown', seen: { ...seen, record } };
}

/** Where a whole list was written whose answer was lost: a change that did happen must have taken nothing else. */
function checkWholeList(step: Step, planned: Seen, now: Seen, subject: Subject): void {
  const { record } = now;
  const isDone = record !== undefined && showsDone(record, step);
  if (subject.type.replacesLists === true && isDone) {
    checkNothingLost({ id: subject.id, step, record: presentRecord(planned) }, record, subject);
  }
}
