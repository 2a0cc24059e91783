import { createHash } from 'node:crypto';
import { answerObject, listIn, rowDecoder } from '../answer-shape.ts';
import { DecodeError, identity, integer, type JsonObject, object, optionalIdentity, text, texts } from '../decode.ts';
import type { CallOptions } from '../http/call.ts';
import type { ListEndpoint } from '../http/endpoint.ts';
import { shapeError } from '../http/errors.ts';
import type { HttpClient } from '../http/http-client.ts';
import { parseJson } from '../http/json-body.ts';
import { named } from '../record-names.ts';

/** A record of the audit log. Its names of actions are no closed list. */
export interface AuditRecord {
  readonly id: string;
  readonly action: string;
  /** Epoch milliseconds. */
  readonly occurredMs: number;
  /** '' where nobody known is concerned. */
  readonly userId: string;
  readonly tenantIds: readonly string[];
  /** A user, an administrator, an access key or a management key: nothing says which. */
  readonly actorId: string;
  /** What an action tells besides, by names that differ from action to action. May hold personal data. */
  readonly data: JsonObject;
}

/** What to search for. Everything when left out. */
export interface AuditFilter {
  readonly actions?: readonly string[];
  readonly excludedActions?: readonly string[];
  readonly userIds?: readonly string[];
}

export interface AuditQuery extends AuditFilter {
  /** Epoch milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly isOldestFirst: boolean;
  readonly page: number;
}

/** One answer of the search: records as they came, and how many Descope counts in all, where it says so. */
export interface AuditPage {
  readonly records: readonly AuditRecord[];
  readonly total: number | undefined;
}

/** Searches the audit log once. Ten searches a minute are sent, whoever of this process asks. */
export type SearchAudit = (query: AuditQuery, call?: CallOptions) => Promise<AuditPage>;

export interface AuditCalls {
  readonly searchAudit: SearchAudit;
}

/** The most records that Descope gives in one answer. */
export const auditPageSize = 1_000;
/** How far back Descope's log can be searched. */
export const auditReachMs = 30 * 86_400_000;

export const auditEndpoint = {
  method: 'POST',
  path: '/v1/mgmt/audit/search',
  effect: 'read',
  answers: 'list',
  bucket: 'audit',
} as const satisfies ListEndpoint;

export function createAuditCalls(http: Pick<HttpClient, 'read'>): AuditCalls {
  return {
    searchAudit: async (query, call) => {
      let page: AuditPage = { records: [], total: undefined };
      const parse = (body: Uint8Array): void => {
        page = decodePage(parseJson(body));
      };
      await http.read(auditEndpoint, { json: toRequest(query), parse }, call);
      return page;
    },
  };
}

/** Times are 64-bit numbers, which travel as text. */
function toRequest({ fromMs, toMs, isOldestFirst, page, ...filter }: AuditQuery): JsonObject {
  return {
    ...filter,
    from: String(fromMs),
    to: String(toMs),
    size: auditPageSize,
    page,
    ...(isOldestFirst && { oldestFirst: true }),
  };
}

function decodePage(json: unknown): AuditPage {
  const answer = answerObject(auditEndpoint, json);
  const decode = rowDecoder(auditEndpoint, 'audits', decodeRecord, (row) => named('audit record', row['ID']));
  try {
    return { records: listIn(auditEndpoint, answer, 'audits').map(decode), total: integer(answer, 'total') };
  } catch (thrown) {
    throw thrown instanceof DecodeError ? shapeError(auditEndpoint, thrown.message) : thrown;
  }
}

function decodeRecord(row: JsonObject): AuditRecord {
  const occurredMs = integer(row, 'occurred');
  if (occurredMs === undefined) {
    throw new DecodeError('"occurred" is missing');
  }
  const record = {
    action: identity(row, 'action'),
    occurredMs,
    userId: optionalIdentity(row, 'userId'),
    tenantIds: texts(row, 'tenants'),
    actorId: text(row, 'actorId'),
    data: object(row, 'data'),
  };
  return { id: optionalIdentity(row, 'ID') || optionalIdentity(row, 'id') || idOf(record), ...record };
}

/** For a record without an id: what it says stands for it. */
function idOf({ occurredMs, action, userId, actorId }: Omit<AuditRecord, 'id'>): string {
  const said = JSON.stringify([occurredMs, action, userId, actorId]);
  return `-${createHash('sha256').update(said).digest('base64url').slice(0, 24)}`;
}
