import { type KeyWithSecret, toRotateKeyRequest } from '../descope/access-key-calls.ts';
import type { AccessKey } from '../descope/access-keys.ts';
import { ConnectorError, isKind } from '../errors.ts';
import { printable } from '../printable.ts';
import { fixed, idleWord } from './access-key.ts';
import { planned } from './record-work.ts';
import type { RotatableRecord, RotatableType } from './rotation.ts';

/**
 * Access keys: Descope gives the key a new secret in place. Its id, roles, tenants and end stay, and the old secret is
 * dead at once. Nothing shows afterwards that it happened but the new secret itself, which is told once: a rotation whose
 * answer is lost is never a success, and never sent twice.
 */
export const rotatableKey: RotatableType = {
  typeId: 'access_key',
  noun: 'access key',
  sample: () => [toRotateKeyRequest('any')],
  warning: 'the old secret is dead at once, and whoever still uses it is locked out',
  parts: (id, _ask, { client }) => {
    const described = `access key ${printable(id)}`;
    let made: KeyWithSecret | undefined;
    return {
      look: async (call) => {
        try {
          return toRecord(await client.loadKey(id, call));
        } catch (thrown) {
          // The new secret came: that is what shows the rotation. It must not be lost because a look fails.
          if (made !== undefined && thrown instanceof ConnectorError && !isKind(thrown, 'cancelled')) {
            return toRecord(made.key);
          }
          throw thrown;
        }
      },
      check: (record, isSent) => checkUsable(record, described, isSent),
      step: () => ({
        name: `rotate ${described}`,
        request: planned(toRotateKeyRequest(id)),
        mostSends: 1,
        send: async (call) => {
          const outcome = await client.rotateKey(id, call);
          if (outcome.kind === 'answered') {
            made = outcome;
          }
          return outcome;
        },
        isDone: (record) => made !== undefined && record?.status === 'active',
      }),
      secret: () => made && { name: 'secret', description: `the secret of ${described}`, value: made.secret },
      lost: 'the old secret may be dead and the new one is lost: rotate the key again to have one that works',
    };
  },
};

function toRecord(key: AccessKey | undefined): RotatableRecord | undefined {
  return (
    key && {
      name: key.name,
      login: '',
      status: idleWord(key) ?? 'active',
      ...(key.isEditable === false && { fixed }),
    }
  );
}

function checkUsable(record: RotatableRecord | undefined, described: string, isSent: boolean): void {
  if (record === undefined) {
    throw isSent
      ? new ConnectorError(
          'inconsistent',
          `${described} was deleted while it was rotated: its new secret opens nothing`,
        )
      : new ConnectorError('not-found', `there is no ${described}: look the id up in Descope`);
  }
  if (record.fixed !== undefined && !isSent) {
    throw new ConnectorError('refused', `${described} ${record.fixed}`);
  }
  const status = printable(record.status);
  if (record.status !== 'active') {
    throw isSent
      ? new ConnectorError(
          'inconsistent',
          `${described} became ${status} while it was rotated: activate it, then rotate it again`,
        )
      : new ConnectorError(
          'precondition',
          `${described} is ${status}, and only an active key that has not expired can be rotated: ` +
            (record.status === 'expired' ? 'make a new one' : 'activate it first'),
        );
  }
}
