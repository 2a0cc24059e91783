import { rulesBy } from '../access/privileged.ts';
import { toSwitchKeyRequest } from '../descope/access-key-calls.ts';
import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import { roleList } from '../descope/roles.ts';
import { toDeleteUserRequest } from '../descope/users/user-lifecycle.ts';
import { ConnectorError } from '../errors.ts';
import { nameOfUser } from '../model/names.ts';
import { printable } from '../printable.ts';
import { idleWord } from './access-key.ts';
import type { DeletableRecord, DeletableType } from './deletion.ts';
import { planned, type RecordStep } from './record-work.ts';

type UserStep = RecordStep<DeletableRecord | undefined>;

/** Users: deleted by their user id, whatever else is called like it. The keys that are bound to one are switched off first. */
export const deletableUser: DeletableType = {
  typeId: 'user',
  noun: 'user',
  sample: () => [toDeleteUserRequest('any'), toSwitchKeyRequest('any', 'deactivate')],
  load: async (id, { client }, call) => {
    const user = await client.loadForWrite(id, call);
    if (user === undefined) {
      return undefined;
    }
    const [keys, roles] = await Promise.all([client.readList(accessKeyList, call), client.readList(roleList, call)]);
    return {
      name: nameOfUser(user),
      login: user.loginIds[0] ?? '',
      status: user.status,
      boundKeys: keys.filter((key) => key.boundUserId === id && canBeUsed(key)).map((key) => key.id),
      rulesBy: rulesBy(user, roles),
    };
  },
  steps: (id, record, { client, allowPrivilegedDelete = false }) => {
    checkPrivilege(id, record, allowPrivilegedDelete);
    const deletion: UserStep = {
      name: `delete user ${printable(id)}`,
      request: planned(toDeleteUserRequest(id)),
      send: (call) => client.deleteUser(id, call),
      isDone: (seen) => seen === undefined,
    };
    const [first, ...others] = (record.boundKeys ?? []).map((keyId): UserStep => ({
      name: `deactivate access key ${printable(keyId)}`,
      request: planned(toSwitchKeyRequest(keyId, 'deactivate')),
      send: (call) => client.switchKey(keyId, 'deactivate', call),
      isDone: (seen) => seen?.boundKeys?.includes(keyId) !== true,
    }));
    return first === undefined ? [deletion] : [first, ...others, deletion];
  },
};

function canBeUsed(key: AccessKey): boolean {
  return !['inactive', 'expired'].includes(idleWord(key) ?? 'active');
}

/** Who rules over others may be the last who does. */
function checkPrivilege(id: string, { rulesBy: powers = [] }: DeletableRecord, isAllowed: boolean): void {
  if (powers.length > 0 && !isAllowed) {
    throw new ConnectorError(
      'precondition',
      `user ${printable(id)} rules over others (${powers.slice(0, 5).map(printable).join(', ')}): deleting such a user ` +
        'needs --allow-privileged-delete, or take that away first',
    );
  }
}
