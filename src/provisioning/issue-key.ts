import {
  type KeyWithSecret,
  type NewBoundKey,
  toCreateKeyRequest,
  toSwitchKeyRequest,
} from '../descope/access-key-calls.ts';
import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import type { CallOptions } from '../descope/http/call.ts';
import type { User } from '../descope/users/user.ts';
import { ConnectorError } from '../errors.ts';
import { nameOfUser } from '../model/names.ts';
import { printable } from '../printable.ts';
import type { AskedOperation, AttemptContext, Operation } from './attempts.ts';
import type { AuditState, PlannedWrite } from './audit.ts';
import { issuedDescription, markOf } from './issue-mark.ts';
import type { OperationTools } from './provisioner.ts';
import { planned, type RecordStep, recordWork } from './record-work.ts';
import type { NewSecret, SecretRecord } from './rotation.ts';
import { turnOf } from './turns.ts';
import type { Plan, Progress } from './work.ts';

/** A key to be made for a user. */
export interface IssueAsk {
  readonly userId: string;
  /** The caller's own id of the request: no two keys are made for one. */
  readonly request: string;
  /** Epoch seconds. */
  readonly expireTime: number;
}

export interface Issued {
  readonly outcome: 'issued' | 'planned';
  readonly requestId: string;
  readonly user: SecretRecord & { readonly id: string };
  /** Undefined for what is only planned. */
  readonly made: { readonly key: AccessKey; readonly secret: NewSecret } | undefined;
  readonly expireTime: number;
  readonly writes: readonly PlannedWrite[];
}

interface Seen {
  readonly user: User | undefined;
  /** Every key that names the request, whoever made it. */
  readonly keys: readonly AccessKey[];
}

type Step = RecordStep<Seen>;

/**
 * Makes a key that is bound to a user. The request's id stands in the key's description, so that a key whose answer was
 * lost is found. Its secret cannot be read again: such a key is deleted, and that is told. A key that an earlier call
 * made for the same request is left alone, and nothing is made.
 */
export function askedIssue(ask: IssueAsk, tools: OperationTools): AskedOperation<Seen, Step, Issued> {
  return {
    turns: [turnOf({ typeId: 'user', id: ask.userId }), `request:${ask.request}`],
    make: (context) => issue(ask, tools, context),
  };
}

function issue(
  ask: IssueAsk,
  { client }: OperationTools,
  { requestId }: AttemptContext,
): Operation<Seen, Step, Issued> {
  const { userId, request, expireTime } = ask;
  const described = `user ${printable(userId)}`;
  const wanted: NewBoundKey = {
    name: `baton ${request}`,
    description: issuedDescription({ request, attempt: requestId }),
    userId,
    expireTime,
  };
  let made: KeyWithSecret | undefined;
  const creation: Step = {
    name: `make a key for ${described}`,
    request: planned(toCreateKeyRequest(wanted)),
    mostSends: 2,
    send: async (call) => {
      const outcome = await client.createBoundKey(wanted, call);
      if (outcome.kind === 'answered') {
        made = outcome;
      }
      return outcome;
    },
    isDone: ({ keys }) => keys.some(({ id }) => id === made?.key.id),
  };
  const deletion = (id: string): Step => ({
    name: `delete access key ${printable(id)}`,
    request: planned(toSwitchKeyRequest(id, 'delete')),
    send: (call) => client.switchKey(id, 'delete', call),
    isDone: ({ keys }) => !keys.some((key) => key.id === id),
  });
  const isOurs = ({ description }: AccessKey): boolean => markOf(description)?.attempt === requestId;
  const isGood = (key: AccessKey): boolean =>
    key.id === made?.key.id && key.boundUserId === userId && key.expireTime === expireTime;

  /** Those of this attempt that nobody could use, or that were made although another call was first. */
  function unwanted({ keys }: Seen): readonly AccessKey[] {
    const ours = keys.filter(isOurs);
    const wasFirst = ours.every((own) => keys.every((key) => isOurs(key) || isBefore(own, key)));
    return ours.filter((key) => !isGood(key) || !wasFirst);
  }

  function plan(seen: Seen, { sent }: Progress<Seen, Step>): Plan<Step> {
    if (sent.length === 0) {
      checkAskable(seen, ask, described);
      return { kind: 'due', steps: [creation] };
    }
    const [first, ...others] = unwanted(seen).map(({ id }) => deletion(id));
    if (first !== undefined) {
      return { kind: 'due', steps: [first, ...others] };
    }
    const isOver = seen.keys.some(isGood) || made !== undefined || sent.some(({ step }) => step.name !== creation.name);
    return isOver ? { kind: 'settled', isOurs: true } : { kind: 'due', steps: [creation] };
  }

  return {
    about: { operation: 'issue', resource: `user:${userId}` },
    work: recordWork<Seen>({
      described,
      look: async (call) => await look(client, ask, call),
      plan,
      plansAfterLast: true,
      afterStop: `a key for ${described} may have been made; look for "${wanted.name}" among the access keys, and delete it`,
    }),
    told: (first, last) => ({
      ...(first !== undefined && { before: stateOf(first) }),
      ...(last !== undefined && last !== first && { after: stateOf(last) }),
    }),
    ended: ({ isPlanned, seen, writes }, progress) => {
      const [before = seen] = progress.seen;
      const key = seen.keys.find(isGood);
      if (!isPlanned && (key === undefined || made === undefined)) {
        throw notIssued(seen.keys, made, described, progress.sent.length);
      }
      return {
        entry: {
          outcome: isPlanned ? 'planned' : 'issued',
          before: stateOf(before),
          ...(!isPlanned && { after: stateOf(seen) }),
        },
        ...(isPlanned && { plan: writes }),
        result: {
          outcome: isPlanned ? 'planned' : 'issued',
          requestId,
          user: {
            id: userId,
            name: before.user === undefined ? '' : nameOfUser(before.user),
            login: before.user?.loginIds[0] ?? '',
          },
          made: key &&
            made && {
              key,
              secret: { name: 'access_key', description: `the secret of access key ${key.id}`, value: made.secret },
            },
          expireTime,
          writes,
        },
      };
    },
    failed: (thrown, progress) => {
      const shown = (progress.seen.at(-1)?.keys ?? []).filter(isOurs).map(({ id }) => id);
      const isDeleted = (id: string): boolean => progress.effected.some(({ name }) => name === deletion(id).name);
      const left = [...new Set([...(made === undefined ? [] : [made.key.id]), ...shown])].filter(
        (id) => !isDeleted(id),
      );
      return left.length > 0 && thrown instanceof ConnectorError
        ? new ConnectorError(
            thrown.kind,
            `${thrown.message}; access key ${left.map(printable).join(', ')} was made and is there, and nobody has its secret: delete it`,
            thrown.facts,
          )
        : thrown;
    },
  };
}

