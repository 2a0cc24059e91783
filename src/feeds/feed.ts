import type { AuditFilter, AuditRecord } from '../descope/audit/audit.ts';
import type { EntitlementRef, ResourceRef } from '../model/ids.ts';
import type { RoleNames } from './role-names.ts';

/** The ids of the feeds, by their short names. They are a contract. */
export const feedIds = { usage: 'descope_usage_event_feed', change: 'descope_change_event_feed' } as const;
export type FeedId = (typeof feedIds)[keyof typeof feedIds];
export type FeedEventKind = 'usage' | 'resource_change' | 'create_grant' | 'create_revoke';

interface Happened {
  /** The same for the same record, whenever it is read. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly occurredMs: number;
}

/** What a record says, in the words of the protocol. */
export type FeedEvent = Happened &
  (
    | { readonly kind: 'usage'; readonly target: ResourceRef; readonly actor: ResourceRef }
    | { readonly kind: 'resource_change'; readonly resource: ResourceRef }
    | {
        readonly kind: 'create_grant' | 'create_revoke';
        readonly entitlement: EntitlementRef;
        readonly principal: ResourceRef;
      }
  );

/** What a feed may ask while it makes events. */
export interface FeedContext {
  readonly projectId: string;
  /** The roles of the project, read once when a record needs them. */
  readonly roleNames: RoleNames;
  /** Told of each record whose action is on no page of Descope's. */
  readonly onUnknownAction: (action: string) => void;
  /** Told of each login whose record does not say who signed in: it cannot be told as an event. */
  readonly onNamelessLogin: () => void;
}

/** A feed: which records of the audit log it is made of, and which events. */
export interface Feed {
  readonly id: FeedId;
  readonly kinds: readonly FeedEventKind[];
  readonly isOldestFirst: boolean;
  readonly filter: AuditFilter;
  /** Whether a record belongs to it: the filter once more, for a service that does not keep to it. */
  wants(this: void, record: AuditRecord): boolean;
  toEvents(this: void, record: AuditRecord, context: FeedContext): Promise<readonly FeedEvent[]>;
}
