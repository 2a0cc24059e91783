import type { CallOptions } from '../descope/http/call.ts';
import type { Sleep } from '../descope/http/sleep.ts';
import { ConnectorError, isKind } from '../errors.ts';
import type { ListRead, Lists, LookUp } from './look-up.ts';
import { described, type PrincipalClient, type PrincipalRecord, type StepWrite, type Subject } from './principal.ts';
import type { SsoRead } from './returning.ts';
import { type Plan, type Planner, plannedWrite, presentRecord, type Progress, type Seen } from './plan.ts';
import { showsDone } from './shown.ts';
import { isSameStep, type Step } from './step.ts';
import { checkNothingLost, settleMs, writeWholeList } from './whole-list-write.ts';

/** A write is sent at most this often, each time only after a load has shown that the last one did nothing. */
const maxSends = 3;
const firstBackoffMs = 500;

export type ChangeClient = PrincipalClient & ListRead & SsoRead;

export interface Attempt {
  readonly client: ChangeClient;
  readonly subject: Subject;
  readonly lookUp: LookUp;
  readonly sleep: Sleep;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly call: CallOptions;
  readonly progress: Progress;
  /** Told of the steps that are due before the first of them is sent; nothing is sent when it throws. */
  readonly beforeWrites: (steps: readonly Step[], record: PrincipalRecord) => Promise<void>;
}

/** What a change has come to: the record that shows it, and the lists it was judged by. */
export interface Reconciled {
  readonly isOurs: boolean;
  /** Undefined when the principal was deleted. */
  readonly after: PrincipalRecord | undefined;
  readonly lists: Lists;
}

/** Looks and plans, and sends nothing: what a dry run shows, and what carrying it out begins with. */
export async function lookAndPlan(
  planner: Planner,
  attempt: Attempt,
): Promise<{ readonly seen: Seen; readonly plan: Plan }> {
  const seen = note(attempt, await lookFirst(planner, attempt));
  return { seen, plan: planner(seen, attempt.progress) };
}

/**
 * Carries one change out: plans, sends the first write that is due, and plans again from what that did. A write counts
 * when the answer shows its effect; where the answer was lost, refused or does not show it, everything is looked at
 * afresh before anything is sent again, so that a write which did happen is never repeated and one which did not is
 * never believed.
 */
export async function reconcile(planner: Planner, attempt: Attempt): Promise<Reconciled> {
  const { progress, beforeWrites } = attempt;
  let { seen, plan } = await lookAndPlan(planner, attempt);
  let failed: { readonly step: Step; readonly error: ConnectorError; readonly wasRefused: boolean } | undefined;
  let changes = 0;
  while (plan.kind === 'due') {
    const [step] = plan.steps;
    if (failed !== undefined && !isSameStep(failed.step, step)) {
      progress.effected.push(failed.step); // it is not due any more: it did happen
      failed = undefined;
    }
    const sends = progress.sent.filter((sent) => isSameStep(sent.step, step)).length;
    if (failed !== undefined && (failed.wasRefused || sends >= maxSends)) {
      throw failed.error;
    }
    const record = presentRecord(seen);
    await beforeWrites(plan.steps, record);
    const written = await send(step, record, attempt);
    if (written.kind === 'changed') {
      changes += 1;
      progress.mayBeOurs ||= written.wasSent;
      if (changes > 1) {
        throw changedUnderneath(attempt);
      }
      seen = note(attempt, await lookAgain(attempt));
    } else if (written.kind === 'shown') {
      progress.effected.push(step);
      seen = note(attempt, { ...seen, record: written.record });
      if (plan.steps.length === 1 && attempt.subject.type.readsBack !== true) {
        return { isOurs: true, after: written.record, lists: seen };
      }
    } else {
      failed = { step, ...written };
      if (!written.wasRefused) {
        progress.mayBeOurs = true;
        await sleepAfter(sends, attempt);
      }
      seen = note(attempt, await lookAfresh(attempt));
      checkWholeList({ id: attempt.subject.id, step, record }, seen.record, attempt.subject);
    }
    plan = planner(seen, progress);
  }
  return { isOurs: plan.isOurs, after: seen.record, lists: seen };
}

type Written =
  | { readonly kind: 'shown'; readonly record: PrincipalRecord }
  | { readonly kind: 'failed'; readonly error: ConnectorError; readonly wasRefused: boolean }
  /** Somebody else changes the same list. */
  | { readonly kind: 'changed'; readonly wasSent: boolean };

