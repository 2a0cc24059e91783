import type { JsonValue } from '@bufbuild/protobuf';
import type { EmulatorOptions } from '../../../src/emulator/emulator.ts';
import type { Environment, SdkReader } from '../processes.ts';
import type { Dialled, Who } from './dial.ts';
import type { Script } from './script.ts';
import type { Step } from './traces.ts';

/**
 * What a platform sees of our service mode, beside what it sees of the SDK's own daemon: the same script for both, each
 * with a project of its own.
 */
export interface Dialling {
  readonly name: string;
  /** Made for the recipients of secrets, where a task needs some. */
  readonly script: Script | ((recipients: readonly SdkReader[]) => Script);
  readonly project?: EmulatorOptions;
  readonly env?: Environment;
  /** How the tasks end that ours takes, or who dials alone. Those of the daemon are in the comparison. */
  readonly ends: Readonly<Record<string, string>>;
  /** So many of the syncs the daemon drops without a word. */
  readonly dropped?: number;
  /** False where uploads are read as they are: the SDK takes long to expand large ones. */
  readonly expands?: boolean;
  /** Only this one dials, and nothing is compared: what the other cannot do, or is no connector of ours. */
  readonly alone?: Who;
  /** It is asked to end as soon as the platform was asked this; see `askedFor` of the double. */
  readonly stopAt?: string;
  /** So many processes of the one, under one client id. */
  readonly processes?: number;
  /** Both end by themselves. */
  readonly endsItself?: boolean;
  /** What must be true of the files that ours uploaded when it dials alone. */
  readonly checkUploads?: (users: readonly number[]) => void;
  /** What must be true of the one, or of both, besides. Says what was seen. */
  readonly check?: (run: Run) => string | Promise<string>;
}

export interface Run extends Dialled {
  readonly steps: readonly Step[];
  /** The whole project, before and afterwards. */
  readonly before: unknown;
  readonly project: unknown;
  /** The password of a user, as the project has it. */
  readonly passwordOf: (userId: string) => string | undefined;
  /** What the task of this name was finished with. */
  readonly answerTo: (name: string) => Answer;
  /** What is encrypted in an answer, opened by the SDK: a text for each recipient. */
  readonly unsealed: (answer: Answer) => Promise<readonly string[]>;
}

/** The response of a task that succeeded, as protobuf JSON. */
export type Answer = Readonly<Record<string, JsonValue>>;
