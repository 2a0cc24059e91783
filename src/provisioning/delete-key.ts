import { toSwitchKeyRequest } from '../descope/access-key-calls.ts';
import { printable } from '../printable.ts';
import { idleWord } from './access-key.ts';
import type { DeletableType } from './deletion.ts';
import { planned } from './record-work.ts';

/** An access key is two resources, what acts and its secret: deleting either deletes both. */
function deletable(typeId: 'access_key' | 'access_key_secret', other: string): DeletableType {
  return {
    typeId,
    turnTypeId: 'access_key',
    noun: 'access key',
    sample: () => [toSwitchKeyRequest('any', 'delete')],
    load: async (id, { client }, call) => {
      const key = await client.loadKey(id, call);
      return key && { name: key.name || key.id, login: '', status: idleWord(key) ?? 'active' };
    },
    steps: (id, _record, { client }) => [
      {
        name: `delete access key ${printable(id)}`,
        request: planned(toSwitchKeyRequest(id, 'delete')),
        send: (call) => client.switchKey(id, 'delete', call),
        isDone: (record) => record === undefined,
      },
    ],
    alsoDeleted: (id) => [{ typeId: other, id }],
  };
}

export const deletableKey = deletable('access_key', 'access_key_secret');
export const deletableKeySecret = deletable('access_key_secret', 'access_key');
