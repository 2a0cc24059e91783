import type { Action } from '../actions/action.ts';
import { actions as allActions } from '../actions/actions.ts';
import { beginAction } from '../actions/begin.ts';
import { checkWords } from '../actions/check-words.ts';
import { type After, createRuns, type Run } from '../actions/runs.ts';
import { ConnectorError } from '../errors.ts';
import { ActionService, BatonActionStatus } from '../gen/c1/connector/v2/action_pb.ts';
import { type Logger, silentLogger } from '../log.ts';
import { actionTitle, toActionSchema } from '../model/action-schema.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { type AnsweredService, answering } from './answers.ts';
import { notFound, presentProvisioner } from './refusals.ts';

export interface ActionOptions {
  /** Makes the changes of actions; without it every call is refused. */
  readonly provisioner: Provisioner | undefined;
  /** All that there are, unless a test has some of its own. */
  readonly actions?: readonly Action[];
  readonly logger?: Logger;
  readonly after?: After;
}

/** ActionService, and how to end what is under way. */
export interface RunningActions {
  readonly service: AnsweredService;
  /** Stops every action that is under way, and resolves when all have ended. */
  stop(): Promise<void>;
}

const usualWaitMs = 1000;
const longestWaitMs = 60 * 60_000;
const longestAskedMs = 24 * 60 * 60_000;

const statuses = {
  running: BatonActionStatus.RUNNING,
  complete: BatonActionStatus.COMPLETE,
  failed: BatonActionStatus.FAILED,
} as const;

/**
 * ActionService: the actions, what they take, and a call of one. Who asks waits for its end as long as he says, and
 * then gets an id to ask by; it runs to its end whoever waits.
 */
export function actionService({
  provisioner,
  actions = allActions,
  logger = silentLogger,
  after,
}: ActionOptions): RunningActions {
  checkWords(actions.map(({ words }) => words));
  const byTitle = new Map(actions.map((action) => [actionTitle(action.words), action]));
  const runs = createRuns({ ...(after !== undefined && { after }) });

  const service = answering(ActionService, {
    listActionSchemas: ({ resourceTypeId }) => ({
      schemas: actions
        .filter(({ words }) => resourceTypeId === '' || words.resourceTypeId === resourceTypeId)
        .map(({ words }) => toActionSchema(words)),
    }),

    // An action of a type is asked for as "type.name": the request has no place for the type.
    getActionSchema: ({ name }) => ({ schema: toActionSchema((byTitle.get(name) ?? notFound('action')).words) }),

    invokeAction: async ({ name, resourceTypeId, args = {}, inlineWait }, signal) => {
      const title = resourceTypeId === '' ? name : `${resourceTypeId}.${name}`;
      const action = byTitle.get(title);
      if (action === undefined || action.words.name !== name) {
        return notFound('action');
      }
      const waitMs = waitOf(inlineWait);
      const run = await beginAction(action, args, presentProvisioner(provisioner), logger);
      const { id } = runs.start(name, run);
      return toAnswer(await runs.wait(id, waitMs, signal));
    },

    getActionStatus: ({ id }) => toAnswer(runs.find(id)),
  });
  return { service, stop: runs.stop };
}

function toAnswer({ id, name, status, response }: Run) {
  return { id, name, status: statuses[status], ...(response !== undefined && { response }) };
}

/** How long a call waits: a second where it does not say, an hour at most. */
function waitOf(asked: { readonly seconds: bigint; readonly nanos: number } | undefined): number {
  const ms = asked === undefined ? 0 : Number(asked.seconds) * 1000 + asked.nanos / 1_000_000;
  if (ms < 0 || ms > longestAskedMs) {
    throw new ConnectorError('invalid', 'inline_wait must be 0 to 86400 seconds');
  }
  return ms === 0 ? usualWaitMs : Math.min(ms, longestWaitMs);
}
