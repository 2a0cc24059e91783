import { randomUUID } from 'node:crypto';
import type { CallOptions } from '../descope/http/call.ts';
import { sleep as realSleep, type Sleep } from '../descope/http/sleep.ts';
import { ConnectorError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { type Attempted, type AuditLine, createAuditTrail, type Rest } from './audit-trail.ts';
import type { AuditOutcome, PlannedWrite, WriteAudit } from './audit.ts';
import { carryOut, lookAndPlan, type Run } from './carry-out.ts';
import { inTurns } from './in-turns.ts';
import { newProgress, type Progress, type Work } from './work.ts';

/** What an attempt without an error came to; in a dry run, what it would come to. */
export interface Ended<Seen, Step> {
  /** The writes are due, and a dry run does not send them. */
  readonly isPlanned: boolean;
  /** Whether this attempt changed the record. */
  readonly isOurs: boolean;
  /** What was seen last. */
  readonly seen: Seen;
  /** What a dry run would do. */
  readonly steps: readonly Step[];
  /** What was sent, or, in a dry run, would be: all of it, in this order. */
  readonly writes: readonly PlannedWrite[];
}

/** How an attempt without an error ended, for each of those who are told. */
export interface Told<Result> {
  /** For the audit log. */
  readonly entry: Partial<Omit<Rest, 'plan' | 'writes'>> & { readonly outcome: AuditOutcome };
  /** For the audit log, of a dry run. */
  readonly plan?: readonly PlannedWrite[];
  /** For the log: counts. */
  readonly log?: Readonly<Record<string, number>>;
  /** For the caller. */
  readonly result: Result;
}

/** One operation on one record: the work, and how it is written down and told. */
export interface Operation<Seen, Step, Result> {
  readonly about: Attempted;
  readonly work: Work<Seen, Step>;
  /** What the line before the writes says besides the plan, and the line about an error besides that. */
  told(first: Seen | undefined, last: Seen | undefined, isSeenAgain: boolean): Partial<Rest>;
  /** What the line about the end says, and what the caller is told. */
  ended(ended: Ended<Seen, Step>, progress: Progress<Seen, Step>): Told<Result> | Promise<Told<Result>>;
  /** Looks at what else must be known before the next write, of all that are due; in a dry run as well. */
  beforeWrites?(progress: Progress<Seen, Step>, steps: readonly Step[]): Promise<void>;
  /** More for the line before the writes: what the record showed when they were planned. */
  announced?(seen: Seen): Partial<Rest>;
  /** Makes an error say what this operation leaves behind. */
  failed?(thrown: unknown, progress: Progress<Seen, Step>): unknown;
}

/** What an operation is made for: one attempt. */
export interface AttemptContext {
  readonly requestId: string;
  readonly call: CallOptions;
}

/** An operation that was read from a request, and the records whose turn it needs: one change of a record at a time. */
export interface AskedOperation<Seen, Step, Result> {
  readonly turns: readonly string[];
  make(context: AttemptContext): Operation<Seen, Step, Result>;
}

export interface AttemptOptions {
  readonly audit: WriteAudit;
  /** Look at everything, send no write. */
  readonly dryRun?: boolean;
  /** Without it everything is refused, and written down as that. */
  readonly isEnabled?: boolean;
  readonly logger?: Logger;
  readonly sleep?: Sleep;
}

/** Runs operations, and writes every attempt down. */
export interface Attempts {
  run<Seen, Step, Result>(asked: AskedOperation<Seen, Step, Result>, signal?: AbortSignal): Promise<Result>;
  /** Reads a request; one that `read` refuses is written down, too, under the words of its sender. */
  read<Asked>(words: Attempted, read: () => Asked | Promise<Asked>): Promise<Asked>;
}

export function createAttempts({
  audit,
  dryRun = false,
  isEnabled = true,
  logger = silentLogger,
  sleep = realSleep,
}: AttemptOptions): Attempts {
  const trail = createAuditTrail(audit, logger);
  const inTurn = inTurns();

  async function attempt<Seen, Step, Result>(
    asked: AskedOperation<Seen, Step, Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const requestId = randomUUID();
    const call: CallOptions = { requestId, ...(signal !== undefined && { signal }) };
    const operation = asked.make({ requestId, call });
    const { about, work } = operation;
    const progress = newProgress<Seen, Step>();
    const line = trail.lineOf({ requestId, ...about });
    const announce = announcing(line, operation, progress);
    const run: Run<Seen, Step> = {
      work,
      sleep,
      call,
      progress,
      beforeWrites: async (steps, seen) => {
        await operation.beforeWrites?.(progress, steps);
        if (!dryRun) {
          await announce(steps, seen);
        }
      },
    };
    try {
      checkEnabled();
      const ended = await (dryRun ? rehearse(run) : perform(run));
      const { entry, plan, log, result } = await operation.ended(ended, progress);
      await line.ended({ ...entry, writes: progress.sent.length, ...(plan !== undefined && { plan }) });
      // Who and what stands in the audit line with this id: a log is read by more people.
      logger.info(`${about.operation} ended`, { requestId, outcome: entry.outcome, ...log });
      return result;
    } catch (thrown) {
      if (line.hasEnded()) {
        throw thrown;
      }
      const { seen, sent } = progress;
      const told = operation.failed?.(thrown, progress) ?? thrown;
      await line.failed(told, {
        // where nothing was looked at, nothing is known
        ...(seen.length > 0 && operation.told(seen[0], seen.length > 1 ? seen.at(-1) : undefined, seen.length > 1)),
        writes: sent.length,
      });
      throw told;
    }
  }

  function checkEnabled(): void {
    if (!isEnabled) {
      throw new ConnectorError('precondition', 'provisioning is not enabled: start the server with --provisioning');
    }
  }

  /** In one order for everybody, so that nobody waits for somebody who waits. */
  async function inAllTurns<T>([turn, ...others]: readonly string[], work: () => Promise<T>): Promise<T> {
    return turn === undefined ? await work() : await inTurn(turn, () => inAllTurns(others, work));
  }

  return {
    run: (asked, signal) => inAllTurns([...new Set(asked.turns)].toSorted(), () => attempt(asked, signal)),
    read: async (words, read) => {
      try {
        checkEnabled();
        return await read();
      } catch (thrown) {
        await trail.lineOf({ requestId: randomUUID(), ...words }).failed(thrown, { writes: 0 });
        throw thrown;
      }
    },
  };
}

/** Writes the `intended` line: once, and again when a later plan has a request that no line has announced. */
function announcing<Seen, Step>(
  line: AuditLine,
  operation: Operation<Seen, Step, unknown>,
  progress: Progress<Seen, Step>,
): Run<Seen, Step>['beforeWrites'] {
  const intended = new Set<string>();
  return async (steps, seen) => {
    const plan = operation.work.requests(steps, seen);
    const requests = plan.map((write) => JSON.stringify(write));
    if (requests.some((request) => !intended.has(request))) {
      requests.forEach((request) => intended.add(request));
      await line.intended({
        ...operation.told(progress.seen[0], undefined, false),
        ...operation.announced?.(seen),
        writes: progress.sent.length,
        plan,
      });
    }
  };
}

async function perform<Seen, Step>(run: Run<Seen, Step>): Promise<Ended<Seen, Step>> {
  const { isOurs, seen } = await carryOut(run);
  return { isPlanned: false, isOurs, seen, steps: [], writes: run.progress.sent.map(({ request }) => request) };
}

/** A dry run: the plan, and what would be sent. */
async function rehearse<Seen, Step>(run: Run<Seen, Step>): Promise<Ended<Seen, Step>> {
  const { seen, plan } = await lookAndPlan(run);
  if (plan.kind === 'settled') {
    return { isPlanned: false, isOurs: plan.isOurs, seen, steps: [], writes: [] };
  }
  await run.beforeWrites(plan.steps, seen);
  const { steps } = plan;
  return { isPlanned: true, isOurs: false, seen, steps, writes: run.work.requests(steps, seen) };
}
