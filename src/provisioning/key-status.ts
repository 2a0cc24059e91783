import { toSwitchKeyRequest } from '../descope/access-key-calls.ts';
import type { AccessKey } from '../descope/access-keys.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { idleWord } from './access-key.ts';
import type { AskedOperation } from './attempts.ts';
import type { AuditOutcome, AuditState, PlannedWrite } from './audit.ts';
import type { OperationTools } from './provisioner.ts';
import { planned, type RecordStep, recordWork } from './record-work.ts';
import { turnOf } from './turns.ts';

type Seen = AccessKey | undefined;

/** How switching a key on or off ended. */
export interface KeySwitched {
  readonly outcome: AuditOutcome;
  readonly requestId: string;
  readonly isPlanned: boolean;
  readonly isOurs: boolean;
  /** What people call the key. */
  readonly name: string;
  readonly writes: readonly PlannedWrite[];
}

const switches = {
  enable: { to: 'activate', status: 'active', done: 'enabled', already: 'already-enabled' },
  disable: { to: 'deactivate', status: 'inactive', done: 'disabled', already: 'already-disabled' },
} as const;

/** Switches an access key on or off, bound to a user or not. The key keeps its secret, its roles and its end. */
export function askedKeySwitch(
  operation: keyof typeof switches,
  id: string,
  { client }: OperationTools,
): AskedOperation<Seen, RecordStep<Seen>, KeySwitched> {
  const { to, status, done, already } = switches[operation];
  const described = `access key ${printable(id)}`;
  const step: RecordStep<Seen> = {
    name: `${to} ${described}`,
    request: planned(toSwitchKeyRequest(id, to)),
    send: (call) => client.switchKey(id, to, call),
    isDone: (key) => key?.status === status,
  };
  return {
    turns: [turnOf({ typeId: 'access_key', id })],
    make: ({ requestId }) => ({
      about: { operation, resource: `access_key:${id}` },
      work: recordWork<Seen>({
        described,
        look: (call) => client.loadKey(id, call),
        plan: (key, { mayBeOurs, effected, sent }) => {
          if (key === undefined) {
            throw new ConnectorError(
              'not-found',
              sent.length > 0
                ? `${described} was deleted meanwhile`
                : `there is no ${described}: look the id up in Descope`,
            );
          }
          if (key.status === status) {
            return { kind: 'settled', isOurs: mayBeOurs || effected.length > 0 };
          }
          if (sent.length === 0 && operation === 'enable' && idleWord(key) === 'expired') {
            throw new ConnectorError(
              'refused',
              `${described} has expired: enabling it would open nothing; make a new one`,
            );
          }
          return { kind: 'due', steps: [step] };
        },
      }),
      told: (first, last) => ({ before: stateOf(first), ...(last !== undefined && { after: stateOf(last) }) }),
      ended: ({ isPlanned, isOurs, seen, writes }, progress) => {
        const outcome = isPlanned ? 'planned' : isOurs ? done : already;
        return {
          entry: { outcome, before: stateOf(progress.seen[0]), ...(!isPlanned && { after: stateOf(seen) }) },
          ...(isPlanned && { plan: writes }),
          result: { outcome, requestId, isPlanned, isOurs, name: seen?.name || id, writes },
        };
      },
    }),
  };
}

function stateOf(key: Seen): AuditState {
  return key === undefined ? { exists: false } : { exists: true, status: key.status };
}
