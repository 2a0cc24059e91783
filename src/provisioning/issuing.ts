import { endpointLabel } from '../descope/http/endpoint.ts';
import { toCreateKeyRequest, toSwitchKeyRequest } from '../descope/access-key-calls.ts';
import { ConnectorError } from '../errors.ts';
import { maxIdBytes, type ResourceRef } from '../model/ids.ts';
import { askedIssue, type Issued } from './issue-key.ts';
import type { Provisioner } from './provisioner.ts';
import { quoted } from '../printable.ts';

const daySeconds = 86_400;

/** How long an issued key is good for, in days. It always ends. */
export const keyDays = { usual: 90, most: 365 } as const;

/** The type of identities that keys are issued to. */
export const issuedTo = 'user';

/** Epoch seconds of the end that was asked for, in epoch milliseconds, or of the usual one. Throws `invalid`. */
export function expireTimeOf(asked: number | undefined, nowMs = Date.now()): number {
  if (asked === undefined) {
    return Math.floor(nowMs / 1000) + keyDays.usual * daySeconds;
  }
  if (asked <= nowMs) {
    throw new ConnectorError('invalid', 'expires_at must be in the future');
  }
  if (asked > nowMs + keyDays.most * daySeconds * 1000) {
    throw new ConnectorError('invalid', `expires_at is more than ${keyDays.most} days ahead: that is the most`);
  }
  return Math.floor(asked / 1000);
}

/** A request that was read. */
export interface IssueRequest {
  readonly resource: ResourceRef;
  /** The caller's own id of the request: no two keys are made for one. */
  readonly request: string;
  /** Epoch seconds. */
  readonly expireTime: number;
}

/** The form of a caller's id of a request. */
export const requestIdForm = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Issues a key to a user, or says why not; written down in either case. `asked` is the user in the words of whoever
 * asks; `read` reads the request, its recipients above all, before anything is sent.
 */
export async function issueKey(
  provisioner: Provisioner,
  asked: ResourceRef,
  read: () => Promise<IssueRequest>,
  signal?: AbortSignal,
): Promise<Issued> {
  const words = { operation: 'issue', resource: `${asked.typeId}:${asked.id}`.slice(0, maxIdBytes) } as const;
  return await provisioner.perform(
    words,
    async (tools) => {
      if (asked.typeId !== issuedTo) {
        throw new ConnectorError(
          'unsupported',
          `nothing can be issued to a ${quoted(asked.typeId)}: only to a user, as a key that is bound to them`,
        );
      }
      const { resource, request, expireTime } = await read();
      return askedIssue({ userId: resource.id, request, expireTime }, tools);
    },
    signal,
  );
}

/** The calls that the management key must be allowed to make to issue keys to resources of a type. */
export function issueRightsOf(typeId: string): readonly string[] {
  const { endpoint } = toCreateKeyRequest({ name: '', description: '', userId: '', expireTime: 0 });
  return typeId === issuedTo ? [endpoint, toSwitchKeyRequest('any', 'delete').endpoint].map(endpointLabel) : [];
}
