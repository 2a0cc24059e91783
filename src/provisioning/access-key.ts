import type { Holder } from '../access/holding.ts';
import { type KeyChange, toUpdateRequest } from '../descope/access-key-calls.ts';
import type { AccessKey } from '../descope/access-keys.ts';
import { ConnectorError } from '../errors.ts';
import { isValidTimestamp } from '../model/time.ts';
import { printable } from '../printable.ts';
import { afterSteps } from './after-steps.ts';
import type { PrincipalRecord, PrincipalType, StepWrite } from './principal.ts';

/** Access keys that are bound to no user: a write replaces the whole list of its roles, or that of its tenants. */
export const accessKeyPrincipal: PrincipalType = {
  typeId: 'access_key',
  noun: 'access key',
  oneOf: 'an access key',
  canHold: ['membership', 'role'],
  idForm: 'ids of access keys are a "K" with letters and digits',
  canBeId: (text) => /^K[0-9A-Za-z]+$/.test(text),
  replacesLists: true,
  load: async (client, id, call) => {
    const key = await client.loadKey(id, call);
    return key && toRecord(key);
  },
  refusalOf: (operation, id, { actsAs }) =>
    actsAs === undefined
      ? undefined
      : new ConnectorError(
          'refused',
          `access key ${printable(id)} is bound to user ${printable(actsAs)} and acts with that user's roles, its ` +
            `own are ignored: ${operation === 'grant' ? 'grant it to the user, or, where there is no such user any more, to a key that is bound to nobody' : 'revoke it from the user'}`,
        ),
  toRequest: (write) => ({
    ...toUpdateRequest(toKeyChange(write, afterSteps(write.record, [write.step]))),
    replaces: toKeyChange(write, write.record).lists,
  }),
  write: async (client, write, call) => {
    const after = afterSteps(write.record, [write.step]);
    const outcome = await client.updateKey(toKeyChange(write, after), call);
    if (outcome.kind === 'answered') {
      return { kind: 'answered', record: toRecord(outcome.key) };
    }
    return outcome.kind === 'refused' ? { ...outcome, error: explained(outcome.error, after) } : outcome;
  },
};

/** Why a key that Descope marks as not editable is left alone, after the name of the key. */
export const fixed =
  'is marked as not editable by Descope, which manages such keys itself, as those of SCIM, and refuses ' +
  'changes of them: see the Descope console';

/** The list that a step is about, as a record shows it. The other one is not sent, so that it is kept. */
function toKeyChange(
  { id, step, record: { name } }: StepWrite,
  { roleNames, userTenants }: Pick<PrincipalRecord, 'roleNames' | 'userTenants'>,
): KeyChange {
  return { id, name, lists: step.tenantId === '' ? { roleNames } : { keyTenants: userTenants } };
}

/** Whether Descope allows a key both is not documented: where it refuses, that is the likely reason. */
function explained(error: ConnectorError, { roleNames, userTenants }: Holder): ConnectorError {
  return error.kind === 'invalid' && roleNames.length > 0 && userTenants.length > 0
    ? new ConnectorError(
        error.kind,
        `${error.message}; the key would have roles of the project as well as tenants, which Descope may not ` +
          'allow one key: make another key for the one or the other',
        error.facts,
      )
    : error;
}

/** Why a key cannot be used now, in one word such as "expired"; undefined where it can. */
export function idleWord({ status, expireTime }: Pick<AccessKey, 'status' | 'expireTime'>): string | undefined {
  const isExpired = expireTime !== undefined && isValidTimestamp(expireTime) && expireTime * 1000 <= Date.now();
  const word = isExpired ? 'expired' : status.toWellFormed();
  return word === 'active' ? undefined : word;
}

function toRecord(key: AccessKey): PrincipalRecord {
  const { name, boundUserId, roleNames, keyTenants, isEditable } = key;
  const idle = idleWord(key);
  return {
    roleNames,
    userTenants: keyTenants,
    name,
    login: '',
    ...(boundUserId !== '' && { actsAs: boundUserId }),
    ...(isEditable === false && { fixed }),
    ...(idle !== undefined && { idle }),
  };
}
