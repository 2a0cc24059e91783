import type { CallOptions } from '../descope/http/call.ts';
import type { Sleep } from '../descope/http/sleep.ts';
import { ConnectorError, isKind } from '../errors.ts';
import type { Plan, Progress, Work, Written } from './work.ts';

/** A write is sent at most this often, each time only after a look has shown that the last one did nothing. */
const usualMostSends = 3;
const firstBackoffMs = 500;

/** One run of a work. */
export interface Run<Seen, Step> {
  readonly work: Work<Seen, Step>;
  readonly sleep: Sleep;
  readonly call: CallOptions;
  readonly progress: Progress<Seen, Step>;
  /** Told of the steps that are due before the first of them is sent; nothing is sent when it throws. */
  readonly beforeWrites: (steps: readonly Step[], seen: Seen) => Promise<void>;
}

/** What a work has come to: what shows it, and whether this run did it. */
export interface CarriedOut<Seen> {
  readonly isOurs: boolean;
  readonly seen: Seen;
}

/** Looks and plans, and sends nothing: what a dry run shows, and what carrying it out begins with. */
export async function lookAndPlan<Seen, Step>(
  run: Run<Seen, Step>,
): Promise<{ readonly seen: Seen; readonly plan: Plan<Step> }> {
  const { work, call, progress } = run;
  const seen = note(run, await work.lookFirst(call));
  return { seen, plan: work.plan(seen, progress) };
}

/**
 * Carries one change out: plans, sends the first write that is due, and plans again from what that did. A write counts
 * when its effect is shown; where the answer was lost, refused or does not show it, everything is looked at afresh
 * before anything is sent again, so that a write which did happen is never repeated and one which did not is never
 * believed.
 */
export async function carryOut<Seen, Step>(run: Run<Seen, Step>): Promise<CarriedOut<Seen>> {
  const { work, progress, beforeWrites, call } = run;
  let { seen, plan } = await lookAndPlan(run);
  let failed: { readonly step: Step; readonly error: ConnectorError; readonly wasRefused: boolean } | undefined;
  let changes = 0;
  while (plan.kind === 'due') {
    const [step] = plan.steps;
    if (failed !== undefined && !work.isSame(failed.step, step)) {
      progress.effected.push(failed.step); // it is not due any more: it did happen
      failed = undefined;
    }
    const sends = progress.sent.filter((sent) => work.isSame(sent.step, step)).length;
    if (failed !== undefined && (failed.wasRefused || sends >= mostSendsOf(work, step))) {
      throw failed.error;
    }
    await beforeWrites(plan.steps, seen);
    const written = await send(step, seen, run);
    if (written.kind === 'changed') {
      changes += 1;
      progress.mayBeOurs ||= written.wasSent;
      if (changes > 1) {
        throw changedUnderneath(run);
      }
      seen = note(run, progress.sent.length > 0 ? await lookAfresh(run) : await work.lookFirst(call));
    } else if (written.kind === 'shown') {
      progress.effected.push(step);
      seen = note(run, written.seen);
      if (plan.steps.length === 1 && work.plansAfterLast !== true) {
        return { isOurs: true, seen };
      }
    } else {
      const wasRefused = written.kind === 'refused';
      failed = { step, error: written.kind === 'unshown' ? unshown(work.described) : written.error, wasRefused };
      if (!wasRefused) {
        progress.mayBeOurs = true;
        await pause(Math.max(work.settleMs ?? 0, firstBackoffMs * 2 ** sends), run);
      }
      const planned = seen;
      seen = note(run, await lookAfresh(run));
      work.checkAfterDoubt?.(step, planned, seen);
    }
    plan = work.plan(seen, progress);
  }
  return { isOurs: plan.isOurs, seen };
}

function mostSendsOf<Step>({ mostSends }: Pick<Work<never, Step>, 'mostSends'>, step: Step): number {
  return mostSends?.(step) ?? usualMostSends;
}

async function send<Seen, Step>(step: Step, seen: Seen, run: Run<Seen, Step>): Promise<Written<Seen>> {
  const { work, call, progress } = run;
  const [request] = work.requests([step], seen);
  if (request === undefined) {
    throw new Error('a step without a request was planned');
  }
  const before = progress.sent.length;
  try {
    const written = await work.write(step, seen, {
      call,
      onSent: () => void progress.sent.push({ step, request }),
      pause: (ms) => pause(ms, run),
      readBack,
    });
    if (written.kind === 'unshown') {
      progress.seen.push(written.seen);
    }
    return written;
  } catch (thrown) {
    throw progress.sent.length > before ? maybeHappened(thrown, work.afterStop) : thrown;
  }
}

function unshown(described: string): ConnectorError {
  return new ConnectorError(
    'inconsistent',
    `Descope accepted the change but does not show it; look at ${described} there before going on`,
  );
}

/** Waits after a write was sent. */
async function pause<Seen, Step>(ms: number, { work, sleep, call }: Run<Seen, Step>): Promise<void> {
  try {
    await sleep(ms, call.signal);
  } catch (thrown) {
    throw maybeHappened(thrown, work.afterStop);
  }
}

/** Twice in a row is no accident: whoever asked must know, and may ask again. */
function changedUnderneath<Seen, Step>({ work, progress }: Run<Seen, Step>): ConnectorError {
  const isSent = progress.sent.length > 0;
  return new ConnectorError(
    'inconsistent',
    work.changedUnderneath?.(isSent) ??
      `somebody else changes ${work.described} at the same time: look at it in Descope, then ask again`,
    isSent ? { sent: progress.sent.length } : {},
  );
}

/** A caller who goes away after a write was sent must not believe that nothing happened. */
function maybeHappened(
  thrown: unknown,
  afterStop = 'it may have happened; ask for the same change again, which is safe',
): unknown {
  return isKind(thrown, 'cancelled')
    ? new ConnectorError('cancelled', `stopped after a change was sent: ${afterStop}`, { sent: 1 })
    : thrown;
}

function note<Seen, Step>({ progress }: Run<Seen, Step>, seen: Seen): Seen {
  progress.seen.push(seen);
  return seen;
}

/** After a write that did not plainly succeed nothing that was seen before counts. */
async function lookAfresh<Seen, Step>({ work, call }: Run<Seen, Step>): Promise<Seen> {
  return await readBack(() => work.look(call));
}

async function readBack<T>(read: () => Promise<T>): Promise<T> {
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
