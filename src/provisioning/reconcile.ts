import type { CallOptions } from '../descope/http/call.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { Sleep } from '../descope/http/sleep.ts';
import type { User } from '../descope/users/user.ts';
import { ConnectorError, isKind } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Catalog } from '../access/catalog.ts';
import { holds } from '../access/holding.ts';
import type { LookUp } from './look-up.ts';
import { isSameStep, type Plan, type Planner, type Progress, type Seen, type Step } from './plan.ts';

/** A write is sent at most this often, each time only after a load has shown that the last one did nothing. */
const maxSends = 3;
const firstBackoffMs = 500;

export type ChangeClient = Pick<DescopeClient, 'loadForWrite' | 'writeUser' | 'allTenants' | 'allRoles'>;

export interface Attempt {
  readonly client: ChangeClient;
  readonly lookUp: LookUp;
  readonly sleep: Sleep;
  readonly call: CallOptions;
  readonly progress: Progress;
  /** Told of the steps that are due before the first of them is sent; nothing is sent when it throws. */
  readonly beforeWrites: (steps: readonly Step[]) => Promise<void>;
}

/** What a change has come to: the record that shows it, and the lists it was judged by. */
export interface Reconciled {
  readonly isOurs: boolean;
  /** Undefined when the user is gone. */
  readonly after: User | undefined;
  readonly catalog: Catalog;
}

/** Looks and plans, and sends nothing: what a dry run shows, and what carrying it out begins with. */
export async function lookAndPlan(
  userId: string,
  planner: Planner,
  attempt: Attempt,
): Promise<{ readonly seen: Seen; readonly plan: Plan }> {
  const seen = note(attempt, await lookFirst(userId, planner, attempt));
  return { seen, plan: planner(seen, attempt.progress) };
}

/**
 * Brings one change about: plans, sends the first write that is due, and plans again from what that has come to. A write
 * counts when the answer shows its effect; where the answer was lost, refused or does not show it, everything is looked at
 * afresh before anything is sent again, so that a write which did happen is never repeated and one which did not is never
 * believed.
 */
export async function reconcile(userId: string, planner: Planner, attempt: Attempt): Promise<Reconciled> {
  const { progress, beforeWrites } = attempt;
  let { seen, plan } = await lookAndPlan(userId, planner, attempt);
  let failed: { readonly step: Step; readonly error: ConnectorError; readonly wasRefused: boolean } | undefined;
  while (plan.kind === 'due') {
    const [step] = plan.steps;
    if (failed !== undefined && !isSameStep(failed.step, step)) {
      progress.effected.push(failed.step); // it is not due any more: it did happen
      failed = undefined;
    }
    const sends = progress.sent.filter((sent) => isSameStep(sent, step)).length;
    if (failed !== undefined && (failed.wasRefused || sends >= maxSends)) {
      throw failed.error;
    }
    await beforeWrites(plan.steps);
    const written = await send(userId, step, attempt);
    if (written.kind === 'shown') {
      progress.effected.push(step);
      seen = note(attempt, { catalog: seen.catalog, user: written.user });
      if (plan.steps.length === 1) {
        return { isOurs: true, after: written.user, catalog: seen.catalog };
      }
    } else {
      failed = { step, ...written };
      if (!written.wasRefused) {
        progress.mayBeOurs = true;
        await sleepAfter(sends, attempt);
      }
      seen = note(attempt, await lookAfresh(userId, attempt));
    }
    plan = planner(seen, progress);
  }
  return { isOurs: plan.isOurs, after: seen.user, catalog: seen.catalog };
}

type Written =
  | { readonly kind: 'shown'; readonly user: User }
  | { readonly kind: 'failed'; readonly error: ConnectorError; readonly wasRefused: boolean };

async function send(userId: string, step: Step, attempt: Attempt): Promise<Written> {
  const { client, call, progress } = attempt;
  const before = progress.sent.length;
  try {
    const outcome = await client.writeUser(
      { ...step, userId },
      { ...call, onRequest: () => void progress.sent.push(step) },
    );
    if (outcome.kind !== 'answered') {
      return { kind: 'failed', error: outcome.error, wasRefused: outcome.kind === 'refused' };
    }
    if (holds(outcome.user, step) === (step.operation === 'add')) {
      return { kind: 'shown', user: outcome.user };
    }
    progress.seen.push(outcome.user);
    return {
      kind: 'failed',
      error: new ConnectorError(
        'inconsistent',
        `Descope accepted the change but does not show it; look at user ${printable(userId)} there before going on`,
      ),
      wasRefused: false,
    };
  } catch (thrown) {
    throw progress.sent.length > before ? maybeHappened(thrown) : thrown;
  }
}

async function sleepAfter(sends: number, { sleep, call }: Attempt): Promise<void> {
  try {
    await sleep(firstBackoffMs * 2 ** sends, call.signal);
  } catch (thrown) {
    throw maybeHappened(thrown);
  }
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
  progress.seen.push(seen.user);
  progress.catalog = seen.catalog;
  return seen;
}

/** The lists may be a minute old when they allow something; before they forbid it, or settle what hangs on them, they are read again. */
async function lookFirst(userId: string, planner: Planner, { client, lookUp, call, progress }: Attempt): Promise<Seen> {
  const [catalog, user] = await Promise.all([lookUp('recent', call), client.loadForWrite(userId, call)]);
  return mayStand(() => planner({ catalog, user }, progress))
    ? { catalog, user }
    : { catalog: await lookUp('fresh', call), user };
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
async function lookAfresh(userId: string, { client, lookUp, call }: Attempt): Promise<Seen> {
  try {
    const [catalog, user] = await Promise.all([lookUp('fresh', call), client.loadForWrite(userId, call)]);
    return { catalog, user };
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
