import type { FleetProject } from './fleet.ts';
import type { WorkEnd } from './work.ts';

/** How a try of a sync ended for whoever counts; `unwritten` is one of which the engine could not be told. */
export type TryEnd = WorkEnd | 'unwritten';

export const tryEnds = [
  'done',
  'again',
  'given-up',
  'lost',
  'stopped',
  'unwritten',
] as const satisfies readonly TryEnd[];

/** What is to be told of a process that works for a fleet. */
export interface FleetWatcher {
  /** The engine was asked, and answered or did not: then with the reason. */
  onEngine(failure: string | undefined): void;
  onStart(project: FleetProject): void;
  onEnd(project: FleetProject, end: TryEnd, durationMs: number): void;
}
