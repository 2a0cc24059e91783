import { ConnectorError } from '../errors.ts';
import { answerObject } from './answer-shape.ts';
import { type Consent, consentList } from './consents.ts';
import type { CallOptions } from './http/call.ts';
import { endpointLabel, type WriteEndpoint } from './http/endpoint.ts';
import type { HttpClient } from './http/http-client.ts';
import { readPagedList } from './paged-list.ts';
import { type Unanswered, unansweredOf } from './write-outcome.ts';

/** The calls that take consents back: one passes over those of tenants, the other over those of users. */
export const consentWriteEndpoints = {
  deleteUserConsents: {
    method: 'POST',
    path: '/v1/mgmt/thirdparty/consents/delete',
    effect: 'write',
    answers: 'one',
    bucket: 'general',
  },
  deleteTenantConsents: {
    method: 'POST',
    path: '/v1/mgmt/thirdparty/consents/delete/tenant',
    effect: 'write',
    answers: 'one',
    bucket: 'general',
  },
} as const satisfies Record<string, WriteEndpoint>;

/** Who consented: a user for himself, or a tenant for its users. */
export interface ConsentHolder {
  readonly kind: 'user' | 'tenant';
  readonly id: string;
}

/** How one deletion ended. `accepted`: Descope said yes, and nothing of what is left. */
export type ConsentOutcome = { readonly kind: 'accepted' } | Unanswered;

export interface ConsentCalls {
  /** All consents of one holder to one app, those that are over included; proved to be all as every list in pages is. */
  findConsents(appId: string, holder: ConsentHolder, call?: CallOptions): Promise<readonly Consent[]>;
  /** Sends the deletion of one consent, once. Whether it is gone, only a search tells. */
  deleteConsent(kind: ConsentHolder['kind'], consentId: string, call?: CallOptions): Promise<ConsentOutcome>;
}

/** The request of a deletion. It names the consent and nothing else: what several criteria mean together is not known. */
export function toDeleteRequest(
  kind: ConsentHolder['kind'],
  consentId: string,
): { readonly endpoint: WriteEndpoint; readonly json: Readonly<Record<string, unknown>> } {
  const { deleteUserConsents, deleteTenantConsents } = consentWriteEndpoints;
  return { endpoint: kind === 'user' ? deleteUserConsents : deleteTenantConsents, json: { consentIds: [consentId] } };
}

/** Whether a consent is exactly this holder's: one that a user gave inside a tenant is not the tenant's. */
export function isConsentOf({ userId, tenantId }: Consent, { kind, id }: ConsentHolder): boolean {
  return kind === 'user' ? userId === id : userId === '' && tenantId === id;
}

export function createConsentCalls(http: HttpClient): ConsentCalls {
  return {
    findConsents: async (appId, holder, call) => {
      const criteria = { appId, [holder.kind === 'user' ? 'userId' : 'tenantId']: holder.id };
      const list = { ...consentList, pages: { ...consentList.pages, criteria } };
      const found = await readPagedList(http, list, { ...call, onNotOffered: failNotOffered });
      return found.filter((consent) => consent.appId === appId && isConsentOf(consent, holder));
    },
    deleteConsent: async (kind, consentId, call) => {
      const { endpoint, json } = toDeleteRequest(kind, consentId);
      try {
        answerObject(endpoint, (await http.write(endpoint, { json }, call)).json);
        return { kind: 'accepted' };
      } catch (thrown) {
        return unansweredOf(thrown);
      }
    },
  };
}

/** A deployment without the call tells nothing about anybody's consents: nobody must take that for "none". */
function failNotOffered(): never {
  const endpoint = endpointLabel(consentList.endpoint);
  throw new ConnectorError(
    'upstream-contract',
    `this deployment of Descope does not tell who consented to third-party apps (${endpoint} answers 404)`,
    { endpoint, status: 404 },
  );
}
