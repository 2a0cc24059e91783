import type { ApplicationDefault } from '../access/application-default.ts';
import type { Catalog } from '../access/catalog.ts';
import type { InheritanceMode } from '../access/inheritance.ts';
import type { Principal } from '../access/principal.ts';
import type { Target } from '../access/target.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { maxIdBytes } from '../model/ids.ts';
import type { AccessGuard } from './access-guard.ts';
import { type AskedOperation, type AttemptOptions, createAttempts } from './attempts.ts';
import type { Attempted } from './audit-trail.ts';
import { auditPrincipal } from './audit.ts';
import type { Change, Operation } from './change.ts';
import { changeOperation } from './change-operation.ts';
import { createLookUps, type Lists, standardLists } from './look-up.ts';
import { subjectOf } from './principal-types.ts';
import type { ChangeRequest } from './request.ts';
import type { Seen } from './plan.ts';
import type { ReturningMode } from './returning.ts';
import type { Step } from './step.ts';
import { turnOf } from './turns.ts';
import { entitlementOf, listsOf } from './types.ts';

export interface ProvisionerOptions extends AttemptOptions {
  readonly client: DescopeClient;
  /** Add the membership of a tenant where a role inside it needs that. */
  readonly joinTenant?: boolean;
  /** What is done about a revoked role that a login gives back. */
  readonly returning?: ReturningMode;
  /** What users reach who were given no application by name. */
  readonly applicationDefault?: ApplicationDefault;
  /** What is taken to flow down the tree of tenants. */
  readonly inheritance?: InheritanceMode;
  /** Delete users who rule over others, too. */
  readonly allowPrivilegedDelete?: boolean;
  /** Asks a policy before access is given; without it nothing is asked. */
  readonly guard?: AccessGuard | undefined;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** A request as its sender names it, for the audit line of one that is refused before it is understood. */
export interface RequestWords {
  readonly entitlement: string;
  readonly principal: { readonly typeId: string; readonly id: string };
}

/** What operations besides grants and revokes are made of. */
export interface OperationTools {
  readonly client: DescopeClient;
  readonly now: () => number;
  /** Delete users who rule over others, too. */
  readonly allowPrivilegedDelete?: boolean;
  /** Asks a policy before access is given, by the project as `lists` shows it; undefined where none is named. */
  readonly policy?: { readonly guard: AccessGuard; readonly lists: (call: CallOptions) => Promise<Lists> } | undefined;
}

/** Changes access in Descope, one principal and one thing at a time, and writes every attempt down. */
export interface Provisioner {
  grant(target: Target, principal: Principal, signal?: AbortSignal): Promise<Change>;
  revoke(target: Target, principal: Principal, signal?: AbortSignal): Promise<Change>;
  /** Reads a request, then grants or revokes what it asks for. One that `read` refuses is written down, too. */
  attempt(
    operation: Operation,
    words: RequestWords,
    read: () => ChangeRequest | Promise<ChangeRequest>,
    signal?: AbortSignal,
  ): Promise<Change>;
  /**
   * What changes of a type's entitlements are judged by: the tenants and roles of the project, or the applications; a
   * minute old at most. For what is asked for by name.
   */
  catalog(typeId: string, signal?: AbortSignal): Promise<Catalog>;
  /** What operations are made of; for reading only. */
  readonly tools: OperationTools;
  /** Reads a request. One that `read` refuses, or that comes without --provisioning, is written down under `words`. */
  read<Asked>(words: Attempted, read: () => Asked | Promise<Asked>): Promise<Asked>;
  /**
   * Runs any other operation on one record. `read` makes it of a request; one that it refuses is written down, too, under
   * `words`.
   */
  perform<Seen, Step, Result>(
    words: Attempted,
    read: (tools: OperationTools) => AskedOperation<Seen, Step, Result> | Promise<AskedOperation<Seen, Step, Result>>,
    signal?: AbortSignal,
  ): Promise<Result>;
}

export function createProvisioner(options: ProvisionerOptions): Provisioner {
  const {
    client,
    joinTenant = false,
    inheritance = 'auto',
    applicationDefault = 'unknown',
    allowPrivilegedDelete = false,
    returning = 'ignore',
    guard,
    now = () => performance.now(),
  } = options;
  const guardedLists = guard?.lists && [...standardLists, ...guard.lists];
  const lookUpOf = createLookUps(client, now, inheritance);
  const attempts = createAttempts(options);
  const policy = guard && {
    guard,
    lists: async (call: CallOptions): Promise<Lists> => await lookUpOf(guardedLists)('recent', call),
  };
  const tools: OperationTools = { client, now, allowPrivilegedDelete, policy };

  function asking(
    operation: Operation,
    { target, principal, check }: ChangeRequest,
  ): AskedOperation<Seen, Step, Change> {
    const { gives, lists } = entitlementOf(target);
    const subject = subjectOf(principal, gives, target.resourceId);
    const asked = { target, subject, joinTenant, applicationDefault };
    const change = {
      operation,
      asked,
      check,
      lookUp: lookUpOf(lists ?? (operation === 'grant' ? guardedLists : undefined)),
      client,
      returning,
      guard,
      now,
    };
    return { turns: [turnOf(principal)], make: (context) => changeOperation(change, context) };
  }

  const operations = {
    grant: async (target, principal, signal) => await attempts.run(asking('grant', { target, principal }), signal),
    revoke: async (target, principal, signal) => await attempts.run(asking('revoke', { target, principal }), signal),
  } satisfies Pick<Provisioner, Operation>;

  return {
    ...operations,
    attempt: async (operation, { entitlement, principal: { typeId, id } }, read, signal) => {
      const words = {
        operation,
        entitlement: entitlement.slice(0, maxIdBytes),
        principal: auditPrincipal(typeId, id.slice(0, maxIdBytes)),
      };
      return await attempts.run(asking(operation, await attempts.read(words, read)), signal);
    },
    catalog: async (typeId, signal) => {
      const lookUp = lookUpOf(listsOf(typeId));
      return (await lookUp('recent', signal === undefined ? {} : { signal })).catalog;
    },
    tools,
    read: async (words, read) => await attempts.read(words, read),
    perform: async (words, read, signal) => await attempts.run(await attempts.read(words, () => read(tools)), signal),
  };
}
