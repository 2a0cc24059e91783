import { randomUUID } from 'node:crypto';
import { ConnectorError } from '../errors.ts';
import { type Logger, whereItBroke } from '../log.ts';
import { type Action, type ActionCall, ActionFailed } from './action.ts';
import type { Outcome } from './runs.ts';

/** Runs an action to its end. Whatever it throws is an answer; a bug is logged under the reference that it tells. */
export async function outcomeOf(action: Action, call: ActionCall, logger: Logger): Promise<Outcome> {
  try {
    return { status: 'complete', response: { ...(await action.run(call)), success: true } };
  } catch (thrown) {
    const response = { ...(thrown instanceof ActionFailed && thrown.response), success: false };
    if (thrown instanceof ConnectorError) {
      return { status: 'failed', response: { ...response, error: thrown.message } };
    }
    const reference = randomUUID();
    logger.error('internal error', { reference, ...whereItBroke(thrown) });
    return { status: 'failed', response: { ...response, error: `internal error (reference ${reference})` } };
  }
}
