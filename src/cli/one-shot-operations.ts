import { ConnectorError } from '../errors.ts';
import { oneShotFlag, type OneShotGiven } from '../config/one-shot.ts';
import type { OneShotName, OneShotValues } from '../config/one-shot-flags.ts';
import type { CommandContext } from './command-context.ts';
import type { EcosystemFlags } from './ecosystem.ts';

/** One call without a command: the flags that were given, and what they and the other places ask for. */
export interface OneShotCall {
  readonly options: EcosystemFlags;
  readonly asked: OneShotValues;
  readonly context: CommandContext;
}

/** One of the things that a call without a command can ask for, instead of a sync. */
interface Operation {
  /** Any of these flags asks for it. */
  readonly by: readonly [OneShotName, ...OneShotName[]];
  /** What belongs to it, and asks for nothing by itself. */
  readonly with?: readonly OneShotName[];
  /** True for what changes something: it needs --provisioning. */
  readonly changes?: true;
  /** Does it; a text says why this connector does not. */
  readonly run: ((call: OneShotCall) => Promise<void>) | string;
}

const noTickets = 'Descope has no tickets';

/** All of them, in the order in which every Baton connector looks for them. */
export const operations: readonly Operation[] = [
  {
    by: ['grantEntitlement'],
    with: ['grantPrincipal', 'grantPrincipalType'],
    changes: true,
    run: async (call) => (await import('./one-shot-change.ts')).grantAsked(call),
  },
  {
    by: ['revokeGrant'],
    changes: true,
    run: async (call) => (await import('./one-shot-change.ts')).revokeAsked(call),
  },
  {
    by: ['eventFeed'],
    with: ['eventFeedId', 'eventFeedStartAt', 'eventFeedCursor'],
    run: async (call) => (await import('./events.ts')).eventsAsked(call),
  },
  {
    by: ['createAccountLogin', 'createAccountEmail', 'createAccountProfile'],
    with: ['createAccountResourceType'],
    changes: true,
    run: async (call) => (await import('./account-create.ts')).createOneShot(call),
  },
  {
    by: ['invokeAction'],
    with: ['invokeActionArgs', 'invokeActionResourceType', 'recipient', 'reveal'],
    changes: true,
    run: async (call) => (await import('./action-run.ts')).invokeAsked(call),
  },
  {
    by: ['listActionSchemas'],
    with: ['listActionSchemasResourceType'],
    run: async (call) => (await import('./action-list.ts')).listSchemasAsked(call),
  },
  {
    by: ['deleteResource'],
    with: ['deleteResourceType'],
    changes: true,
    run: async (call) => (await import('./account-delete.ts')).deleteAsked(call),
  },
  {
    by: ['rotateCredentials'],
    with: ['rotateCredentialsType', 'recipient', 'reveal'],
    changes: true,
    run: async (call) => (await import('./key-rotate.ts')).rotateAsked(call),
  },
  { by: ['createTicket'], with: ['ticketTemplatePath'], run: noTickets },
  { by: ['bulkCreateTicket'], with: ['bulkTicketTemplatePath'], run: noTickets },
  { by: ['listTicketSchemas'], run: noTickets },
  { by: ['getTicket'], with: ['ticketId'], run: noTickets },
  {
    by: ['diffSyncs'],
    with: ['baseSyncId', 'appliedSyncId'],
    run: 'a file of ours holds one sync; baton-descope diff OLD NEW compares two files',
  },
  {
    by: ['compactSyncs'],
    with: ['compactOutputPath', 'compactFilePaths', 'compactSyncIds'],
    run: "a file of ours holds one sync; Baton's own tools compact files",
  },
];

/** The operation that was asked for; undefined for a sync. Two of them, or a part of one, are a `config` error. */
export function operationOf(asked: OneShotValues): Operation | undefined {
  const isGiven = (name: OneShotName): boolean => asked[name] !== undefined;
  const given = operations.filter(({ by }) => by.some(isGiven));
  const [first, second] = given;
  if (first !== undefined && second !== undefined) {
    throw new ConnectorError(
      'config',
      `${flagOf(first, asked)} and ${flagOf(second, asked)} are two operations: give one of them`,
    );
  }
  for (const operation of operations.filter((candidate) => candidate !== first)) {
    const alone = operation.with?.find((name) => isGiven(name) && first?.with?.includes(name) !== true);
    if (alone !== undefined) {
      const takers = operations.filter((one) => one.with?.includes(alone) === true).map(({ by }) => oneShotFlag(by[0]));
      throw new ConnectorError('config', `${oneShotFlag(alone)} needs ${takers.join(' or ')}`);
    }
  }
  return first;
}

/**
 * An operation that is asked for with an empty value on the command line: a variable of a script was not set. A sync in
 * its place would end well, and the script take it for done. Elsewhere an empty text is none, as for every connector.
 */
export function checkNotEmpty(given: OneShotGiven): void {
  const empty = operations.flatMap(({ by }) => by).find((name) => given[name] === '');
  if (empty !== undefined) {
    throw new ConnectorError('config', `${oneShotFlag(empty)} is empty: give its value, or leave the flag out`);
  }
}

/** Carries the operation out, or says why this connector does not. */
export async function carryOut(operation: Operation, call: OneShotCall): Promise<void> {
  if (typeof operation.run === 'string') {
    throw new ConnectorError(
      'unsupported',
      `${flagOf(operation, call.asked)} is not supported by this connector: ${operation.run}`,
    );
  }
  await operation.run(call);
}

/** The flag by which an operation was asked for. */
function flagOf({ by }: Operation, asked: OneShotValues): string {
  return oneShotFlag(by.find((name) => asked[name] !== undefined) ?? by[0]);
}
