import { type AccessKeyCalls, createAccessKeyCalls } from './access-key-calls.ts';
import { type ConsentCalls, createConsentCalls } from './consent-calls.ts';
import { type AuditCalls, createAuditCalls } from './audit/audit.ts';
import { createLoginHistoryCalls, type LoginHistoryCalls } from './users/login-history.ts';
import type { CallOptions } from './http/call.ts';
import { createHttpClient, type HttpClientOptions } from './http/http-client.ts';
import { readPagedList } from './paged-list.ts';
import { askOfTenant, type TenantAnswer, type TenantCall } from './tenant-call.ts';
import { createPasswordCalls, type PasswordCalls } from './users/passwords.ts';
import { createUserCalls, type UserCalls } from './users/user-calls.ts';
import { createSignInCalls, type SignInCalls } from './users/sign-in.ts';
import { createUserLifecycleCalls, type UserLifecycleCalls } from './users/user-lifecycle.ts';
import { createUserUpdateCalls, type UserUpdateCalls } from './users/user-updates.ts';
import { readWholeList, type WholeList } from './whole-list.ts';

export type DescopeClientOptions = HttpClientOptions;

/** A management key that a client sends. */
export interface OwnKey {
  /** Whether it is the listed key with this id: its text begins with it. It need not show. */
  hasId(this: void, keyId: string): boolean;
}

/**
 * The calls to one Descope project. A list comes whole or the call fails; reads are retried; nothing is kept between
 * calls. Throws ConnectorError only.
 */
export interface DescopeClient
  extends
    UserCalls,
    UserLifecycleCalls,
    UserUpdateCalls,
    SignInCalls,
    PasswordCalls,
    AccessKeyCalls,
    ConsentCalls,
    AuditCalls,
    LoginHistoryCalls {
  readonly projectId: string;
  /** The keys that it sends: the management key, and that of the company where there is another. */
  readonly ownKeys: readonly OwnKey[];
  /** The most searches that are sent in a minute; undefined when there is no pacing. */
  readonly searchesPerMinute: number | undefined;
  /** The same for calls that no other limit is for, such as those about a single tenant. */
  readonly generalPerMinute: number | undefined;
  /** The same for searches of the audit log. */
  readonly auditPerMinute: number | undefined;
  /** Reads all rows of a list. One that a deployment may lack, and does, is empty: `onNotOffered` of the call tells. */
  readList<Row>(list: WholeList<Row>, call?: CallOptions): Promise<readonly Row[]>;
  /** Asks for something of one tenant. */
  readOfTenant<Answer>(
    ofTenant: TenantCall<Answer>,
    tenantId: string,
    call?: CallOptions,
  ): Promise<TenantAnswer<Answer>>;
}

export function createDescopeClient(options: DescopeClientOptions): DescopeClient {
  const http = createHttpClient(options);
  return {
    projectId: options.projectId,
    ownKeys: [options.managementKey, options.companyKey]
      .filter((key) => key !== undefined)
      .map((key) => ({ hasId: (keyId) => key().beginsWith(keyId) })),
    searchesPerMinute: http.searchesPerMinute,
    generalPerMinute: http.generalPerMinute,
    auditPerMinute: http.auditPerMinute,
    ...createUserCalls(http),
    ...createUserLifecycleCalls(http),
    ...createPasswordCalls(http),
    ...createUserUpdateCalls(http),
    ...createSignInCalls(http),
    ...createAccessKeyCalls(http),
    ...createConsentCalls(http),
    ...createAuditCalls(http),
    ...createLoginHistoryCalls(http),
    readList: (list, call) =>
      list.pages === undefined ? readWholeList(http, list, call) : readPagedList(http, list, call),
    readOfTenant: (ofTenant, tenantId, call) => askOfTenant(http, ofTenant, tenantId, call),
  };
}
