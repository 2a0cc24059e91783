import { ConnectorError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { EventFailure, EventLease, FleetEngine } from '../engine.ts';
import type { FleetProject, Webhook } from '../fleet.ts';
import { hookKey } from './events.ts';
import type { Sent } from './send.ts';

/** Sends an event to a webhook of a project. Throws a ConnectorError where it cannot even be tried. */
export type SendToHook = (
  project: FleetProject,
  hook: Webhook,
  event: Pick<EventLease, 'id' | 'body'>,
  signal: AbortSignal,
) => Promise<Sent>;

export interface DeliverOptions {
  readonly engine: Pick<FleetEngine, 'events'>;
  readonly projects: ReadonlyMap<string, FleetProject>;
  readonly send: SendToHook;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Sends an event that was taken, and tells the engine how that went. An engine that does not answer has it sent again. */
export async function deliver(
  event: EventLease,
  { engine, projects, send, logger, signal }: DeliverOptions,
): Promise<void> {
  const project = projects.get(event.project);
  const hook = project?.webhooks.find((one) => hookKey(one) === event.hook);
  const about = { project: project?.name ?? event.project, note: event.id };
  try {
    if (project === undefined || hook === undefined) {
      await passOn(event, engine, () =>
        logger.warn('an event for a webhook that the file has no more is put away', about),
      );
      return;
    }
    const sent = await send(project, hook, event, signal).catch(unsent);
    const end = await engine.events.end(event, sent);
    if (sent !== 'sent') {
      const text = end === 'dead' ? 'an event is given up' : 'an event could not be sent, and is sent again';
      logger.warn(text, { ...about, reason: sent.message });
    }
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError)) {
      throw thrown;
    }
    logger.warn('it is not known how an event was taken; it is sent again', { ...about, reason: thrown.message });
  }
}

/** So often, in about an hour, an event of an unknown webhook may be of a newer fleet file, which other machines have already. */
const newerFileTries = 8;

async function passOn(event: EventLease, { events }: Pick<FleetEngine, 'events'>, onAway: () => void): Promise<void> {
  if (event.attempt < newerFileTries) {
    await events.end(event, { message: 'the fleet file of a worker has no such webhook', isFinal: false });
    return;
  }
  onAway();
  await events.end(event, 'sent');
}

/** What cannot even be tried, such as for want of a secret, may be mended. */
function unsent(thrown: unknown): EventFailure {
  if (!(thrown instanceof ConnectorError) || thrown.kind === 'cancelled') {
    throw thrown;
  }
  return { message: thrown.message, isFinal: false };
}
