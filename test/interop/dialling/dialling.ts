import type { EmulatorOptions } from '../../../src/emulator/emulator.ts';
import type { Environment } from '../processes.ts';
import type { Dialled, Who } from './dial.ts';
import type { Script } from './script.ts';
import type { Step } from './traces.ts';

/**
 * What a platform sees of our service mode, beside what it sees of the SDK's own daemon: the same script for both, each
 * with a project of its own.
 */
export interface Dialling {
  readonly name: string;
  readonly script: Script;
  readonly project?: EmulatorOptions;
  readonly env?: Environment;
  /** How the tasks end that ours takes, or who dials alone. Those of the daemon are in the comparison. */
  readonly ends: Readonly<Record<string, string>>;
  /** So many of the syncs the daemon drops without a word. */
  readonly dropped?: number;
  /** Only this one dials, and nothing is compared: what the other cannot do, or is no connector of ours. */
  readonly alone?: Who;
  /** It is asked to end as soon as the platform was asked this. */
  readonly stopAt?: string;
  /** Both end by themselves. */
  readonly endsItself?: boolean;
  /** What must be true of the one, or of both, besides. Says what was seen. */
  readonly check?: (run: Run) => string;
}

export interface Run extends Dialled {
  readonly steps: readonly Step[];
  /** The whole project afterwards. */
  readonly project: unknown;
}
