import type { Fleet } from '../fleet.ts';
import { deliver, type DeliverOptions } from './deliver.ts';

/** Sends the events of a fleet, a few at once, beside the syncs. */
export interface Courier {
  /** Takes what is due, as far as it can be sent now, and begins to send it. `unasked` where the engine was left alone. */
  sendDue(): Promise<'asked' | 'unasked'>;
  /** Waits for what is under way. */
  end(): Promise<void>;
}

/** A receiver that does not answer takes a place for the time that it may take; others go on beside it. */
const atOnce = 8;

export function createCourier({
  fleet,
  ...options
}: Omit<DeliverOptions, 'projects'> & { readonly fleet: Pick<Fleet, 'projects'> }): Courier {
  const projects = new Map(fleet.projects.map((project) => [project.id, project]));
  const isNeeded = fleet.projects.some(({ webhooks }) => webhooks.length > 0);
  const underWay = new Set<Promise<void>>();
  return {
    sendDue: async () => {
      if (!isNeeded || underWay.size >= atOnce) {
        return 'unasked';
      }
      while (underWay.size < atOnce && !options.signal.aborted) {
        const event = await options.engine.events.take();
        if (event === undefined) {
          break;
        }
        const sending = deliver(event, { ...options, projects }).finally(() => underWay.delete(sending));
        underWay.add(sending);
      }
      return 'asked';
    },
    end: async () => void (await Promise.all(underWay)),
  };
}
