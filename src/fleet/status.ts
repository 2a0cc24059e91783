import { clocksApartMs, type EventState, type Failure, type Made, type ProjectState } from './engine.ts';
import type { FleetProject } from './fleet.ts';
import { slotsOf } from './slots.ts';

/** How a project is, for people and programs. */
export interface ProjectStatus {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'ok' | 'syncing' | 'waiting' | 'never' | 'paused' | 'retrying' | 'overdue' | 'given-up';
  readonly last?: (Made & { readonly slotMs: number }) | undefined;
  /** When it begins the next time, as far as that is known. */
  readonly nextMs?: number | undefined;
  /** When the run in line may begin. */
  readonly dueMs?: number | undefined;
  readonly worker?: string | undefined;
  readonly attempt?: number | undefined;
  readonly tries?: number | undefined;
  readonly failure?: (Failure & { readonly atMs: number }) | undefined;
  readonly givenUpInARow: number;
  readonly passedOver: number;
  /** What is told of it to webhooks, and not yet taken there. */
  readonly events?: EventState | undefined;
  /** The failure, or who works on it, in a line. */
  readonly note?: string | undefined;
}

export const statusWords: Readonly<Record<ProjectStatus['state'], string>> = {
  ok: 'ok',
  syncing: 'syncing',
  waiting: 'in line',
  never: 'never synced',
  paused: 'paused',
  retrying: 'to be retried',
  overdue: 'overdue',
  'given-up': 'given up',
};

/** A slot that nobody has put in line for so long says that no `fleet run` is there. */
const overdueMs = 2 * 60_000;

/** What an engine knows of a project, beside its schedule. */
export function statusOf(
  project: FleetProject,
  known: ProjectState | undefined,
  nowMs: number,
  events?: EventState,
): ProjectStatus {
  const { run, failure, last } = known ?? {};
  const state = stateNow(project, known, nowMs);
  const isTried = state === 'retrying' && run !== undefined;
  const nextMs = state === 'paused' ? undefined : isTried ? run.dueMs : slotsOf(project)?.next(nowMs);
  return {
    id: project.id,
    name: project.name,
    labels: project.labels,
    state,
    last,
    nextMs: nextMs === Number.POSITIVE_INFINITY ? undefined : nextMs,
    ...((state === 'waiting' || state === 'retrying') && { dueMs: run?.dueMs }),
    worker: run?.worker,
    ...(run !== undefined && { attempt: run.attempt, tries: run.tries }),
    failure,
    givenUpInARow: known?.givenUpInARow ?? 0,
    passedOver: known?.passedOver ?? 0,
    events,
    note:
      state === 'overdue'
        ? 'its slot has passed: is there a "fleet run"?'
        : (noteOf(state, known) ?? (events === undefined ? undefined : eventsInWords(events))),
  };
}

function stateNow(project: FleetProject, state: ProjectState | undefined, nowMs: number): ProjectStatus['state'] {
  const { run, isPaused = false, last } = state ?? {};
  if (run?.state === 'active') {
    return 'syncing';
  }
  if (isPaused) {
    return 'paused';
  }
  if (run !== undefined) {
    return run.state === 'given-up' ? 'given-up' : run.attempt > 0 ? 'retrying' : 'waiting';
  }
  const slot = slotsOf(project)?.last(nowMs - overdueMs);
  if (last === undefined) {
    return 'never';
  }
  // A time that lies ahead is of a clock that was wrong.
  const known = [state?.lastSlotMs, last.finishedMs].find((ms) => ms !== undefined && ms <= nowMs + clocksApartMs);
  return slot !== undefined && slot > (known ?? Number.NEGATIVE_INFINITY) ? 'overdue' : 'ok';
}

function noteOf(state: ProjectStatus['state'], known: ProjectState | undefined): string | undefined {
  const { run, failure } = known ?? {};
  if (state === 'syncing') {
    return run !== undefined && run.attempt > 1 ? `try ${run.attempt} of ${run.tries}` : undefined;
  }
  if (failure === undefined) {
    return undefined;
  }
  const tries = run === undefined ? '' : ` (try ${run.attempt} of ${run.tries})`;
  return `${failure.kind}${tries}: ${failure.message}`;
}

/** Nothing is said of events that are on their way and did not fail. */
function eventsInWords({ waiting, dead, failure }: EventState): string | undefined {
  const counts = [
    ...(dead > 0 ? [`${dead} given up`] : []),
    ...(waiting > 0 && (dead > 0 || failure !== undefined) ? [`${waiting} to be sent`] : []),
  ];
  return counts.length === 0
    ? undefined
    : `webhook: ${counts.join(', ')}${failure === undefined ? '' : `: ${failure.message}`}`;
}
