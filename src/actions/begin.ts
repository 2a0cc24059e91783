import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import { type Logger, whereItBroke } from '../log.ts';
import { maxIdBytes } from '../model/ids.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { type Action, ActionFailed, type Attempt } from './action.ts';
import { readArguments, textArgument } from './arguments.ts';

/** How a call ended. */
export interface Outcome {
  readonly status: 'complete' | 'failed';
  readonly response: JsonObject;
}

/** How a call ended, for who waits for it in this process. */
export interface ActionEnd extends Outcome {
  readonly attempts: readonly Attempt[];
  /** What it failed with; undefined for one that did not. */
  readonly error?: ConnectorError;
}

/** A call that may be run: provisioning is on, and its arguments are right. */
export type ReadyAction = (signal: AbortSignal | undefined) => Promise<ActionEnd>;

/** Checks a call of an action; `check` may refuse it, too. One that is refused is written down, and nothing was sent for it. */
export async function beginAction(
  action: Action,
  args: JsonObject,
  provisioner: Provisioner,
  logger: Logger,
  check: () => void | Promise<void> = () => undefined,
): Promise<ReadyAction> {
  const words = { operation: action.operation, resource: subjectOf(action, args) };
  const read = await provisioner.read(words, async () => {
    const taken = readArguments(action.words, args);
    await action.check?.(taken);
    await check();
    return taken;
  });
  return (signal) => run(action, read, provisioner, signal, logger);
}

/** What a call is about, as far as it says: the first id among its arguments. */
function subjectOf({ words }: Action, args: JsonObject): string {
  const id = words.arguments.find(({ type }) => type === 'id');
  return `${id?.of ?? ''}:${textArgument(args, id?.name ?? '')}`.slice(0, maxIdBytes);
}

/** Whatever an action throws is an answer; a bug is logged under the reference that it tells. */
async function run(
  action: Action,
  args: JsonObject,
  provisioner: Provisioner,
  signal: AbortSignal | undefined,
  logger: Logger,
): Promise<ActionEnd> {
  const attempts: Attempt[] = [];
  const told = (): JsonObject => ({ request_ids: attempts.map(({ requestId }) => requestId) });
  try {
    const attempted = ({ requestId, outcome, writes }: Attempt): void =>
      void attempts.push({ requestId, outcome, writes });
    const response = await action.run({ args, provisioner, attempted, signal });
    return { status: 'complete', response: { success: true, ...response, ...told() }, attempts };
  } catch (thrown) {
    const part = thrown instanceof ActionFailed ? thrown.response : {};
    const error = thrown instanceof ConnectorError ? thrown : brokenBy(thrown, logger);
    const response = { success: false, error: error.message, ...part, ...told() };
    return { status: 'failed', response, attempts, error };
  }
}

function brokenBy(thrown: unknown, logger: Logger): ConnectorError {
  const reference = randomUUID();
  logger.error('internal error', { reference, ...whereItBroke(thrown) });
  return new ConnectorError('inconsistent', `internal error (reference ${reference})`);
}
