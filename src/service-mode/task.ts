import type { Message } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import type { Task } from '../gen/c1/connectorapi/baton/v1/baton_pb.ts';
import type { Logger } from '../log.ts';
import type { Any } from '../model/messages.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import type { Clock } from './clock.ts';
import type { Platform } from './platform.ts';
import type { RunSync } from './full-sync.ts';
import type { PlatformWatcher } from '../observe/watchers.ts';

/** A task that says what is to be done. */
export type TaskType = Exclude<Task['taskType'], { readonly case: undefined }>;
export type TaskName = TaskType['case'];
type ValueOf<Name extends TaskName> = Extract<TaskType, { readonly case: Name }>['value'];

/** A file with the log from its opening on. */
export interface DebugLog extends AsyncDisposable {
  readonly path: string;
  /** Nothing is added any more, and all of it is in the file. */
  finish(): Promise<void>;
}

/** What a task is done with. */
export interface TaskContext {
  readonly id: string;
  /** The platform asks for the log of this task, too. */
  readonly isDebug: boolean;
  readonly surface: ConnectorSurface;
  readonly platform: Platform;
  readonly runSync: RunSync;
  readonly openDebugLog: () => Promise<DebugLog>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly watcher: PlatformWatcher;
  /** Fires when the task is cancelled, lost, or the process stops. */
  readonly signal: AbortSignal;
}

/** How a task ended that did not fail. */
export interface TaskResult {
  /** What the connector answered. */
  readonly response?: { readonly schema: GenMessage<Message>; readonly message: Message } | undefined;
  readonly annotations?: readonly Any[];
  /** True where the platform is not told: it knows by itself. */
  readonly isToldAlready?: boolean;
}

/** One kind of task. `kinds.ts` lists them all: to add one is a line there. */
export interface TaskKind {
  /** Its member of the oneof, and its label in metrics. */
  readonly name: TaskName;
  /**
   * `sync`: one at a time, with heartbeats. `change`: begun before all others, never cut off in the middle, and never
   * to be tried again by itself. `read`: the rest.
   */
  readonly lane: 'sync' | 'change' | 'read';
  run(task: TaskType, context: TaskContext): Promise<TaskResult>;
}

export function taskKind<Name extends TaskName>(
  name: Name,
  lane: TaskKind['lane'],
  run: (task: ValueOf<Name>, context: TaskContext) => Promise<TaskResult>,
): TaskKind {
  return { name, lane, run: async (task, context) => await run(task.value as ValueOf<Name>, context) }; // kinds are looked up by the member
}

/** The result that a connector's answer is: the whole of it, and its annotations once more beside it. */
export function answered<M extends Message & { readonly annotations?: readonly Any[] }>(
  schema: GenMessage<M>,
  message: M,
): TaskResult {
  return {
    response: { schema: schema as unknown as GenMessage<Message>, message },
    ...(message.annotations !== undefined && { annotations: message.annotations }),
  };
}
