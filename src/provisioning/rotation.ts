import type { CallOptions } from '../descope/http/call.ts';
import type { WriteEndpoint } from '../descope/http/endpoint.ts';
import { ConnectorError } from '../errors.ts';
import type { ResourceRef } from '../model/ids.ts';
import { printable } from '../printable.ts';
import type { Secret } from '../secret.ts';
import type { AttemptContext, Operation } from './attempts.ts';
import type { AuditState, PlannedWrite } from './audit.ts';
import type { OperationTools } from './provisioner.ts';
import type { PasswordAsk } from './random-password.ts';
import { type RecordStep, recordWork } from './record-work.ts';

/** A new secret, as whoever asked for it is to be told. It is in nothing else: no plan, no audit line, no error. */
export interface NewSecret {
  readonly name: string;
  readonly description: string;
  readonly value: Secret;
}

/** What a secret was made for. */
export interface SecretRecord {
  /** What people call it. */
  readonly name: string;
  /** The first login id of a user; '' for what has none. */
  readonly login: string;
}

/** How a rotation ended. */
export interface Rotated {
  readonly outcome: 'rotated' | 'planned';
  readonly requestId: string;
  readonly resource: ResourceRef;
  readonly noun: string;
  readonly record: SecretRecord | undefined;
  /** Undefined for what is only planned. */
  readonly secret: NewSecret | undefined;
  /** What whoever asks must know before and after. */
  readonly warning: string;
  readonly writes: readonly PlannedWrite[];
}

/** What is looked at: enough to judge by, and to write down. */
export interface RotatableRecord extends SecretRecord {
  readonly status: string;
  /** Why Descope would refuse a rotation, after the name of the record; absent where nothing says so. */
  readonly fixed?: string;
}

type Seen = RotatableRecord | undefined;

/** What a type makes of one request. */
export interface RotationParts {
  readonly look: (call: CallOptions) => Promise<Seen>;
  /** Throws why nothing may be rotated for this record; `isSent` after a write was sent. */
  readonly check: (record: Seen, isSent: boolean) => void;
  /** What is sent for a record that passes the check. */
  readonly step: () => RecordStep<Seen>;
  /** The secret once there is one that works. */
  readonly secret: () => NewSecret | undefined;
  /** What is left behind when a write may have happened, and how to go on. */
  readonly lost: string;
}

/** A type whose credentials can be rotated: one file a type, listed in rotations.ts. */
export interface RotatableType {
  readonly typeId: string;
  /** "user", for messages. */
  readonly noun: string;
  /** A request of each kind that it sends, from which the rights of the key are told. */
  readonly sample: () => readonly { readonly endpoint: WriteEndpoint }[];
  /** What whoever asks must know before and after. */
  readonly warning: string;
  parts(id: string, ask: PasswordAsk, tools: OperationTools): RotationParts;
}

/** The operation that a rotation is, from what is special of its type. */
export function rotation(
  { typeId, noun, warning }: RotatableType,
  id: string,
  { look, check, step, secret, lost }: RotationParts,
  { requestId }: AttemptContext,
): Operation<Seen, RecordStep<Seen>, Rotated> {
  let isTaken = false;
  let isUnread = false; // taken, and what it did could not be read back
  const watched = (asked: RecordStep<Seen>): RecordStep<Seen> => ({
    ...asked,
    send: async (call) => {
      const outcome = await asked.send(call);
      isTaken ||= outcome.kind === 'accepted' || outcome.kind === 'answered';
      return outcome;
    },
  });

  return {
    about: { operation: 'rotate', resource: `${typeId}:${id}` },
    work: recordWork<Seen>({
      described: `${noun} ${printable(id)}`,
      look: async (call) => {
        try {
          return await look(call);
        } catch (thrown) {
          isUnread ||= isTaken;
          throw thrown;
        }
      },
      plan: (record, { sent }) => {
        check(record, sent.length > 0);
        return secret() === undefined ? { kind: 'due', steps: [watched(step())] } : { kind: 'settled', isOurs: true };
      },
      afterStop: lost,
    }),
    told: (first, last, isSeenAgain) => ({
      before: stateOf(first),
      ...(isSeenAgain && { after: stateOf(last) }), // who was looked at once was not seen to be gone
    }),
    ended: ({ isPlanned, seen, writes }, progress) => {
      const [before = seen] = progress.seen;
      const outcome = isPlanned ? 'planned' : 'rotated';
      return {
        entry: { outcome, before: stateOf(before), ...(!isPlanned && { after: stateOf(seen) }) },
        ...(isPlanned && { plan: writes }),
        result: {
          outcome,
          requestId,
          resource: { typeId, id },
          noun,
          record: before,
          secret: isPlanned ? undefined : secret(),
          warning,
          writes,
        },
      };
    },
    failed: (thrown, { mayBeOurs, sent }) =>
      (mayBeOurs || isUnread) && thrown instanceof ConnectorError && thrown.kind !== 'cancelled'
        ? new ConnectorError(thrown.kind, `${thrown.message}; ${lost}`, { ...thrown.facts, sent: sent.length })
        : thrown,
  };
}

function stateOf(record: Seen): AuditState {
  return record === undefined ? { exists: false } : { exists: true, status: record.status };
}