async function send(step: Step, planned: PrincipalRecord, attempt: Attempt): Promise<Written> {
  const { client, subject, call, progress } = attempt;
  const write = { id: subject.id, step, record: planned };
  const request = plannedWrite(subject.type, write);
  const before = progress.sent.length;
  const readBack = (): Promise<PrincipalRecord | undefined> =>
    readingBack(() => subject.type.load(client, subject.id, call));
  try {
    const onSent = (): void => void progress.sent.push({ step, request });
    const outcome =
      subject.type.replacesLists === true
        ? await writeWholeList(write, { ...attempt, onSent, pause: (ms) => pause(ms, attempt), readBack })
        : await subject.type.write(client, write, { ...call, onRequest: onSent });
    if (outcome.kind === 'unsent' || outcome.kind === 'overwritten') {
      return { kind: 'changed', wasSent: outcome.kind === 'overwritten' };
    }
    if (outcome.kind === 'refused' || outcome.kind === 'uncertain') {
      return { kind: 'failed', error: outcome.error, wasRefused: outcome.kind === 'refused' };
    }
    const isShown = outcome.kind === 'answered' && subject.type.readsBack !== true;
    const record = isShown ? outcome.record : await readBack();
    if (record !== undefined && showsDone(record, step)) {
      return { kind: 'shown', record };
    }
    progress.seen.push(record);
    return {
      kind: 'failed',
      error: new ConnectorError(
        'inconsistent',
        `Descope accepted the change but does not show it; look at ${described(subject)} there before going on`,
      ),
      wasRefused: false,
    };
  } catch (thrown) {
    throw progress.sent.length > before ? maybeHappened(thrown) : thrown;
  }
}

/** Where a whole list was written whose answer was lost: a change that did happen must have taken nothing else. */
function checkWholeList(write: StepWrite, shown: PrincipalRecord | undefined, subject: Subject): void {
  const isDone = shown !== undefined && showsDone(shown, write.step);
  if (subject.type.replacesLists === true && isDone) {
    checkNothingLost(write, shown, subject);
  }
}

/** Before looking whether a write did something: a whole list needs longer to settle. */
async function sleepAfter(sends: number, attempt: Attempt): Promise<void> {
  const backoffMs = firstBackoffMs * 2 ** sends;
  await pause(attempt.subject.type.replacesLists === true ? Math.max(settleMs, backoffMs) : backoffMs, attempt);
}

/** Waits after a write was sent. */
async function pause(ms: number, { sleep, call }: Attempt): Promise<void> {
  try {
    await sleep(ms, call.signal);
  } catch (thrown) {
    throw maybeHappened(thrown);
  }
}

/** Twice in a row is no accident: whoever asked must know, and may ask again. */
function changedUnderneath({ subject, progress }: Attempt): ConnectorError {
  const isSent = progress.sent.length > 0;
  return new ConnectorError(
    'inconsistent',
    `somebody else changes ${described(subject)} at the same time, and a change replaces the whole list of its roles or tenants: ${isSent ? 'this change was sent, but does not stand' : 'nothing was sent'}; look at it in Descope, then ask again`,
    isSent ? { sent: progress.sent.length } : {},
  );
}

/** A caller who goes away after a write was sent must not believe that nothing happened. */
function maybeHappened(thrown: unknown): unknown {
  return isKind(thrown, 'cancelled')
    ? new ConnectorError(
        'cancelled',
        'stopped after a change was sent: it may have happened; ask for the same change again, which is safe',
        { sent: 1 },
      )
    : thrown;
}

function note({ progress }: Attempt, seen: Seen): Seen {
  progress.seen.push(seen.record);
  progress.catalog = seen.catalog;
  return seen;
}

async function look(freshness: 'recent' | 'fresh', { client, subject, lookUp, call }: Attempt): Promise<Seen> {
  const [lists, record] = await Promise.all([lookUp(freshness, call), subject.type.load(client, subject.id, call)]);
  return { ...lists, record };
}

/**
 * The lists may be a minute old when they allow something; before they forbid it, or settle what depends on them, they
 * are read again.
 */
async function lookFirst(planner: Planner, attempt: Attempt): Promise<Seen> {
  const { lookUp, call, progress } = attempt;
  const seen = await look('recent', attempt);
  return mayStand(() => planner(seen, progress)) ? seen : { ...seen, ...(await lookUp('fresh', call)) };
}

function mayStand(plan: () => Plan): boolean {
  try {
    const made = plan();
    return made.kind === 'due' || made.needsFreshLists !== true;
  } catch {
    return false;
  }
}

/** After a write that did not plainly succeed nothing that was seen before counts. */
async function lookAfresh(attempt: Attempt): Promise<Seen> {
  return await readingBack(() => look('fresh', attempt));
}

/** After somebody else changed the same: with the words for a failed read that fit what was sent. */
async function lookAgain(attempt: Attempt): Promise<Seen> {
  return attempt.progress.sent.length > 0 ? await lookAfresh(attempt) : await look('recent', attempt);
}

async function readingBack<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    throw thrown instanceof ConnectorError
      ? new ConnectorError(
          thrown.kind,
          `a change was sent and may have happened, but reading it back failed: ${thrown.message}`,
          { ...thrown.facts, sent: 1 },
        )
      : thrown;
  }
}
