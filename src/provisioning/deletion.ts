import type { CallOptions } from '../descope/http/call.ts';
import type { WriteEndpoint } from '../descope/http/endpoint.ts';
import { ConnectorError } from '../errors.ts';
import type { ResourceRef } from '../model/ids.ts';
import { printable } from '../printable.ts';
import type { AskedOperation, AttemptContext, Operation } from './attempts.ts';
import type { AuditState, PlannedWrite } from './audit.ts';
import type { OperationTools } from './provisioner.ts';
import { type RecordStep, recordWork } from './record-work.ts';
import { turnOf } from './turns.ts';

/** A record that can be deleted, as Descope shows it. */
export interface DeletableRecord {
  /** What people call it; its id where it has no name. */
  readonly name: string;
  /** The first login id of a user; '' for what has none. */
  readonly login: string;
  readonly status: string;
  /** Ids of the keys that are bound to a user and can be used. */
  readonly boundKeys?: readonly string[];
  /** By what a user rules over others, in words. */
  readonly rulesBy?: readonly string[];
}

type Seen = DeletableRecord | undefined;

/** A type whose resources can be deleted: one file a type, listed in deletions.ts. */
export interface DeletableType {
  readonly typeId: string;
  /** The type whose turn it takes, where two types are one record. */
  readonly turnTypeId?: string;
  /** "user", for messages. */
  readonly noun: string;
  /** A request of each kind that it sends, from which the rights of the key are told. */
  readonly sample: () => readonly { readonly endpoint: WriteEndpoint }[];
  /** The record with this id; undefined when there is none. */
  load(id: string, tools: OperationTools, call: CallOptions): Promise<Seen>;
  /** What is to be sent for it, the deletion itself last. Refuses by throwing what must not be deleted. */
  steps(id: string, record: DeletableRecord, tools: OperationTools): readonly [RecordStep<Seen>, ...RecordStep<Seen>[]];
  /** What goes with it: other resources of the same record. */
  alsoDeleted?(id: string): readonly ResourceRef[];
}

/** How a deletion ended. */
export interface Deleted {
  readonly outcome: 'deleted' | 'already-deleted' | 'planned';
  readonly requestId: string;
  readonly resource: ResourceRef;
  readonly noun: string;
  /** As it was seen first; undefined where there was none. */
  readonly record: DeletableRecord | undefined;
  readonly alsoDeleted: readonly ResourceRef[];
  /** What was sent, or, in a dry run, would be. */
  readonly writes: readonly PlannedWrite[];
}

/** The deletion of one resource. What is not there is deleted already. */
export function askedDeletion(
  type: DeletableType,
  id: string,
  tools: OperationTools,
): AskedOperation<Seen, RecordStep<Seen>, Deleted> {
  return {
    turns: [turnOf({ typeId: type.turnTypeId ?? type.typeId, id })],
    make: (context) => deletion(type, id, tools, context),
  };
}

function deletion(
  type: DeletableType,
  id: string,
  tools: OperationTools,
  { requestId }: AttemptContext,
): Operation<Seen, RecordStep<Seen>, Deleted> {
  const { typeId, noun } = type;
  const resource = { typeId, id };
  return {
    about: { operation: 'delete', resource: `${typeId}:${id}` },
    work: recordWork<Seen>({
      described: `${noun} ${printable(id)}`,
      look: (call) => type.load(id, tools, call),
      plan: (record, { mayBeOurs }) => {
        if (record === undefined) {
          return { kind: 'settled', isOurs: mayBeOurs };
        }
        const [first, ...others] = type.steps(id, record, tools);
        return { kind: 'due', steps: [first, ...others] };
      },
    }),
    told: (first, last, isSeenAgain) => ({
      before: stateOf(first),
      ...(isSeenAgain && { after: stateOf(last) }), // who was looked at once was not seen to be gone
    }),
    failed: (thrown, { effected, sent }) => {
      const done = effected.map(({ name }) => name);
      return done.length > 0 && thrown instanceof ConnectorError
        ? new ConnectorError(thrown.kind, `${thrown.message}; done before that, and not undone: ${done.join(', ')}`, {
            ...thrown.facts,
            sent: sent.length,
          })
        : thrown;
    },
    ended: ({ isPlanned, isOurs, seen, writes }, progress) => {
      const [before] = progress.seen;
      const outcome = isPlanned ? 'planned' : isOurs ? 'deleted' : 'already-deleted';
      return {
        entry: { outcome, before: stateOf(before), ...(!isPlanned && { after: stateOf(seen) }) },
        ...(isPlanned && { plan: writes }),
        result: {
          outcome,
          requestId,
          resource,
          noun,
          record: before,
          alsoDeleted: outcome === 'deleted' ? (type.alsoDeleted?.(id) ?? []) : [],
          writes,
        },
      };
    },
  };
}

function stateOf(record: Seen): AuditState {
  if (record === undefined) {
    return { exists: false };
  }
  const { status, boundKeys = [] } = record;
  return { exists: true, status, ...(boundKeys.length > 0 && { keys: boundKeys }) };
}
