import type { JsonObject } from '@bufbuild/protobuf';
import { taskId } from '../../support/platform.ts';

/** What the platform does; see platform/script.go. */
export interface Script {
  readonly nextPollMs?: number;
  readonly nextHeartbeatMs?: number;
  readonly tokenSeconds?: number;
  readonly clockAheadMs?: number;
  readonly tasks: readonly ScriptedTask[];
  readonly faults?: readonly Fault[];
}

/** A task, given once those before it have ended. */
export interface ScriptedTask {
  /** What it is called in traces. */
  readonly name: string;
  readonly debug?: boolean;
  /** Given at once, whatever the tasks before it do. */
  readonly beside?: boolean;
  /** Its end need not be told: it counts as ended so long after it was given. */
  readonly quietAfterMs?: number;
  /** Given so long after those before it have ended. */
  readonly afterMs?: number;
  /** The member of the oneof as protobuf JSON, such as `{ syncFull: {} }`. */
  readonly does: JsonObject;
}

export interface Fault {
  /** `Token` or the name of a method. */
  readonly call: string;
  readonly from: number;
  readonly to?: number;
  /** Only calls about the task of this name. */
  readonly task?: string;
  readonly code?: string;
  readonly status?: number;
  readonly afterChunks?: number;
  readonly cut?: boolean;
  readonly cancelled?: boolean;
  readonly endTokens?: boolean;
  readonly downMs?: number;
  readonly holdMs?: number;
}

/** The script as the double reads it: tasks get ids of the platform's form. */
export function scriptText({ tasks, faults = [], ...rest }: Script): string {
  return JSON.stringify({
    ...rest,
    tasks: tasks.map(({ name, does, debug = false, ...how }) => ({
      ...how,
      task: { id: taskId(name), debug, ...does },
    })),
    faults: faults.map(({ task, ...fault }) => ({ ...fault, ...(task !== undefined && { task: taskId(task) }) })),
  });
}

/**
 * Stands in a task for a text that another one, given before, was finished with, such as `success.response.id`. The
 * double puts it in.
 */
export function answerOf(name: string, way: string): string {
  return `{{${taskId(name)} ${way}}}`;
}

/** The tasks' names by their ids. */
export function namesOf({ tasks }: Script): ReadonlyMap<string, string> {
  return new Map(tasks.map(({ name }) => [taskId(name), name]));
}
