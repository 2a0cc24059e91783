import type { JsonObject } from '@bufbuild/protobuf';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import type { ActionWords } from '../model/action-schema.ts';
import type { AuditOperation, AuditOutcome, PlannedWrite } from '../provisioning/audit.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';

/** One attempt that an action made, as the audit log has it. */
export interface Attempt {
  readonly requestId: string;
  readonly outcome: AuditOutcome;
  /** What was sent, or, in a dry run, would be. */
  readonly writes: readonly PlannedWrite[];
}

/** One call of an action. */
export interface ActionCall {
  /** As `readArguments` gives them: each of its type, the required ones all there. */
  readonly args: JsonObject;
  /** All that an action changes goes through it, so that it is written down, read back, and planned only in a dry run. */
  readonly provisioner: Provisioner;
  /** Must be told of every attempt that ended without an error. */
  readonly attempted: (attempt: Attempt) => void;
  /** Fires when the process stops, or the action has taken too long. Who asked may be gone long before. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Something that can be done besides granting and revoking. Each is one such object in a file of its own, and one line
 * of `actions.ts`.
 */
export interface Action {
  readonly words: ActionWords;
  /** The operation under which a call that is refused before it is begun is written down. */
  readonly operation: AuditOperation;
  /** Asked before it is run from a terminal: what cannot be undone. Absent where all can. */
  readonly cannotUndo?: string;
  /** Throws `invalid` for arguments that are right each for itself, and cannot be used. Asks nobody. */
  readonly check?: (args: JsonObject) => Promise<void>;
  /**
   * What it answers, beside `success`; `message` is a sentence for people. A ConnectorError that it throws is the answer
   * FAILED, with its message as `error`.
   */
  readonly run: (call: ActionCall) => Promise<JsonObject>;
}

/** An action that did a part of what it is for: the answer FAILED, with what it did beside `error`. */
export class ActionFailed extends ConnectorError {
  readonly response: JsonObject;

  constructor(kind: ErrorKind, message: string, response: JsonObject) {
    super(kind, message);
    this.response = response;
  }
}