async function look(client: OperationTools['client'], { userId, request }: IssueAsk, call: CallOptions): Promise<Seen> {
  const [user, keys] = [await client.loadForWrite(userId, call), await client.readList(accessKeyList, call)];
  return { user, keys: keys.filter(({ description }) => markOf(description)?.request === request) };
}

function checkAskable({ user, keys }: Seen, { request }: IssueAsk, described: string): void {
  const [known] = keys;
  if (known !== undefined) {
    throw new ConnectorError(
      'conflict',
      `request ${printable(request)} has made access key ${printable(known.id)} already, and its secret was told once: ` +
        'if it did not arrive, delete that key and ask under another request id',
    );
  }
  if (user === undefined) {
    throw new ConnectorError('not-found', `there is no ${described}: look the id up in Descope`);
  }
  if (user.status === 'disabled') {
    throw new ConnectorError(
      'precondition',
      `${described} is disabled, and a key bound to them could do nothing: enable them first`,
    );
  }
}

function notIssued(
  keys: readonly AccessKey[],
  made: KeyWithSecret | undefined,
  described: string,
  sent: number,
): ConnectorError {
  const [other] = keys;
  if (other !== undefined) {
    return new ConnectorError(
      'conflict',
      `another call made access key ${printable(other.id)} for the same request at the same time: the one that was ` +
        'made here is deleted again',
      { sent },
    );
  }
  return made === undefined
    ? new ConnectorError(
        'unavailable',
        `the answer with the new key of ${described} was lost, and its secret with it: the key that was made is deleted again; ask again`,
        { sent },
      )
    : new ConnectorError(
        'inconsistent',
        `Descope made access key ${printable(made.key.id)} for ${described} and does not show it as it was asked for: ` +
          'look for it there, and delete it',
        { sent },
      );
}

/** The same order for every process that sees both. */
function isBefore(one: AccessKey, other: AccessKey): boolean {
  const [mine, theirs] = [one.createdTime ?? 0, other.createdTime ?? 0];
  return mine === theirs ? one.id < other.id : mine < theirs;
}

/** The keys of the request that there are, and whether the user can use one. */
function stateOf({ user, keys }: Seen): AuditState {
  return {
    exists: user !== undefined,
    ...(user !== undefined && { status: user.status }),
    keys: keys.map(({ id }) => id),
  };
}
