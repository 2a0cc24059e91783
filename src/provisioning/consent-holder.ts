import { type ConsentHolder, toDeleteRequest } from '../descope/consent-calls.ts';
import type { Consent } from '../descope/consents.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { compare } from '../model/order.ts';
import type { PrincipalClient, PrincipalRecord, PrincipalType } from './principal.ts';
import type { HeldConsent } from './shown.ts';
import { toUserRecord, userPrincipal } from './user.ts';

type Holds = Pick<PrincipalType, 'typeId' | 'noun' | 'oneOf' | 'idForm' | 'canBeId'>;

/** Users, as far as their own consents to one third-party app go. */
export const consentingUser = consentHolder('user', userPrincipal);

/** Tenants, as far as the consents go that were given for all of their users. */
export const consentingTenant = consentHolder('tenant', {
  typeId: 'tenant',
  noun: 'tenant',
  oneOf: 'a tenant',
  idForm: 'ids of tenants have no form',
  canBeId: () => true,
});

/** `about` names the app: a principal's consents to one app are what a change of them sees and touches. */
function consentHolder(kind: ConsentHolder['kind'], words: Holds, appId = ''): PrincipalType {
  const { typeId, noun, oneOf, idForm, canBeId } = words;
  return {
    typeId,
    noun,
    oneOf,
    idForm,
    canBeId,
    canHold: ['consent'],
    readsBack: true,
    about: (resourceId) => consentHolder(kind, words, resourceId),
    load: (client, id, call) => (kind === 'user' ? loadUser : loadTenant)(client, appId, id, call),
    toRequest: ({ step }) => toDeleteRequest(kind, step.consentId ?? ''),
    write: (client, { step }, call) => client.deleteConsent(kind, step.consentId ?? '', call),
  };
}

const unnamed: PrincipalRecord = { name: '', login: '', roleNames: [], userTenants: [] };

/** A user who is gone, and whose consents are not, is there as far as these go. */
async function loadUser(
  client: PrincipalClient,
  appId: string,
  id: string,
  call: CallOptions,
): Promise<PrincipalRecord | undefined> {
  const [consents, user] = await Promise.all([
    heldConsents(client, appId, { kind: 'user', id }, call),
    client.loadForWrite(id, call),
  ]);
  if (user === undefined) {
    return consents.length === 0 ? undefined : { ...unnamed, consents };
  }
  const { name, login, loginIds = [] } = toUserRecord(user);
  return { ...unnamed, name, login, loginIds, consents };
}

/** Whether the tenant itself is there says nothing about its consents. */
async function loadTenant(
  client: PrincipalClient,
  appId: string,
  id: string,
  call: CallOptions,
): Promise<PrincipalRecord> {
  return { ...unnamed, consents: await heldConsents(client, appId, { kind: 'tenant', id }, call) };
}

async function heldConsents(
  client: PrincipalClient,
  appId: string,
  holder: ConsentHolder,
  call: CallOptions,
): Promise<NonNullable<PrincipalRecord['consents']>> {
  const found = await client.findConsents(appId, holder, call);
  return found.map((consent) => toHeld(consent, holder.kind)).toSorted((one, other) => compare(one.id, other.id));
}

function toHeld({ id, scopes, tenantId, expireTime }: Consent, kind: ConsentHolder['kind']): HeldConsent {
  return {
    id,
    scopes,
    ...(kind === 'user' && tenantId !== '' && { tenantId }),
    ...(expireTime !== 0 && expireTime * 1000 <= Date.now() && { isOver: true as const }),
  };
}
