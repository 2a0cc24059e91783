import type { ErrorKind } from '../errors.ts';

/**
 * What keeps the runs of a fleet: which are waiting, who does which, how they ended. One is a file of SQLite on this
 * machine, another is PostgreSQL with workers on several. Projects are named by their ids, times are epoch milliseconds.
 */
export interface FleetEngine extends AsyncDisposable {
  /**
   * Puts a run in line. A slot is put once, whoever puts it; a project that has a run in line or under way takes no
   * other, and the slot is passed over.
   */
  put(run: NewRun): Promise<Put>;
  /**
   * Takes the run that is due longest among those that may begin now, for a worker; what is made up for comes after all
   * others, and not at all without `isMadeUpToo`. Undefined where there is none.
   */
  take(worker: string, only?: string, isMadeUpToo?: boolean): Promise<Lease | undefined>;
  /** Says that a run is still under way. False where the lease was lost: somebody else has, or will have, the run. */
  keep(lease: Lease): Promise<boolean>;
  /**
   * Ends a run well. `place` puts what it made into its place; it is called only while the lease is held, and nobody else
   * can take the run before it has returned. False where the lease was lost, and then nothing is placed. Events are there
   * to be sent from then on, and only then.
   */
  publish(lease: Lease, made: Made, place: () => void, events?: readonly NewEvent[]): Promise<boolean>;
  /** Whether this very lease published its run: for whoever did not hear how `publish` ended. */
  wasPublished(lease: Lease): Promise<boolean>;
  /** Ends a try badly: the run is tried again after a while, or given up after its last try. */
  fail(lease: Lease, failure: Failure): Promise<'again' | 'given-up' | 'lost'>;
  /** Gives a run back untouched, when its worker stops or cannot do it; it begins again after so long. */
  giveBack(lease: Lease, afterMs?: number): Promise<void>;
  /** Paused projects keep their place, and nothing of them begins. */
  pause(project: string, isPaused: boolean): Promise<void>;
  /** Begins what was given up, or waits to be tried again, anew at once. False where there is no such run. */
  retry(project: string): Promise<boolean>;
  /** What is known of each project that ever had a run, or is paused. */
  states(): Promise<ReadonlyMap<string, ProjectState>>;
  /** Counts of requests, by which groups keep to their budgets. */
  readonly counts: SharedCounts;
  /** What is told to webhooks. */
  readonly events: EventQueue;
}

/** Events that wait until whom they are for has taken them: at least once each, in no order. */
export interface EventQueue {
  /** Takes the next one that is due. Where nothing is heard of it for a while, it is sent again. */
  take(): Promise<EventLease | undefined>;
  /** Tells how sending went: it is done with, sent again after a while, or given up. */
  end(event: EventLease, how: 'sent' | EventFailure): Promise<'done' | 'again' | 'dead' | 'lost'>;
  /** Sends what was given up, or waits to be sent again, anew at once. Returns how many these are. */
  retry(project: string): Promise<number>;
  /** What is known of the events of each project that has any. */
  states(): Promise<ReadonlyMap<string, EventState>>;
}

export interface NewEvent {
  /** Which webhook it is for. */
  readonly hook: string;
  /** The same however often it is sent: receivers know it by that. */
  readonly id: string;
  readonly body: string;
}

/** The right to send an event once. */
export interface EventLease extends NewEvent {
  readonly key: string;
  readonly project: string;
  readonly attempt: number;
  readonly token: number;
}

export interface EventFailure {
  readonly message: string;
  /** The receiver wants no more of it. */
  readonly isFinal: boolean;
}

export interface EventState {
  readonly waiting: number;
  /** Given up. */
  readonly dead: number;
  /** The last failure of those. */
  readonly failure?: { readonly message: string; readonly atMs: number };
}

export interface EventTimes {
  readonly tries: number;
  /** For so long nothing need be heard of an event that is being sent. */
  readonly leaseMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** How long what was given up is kept. */
  readonly deadMs: number;
}

/** Fourteen tries in about twenty hours. */
export const usualEventTimes: EventTimes = {
  tries: 14,
  leaseMs: 60_000,
  firstPauseMs: 30_000,
  longestPauseMs: 4 * 3_600_000,
  deadMs: 14 * 24 * 3_600_000,
};

