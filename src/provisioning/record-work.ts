import type { CallOptions } from '../descope/http/call.ts';
import type { WriteEndpoint } from '../descope/http/endpoint.ts';
import { endpointLabel } from '../descope/http/endpoint.ts';
import type { ConnectorError } from '../errors.ts';
import type { PlannedWrite } from './audit.ts';
import type { Work } from './work.ts';

/** How the sending of one step ended; whatever an answer shows besides, a look decides what was done. */
export type SendOutcome =
  | { readonly kind: 'accepted' | 'answered' }
  | { readonly kind: 'refused' | 'uncertain'; readonly error: ConnectorError };

/** One write that knows by itself how it is sent, and what shows its effect. */
export interface RecordStep<Seen> {
  /** Two steps of one name are the same step: sent again only after a look has shown that it did nothing. */
  readonly name: string;
  readonly request: PlannedWrite;
  /** How often it may be sent; 1 for what must never happen twice. 3 when left out. */
  readonly mostSends?: number;
  /** Sends it, exactly once. The call's `onRequest` is told when it leaves. */
  send(call: CallOptions): Promise<SendOutcome>;
  /** Whether what was read back shows its effect. */
  isDone(seen: Seen): boolean;
}

/** What such an operation must say: how it looks, and what is due. */
export type RecordWork<Seen> = Pick<
  Work<Seen, RecordStep<Seen>>,
  'described' | 'plan' | 'look' | 'settleMs' | 'afterStop' | 'plansAfterLast'
> &
  Partial<Pick<Work<Seen, RecordStep<Seen>>, 'lookFirst' | 'plansAfterLast'>>;

/** The work of an operation whose steps carry their own requests: for most operations besides grants and revokes. */
export function recordWork<Seen>(asked: RecordWork<Seen>): Work<Seen, RecordStep<Seen>> {
  return {
    lookFirst: (call) => asked.look(call),
    ...asked,
    isSame: (one, other) => one.name === other.name,
    requests: (steps) => steps.map(({ request }) => request),
    mostSends: ({ mostSends = 3 }) => mostSends,
    write: async (step, _seen, { call, onSent, readBack }) => {
      const outcome = await step.send({ ...call, onRequest: onSent });
      if (outcome.kind === 'refused' || outcome.kind === 'uncertain') {
        return outcome;
      }
      const seen = await readBack(() => asked.look(call));
      return { kind: step.isDone(seen) ? 'shown' : 'unshown', seen };
    },
  };
}

/** A request as plans and audit lines name it. */
export function planned(
  { endpoint, json }: { readonly endpoint: WriteEndpoint; readonly json: Readonly<Record<string, unknown>> },
  logged?: Readonly<Record<string, unknown>>,
): PlannedWrite {
  return { request: endpointLabel(endpoint), body: json, ...(logged !== undefined && { logged }) };
}
