import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import type { Action, ActionCall, ActionProject } from '../actions/action.ts';
import { actions as allActions } from '../actions/actions.ts';
import { checkArguments } from '../actions/arguments.ts';
import { ConnectorError } from '../errors.ts';
import { ActionService, BatonActionStatus } from '../gen/c1/connector/v2/action_pb.ts';
import { toActionSchema } from '../model/action-schema.ts';
import { type AnsweredService, answering } from './answers.ts';
import { notFound } from './refusals.ts';

export interface ActionOptions {
  readonly project: ActionProject;
  /** All that there are, unless a test has some of its own. */
  readonly actions?: readonly Action[];
}

/** How a call of an action ended. */
interface Ended {
  readonly id: string;
  readonly name: string;
  readonly status: BatonActionStatus;
  readonly response: JsonObject;
}

const mostKept = 1_000;

/** ActionService: the actions, what they take, and a call of one, which runs to its end before it is answered. */
export function actionService({ project, actions = allActions }: ActionOptions): AnsweredService {
  const byName = new Map(actions.map((action) => [action.words.name, action]));
  if (byName.size < actions.length) {
    throw new Error('two actions share a name');
  }
  const ended = new Map<string, Ended>();
  return answering(ActionService, {
    listActionSchemas: ({ resourceTypeId }) => ({
      schemas: actions
        .filter(({ words }) => resourceTypeId === '' || words.resourceTypeId === resourceTypeId)
        .map(({ words }) => toActionSchema(words)),
    }),

    getActionSchema: ({ name }) => ({ schema: toActionSchema((byName.get(name) ?? notFound('action')).words) }),

    invokeAction: async ({ name, resourceTypeId, args = {} }, signal) => {
      const action = byName.get(name);
      if (action === undefined || (action.words.resourceTypeId ?? '') !== resourceTypeId) {
        return notFound('action');
      }
      checkArguments(action.words, args);
      const end = { id: randomUUID(), name, ...(await outcomeOf(action, { args, project, signal })) };
      keep(ended, end);
      return end;
    },

    getActionStatus: ({ id }) => ({ ...(ended.get(id) ?? notFound('action')) }),
  });
}

/** A failure that is meant to be read is an answer; any other is a bug, and fails the call. */
async function outcomeOf(action: Action, call: ActionCall): Promise<Pick<Ended, 'status' | 'response'>> {
  try {
    return { status: BatonActionStatus.COMPLETE, response: { ...(await action.run(call)), success: true } };
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return { status: BatonActionStatus.FAILED, response: { success: false, error: thrown.message } };
    }
    throw thrown;
  }
}

function keep(ended: Map<string, Ended>, end: Ended): void {
  ended.set(end.id, end);
  const [oldest] = ended.keys();
  if (ended.size > mostKept && oldest !== undefined) {
    ended.delete(oldest);
  }
}