/** Counts that all processes of a fleet share, by the engine's clock. Each one begins anew when its time is over. */
export interface SharedCounts {
  /** Adds to a count, and tells it; `isAnew` sets it instead, and lets it last so long from now, or as long as before. */
  add(key: string, n: number, ms: number, isAnew: boolean): Promise<Counted>;
  /** Undefined where its time is over. */
  read(key: string): Promise<Counted | undefined>;
}

export interface Counted {
  readonly n: number;
  /** Until it begins anew. */
  readonly leftMs: number;
}

export interface NewRun {
  readonly project: string;
  readonly slotMs: number;
  /** How often it is tried before it is given up. */
  readonly tries: number;
  readonly group: string | undefined;
  /** Somebody asks for it, whatever the schedule says. */
  readonly isAsked?: boolean;
  /**
   * Its slot came due while nobody put slots in line: it is done when nothing else is due. A slot that comes due before it
   * has begun takes its place.
   */
  readonly isMadeUp?: boolean;
}

/** What became of a run that was put: `known` is a slot of before, `passed-over` one whose project is busy. */
export type Put = 'put' | 'known' | 'passed-over' | 'paused';

/** The right to do one try of a run, until it is lost. */
export interface Lease {
  readonly run: string;
  readonly project: string;
  readonly slotMs: number;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The fencing token: another one for each time that the run is taken. */
  readonly token: number;
  /** When the last complete sync of the project was finished, as the engine knows. */
  readonly lastMs?: number | undefined;
}

/** What a complete sync tells of itself. */
export interface Made {
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly users: number;
  readonly grants: number;
  readonly requests: number;
}

export interface Failure {
  readonly kind: ErrorKind | 'lost';
  readonly message: string;
}

export interface ProjectState {
  readonly isPaused: boolean;
  /** The newest slot that was put, passed over, or fell into a pause. */
  readonly lastSlotMs?: number;
  /** The run that is in line, under way, or was given up and is the newest. */
  readonly run?: {
    readonly state: 'waiting' | 'active' | 'given-up';
    readonly slotMs: number;
    /** Of the try that is under way or was the last one; 0 before the first. */
    readonly attempt: number;
    readonly tries: number;
    /** When it may begin, where it waits. */
    readonly dueMs: number;
    readonly startedMs?: number | undefined;
    readonly worker?: string | undefined;
  };
  /** The last complete sync. */
  readonly last?: Made & { readonly slotMs: number };
  /** The last failure after it. */
  readonly failure?: Failure & { readonly atMs: number };
  /** How many runs in a row were given up. */
  readonly givenUpInARow: number;
  /** How often a slot came due while the project was still busy. */
  readonly passedOver: number;
}

/** How far the clocks of those who put slots may be apart. */
export const clocksApartMs = 5 * 60_000;

/** What was put for a project: the last slot, and a few before it, in the order in which they were put. */
export interface KnownSlots {
  readonly lastMs: number | undefined;
  /** As a text of JSON: they are kept in a column. */
  readonly recent: string | null;
}

/** So many slots are remembered one by one. */
const slotsRemembered = 8;

/**
 * Whether a slot was put before. What lies far ahead was put by a clock that was wrong, and says nothing of others; the
 * slots that are remembered are known whatever the clocks say.
 */
export function isSlotKnown(slotMs: number, { lastMs, recent }: KnownSlots, nowMs: number): boolean {
  return (
    (lastMs !== undefined && slotMs <= lastMs && (slotMs === lastMs || lastMs <= nowMs + clocksApartMs)) ||
    slotsIn(recent).includes(slotMs)
  );
}

/** The remembered slots with one more. */
export function withSlot({ recent }: KnownSlots, slotMs: number): string {
  return JSON.stringify([...slotsIn(recent), slotMs].slice(-slotsRemembered));
}

function slotsIn(recent: string | null): readonly number[] {
  return recent === null ? [] : (JSON.parse(recent) as readonly number[]);
}

/** What the engines share: how long things take. */
export interface EngineTimes {
  /** A lease that is not kept for so long is lost. */
  readonly leaseMs: number;
  /** The pause after the first failure; it doubles with each, up to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const usualTimes: EngineTimes = { leaseMs: 45_000, firstPauseMs: 30_000, longestPauseMs: 15 * 60_000 };
