import type { CallOptions } from '../descope/http/call.ts';
import type { ConnectorError } from '../errors.ts';
import type { PlannedWrite } from './audit.ts';

/**
 * What an attempt comes to, judged by one look. `settled`: nothing is to be sent. `due`: these writes are needed, in this
 * order. `needsFreshLists`: lists that are a minute old may not settle it. `isOurs`: this attempt changed the record.
 */
export type Plan<Step> =
  | { readonly kind: 'settled'; readonly isOurs: boolean; readonly needsFreshLists?: boolean }
  | { readonly kind: 'due'; readonly steps: readonly [Step, ...Step[]] };

export interface SentStep<Step> {
  readonly step: Step;
  readonly request: PlannedWrite;
}

/** What an attempt has seen and done so far. A failed attempt is told from it, in the audit line and to the caller. */
export interface Progress<Seen, Step> {
  /** Everything that Descope showed, in order. */
  readonly seen: Seen[];
  /** Every write that left this process. */
  readonly sent: SentStep<Step>[];
  /** Steps that Descope has shown to be done. */
  readonly effected: Step[];
  /** A write was sent whose outcome is not known, so that what is seen now may be its effect. */
  mayBeOurs: boolean;
}

/**
 * How one write ended. `shown`: Descope shows its effect. `unshown`: Descope said yes, and does not show it. `refused`:
 * Descope said no. `uncertain`: it may have happened or not, and only a look can tell. `changed`: somebody else changes
 * the same list.
 */
export type Written<Seen> =
  | { readonly kind: 'shown'; readonly seen: Seen }
  | { readonly kind: 'unshown'; readonly seen: Seen }
  | { readonly kind: 'refused' | 'uncertain'; readonly error: ConnectorError }
  | { readonly kind: 'changed'; readonly wasSent: boolean };

/** What a write is sent with. */
export interface WriteTools {
  readonly call: CallOptions;
  /** Must be told when the write leaves: give it to the call of the write as `onRequest`. */
  readonly onSent: () => void;
  /** Waits, and once a write was sent tells of it when the caller goes away meanwhile. */
  readonly pause: (ms: number) => Promise<void>;
  /** Reads after the write, and tells of the write when reading fails. */
  readonly readBack: <T>(read: () => Promise<T>) => Promise<T>;
}

/**
 * One change of one record, as the core carries it out: it looks, plans, sends the first write that is due, reads back,
 * and plans again. `Step` is one write of a plan, as data.
 */
export interface Work<Seen, Step> {
  /** How messages call the record: "user U2abc". */
  readonly described: string;
  /** Decides from what is seen which writes are due; refuses by throwing. It sends nothing. */
  plan(seen: Seen, progress: Progress<Seen, Step>): Plan<Step>;
  /** What is there before anything is sent; what is a minute old may do where it allows a change. */
  lookFirst(call: CallOptions): Promise<Seen>;
  /** What is there now. */
  look(call: CallOptions): Promise<Seen>;
  isSame(one: Step, other: Step): boolean;
  /** The requests of these steps, each for what those before it make of the record. */
  requests(steps: readonly Step[], seen: Seen): readonly PlannedWrite[];
  /** Sends one step, exactly once. */
  write(step: Step, seen: Seen, tools: WriteTools): Promise<Written<Seen>>;
  /** How often a step may be sent, each time only after a look has shown that it did nothing: 3, unless said here. */
  mostSends?(step: Step): number;
  /** The least wait before the look whether a write did something. */
  readonly settleMs?: number;
  /** Plans again after the last write, for what others can change so meanwhile that more has to be done. */
  readonly plansAfterLast?: true;
  /** Looks at what a write without a plain success did besides: throws where that must stop everything. */
  checkAfterDoubt?(step: Step, planned: Seen, now: Seen): void;
  /** What is told after somebody else changed the same twice. */
  changedUnderneath?(isSent: boolean): string;
  /** How to go on after a caller went away while a write was under way. */
  readonly afterStop?: string;
}

export function newProgress<Seen, Step>(): Progress<Seen, Step> {
  return { seen: [], sent: [], effected: [], mayBeOurs: false };
}
