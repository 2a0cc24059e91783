import type { JsonObject } from '@bufbuild/protobuf';
import type { DescopeClient } from '../descope/client.ts';
import type { ActionWords } from '../model/action-schema.ts';

/** What an action may ask of the project. */
export type ActionProject = Pick<DescopeClient, 'projectId' | 'readList' | 'loadUser'>;

/**
 * One call of an action. The arguments are those that its words name, each of its type, the required ones all there.
 */
export interface ActionCall {
  readonly args: JsonObject;
  readonly project: ActionProject;
  /** Fires when the caller goes away; not every caller in this process has one. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Something that can be done besides granting and revoking. Each action is one such object in a file of its own, and
 * one line of `actions.ts`.
 *
 * It runs to its end within the call that invokes it: there is no queue, and a caller cannot ask for less time. How it
 * ended is kept for as long as the process lives, for the last 1,000 calls; after that nobody can ask any more.
 */
export interface Action {
  readonly words: ActionWords;
  /**
   * What it answers, beside `success`. A ConnectorError that it throws is the answer FAILED, with the message as
   * `error`.
   */
  readonly run: (call: ActionCall) => Promise<JsonObject>;
}
