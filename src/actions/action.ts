import type { JsonObject } from '@bufbuild/protobuf';
import type { DescopeClient } from '../descope/client.ts';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import type { ActionWords } from '../model/action-schema.ts';

/** What an action may ask of the project. */
export type ActionProject = Pick<DescopeClient, 'projectId' | 'readList' | 'loadUser'>;

/** One call of an action. The arguments are as `readArguments` gives them: each of its type, the required ones all there. */
export interface ActionCall {
  readonly args: JsonObject;
  readonly project: ActionProject;
  /** Fires when the process stops, or the action has taken too long. Who asked may be gone long before. */
  readonly signal: AbortSignal | undefined;
}

/** Something that can be done besides granting and revoking. Each is one such object in a file of its own, and one line of `actions.ts`. */
export interface Action {
  readonly words: ActionWords;
  /**
   * What it answers, beside `success`. A ConnectorError that it throws is the answer FAILED, with the message as
   * `error`.
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
