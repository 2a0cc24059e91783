import { toDeleteUserRequest } from '../descope/users/user-lifecycle.ts';
import { nameOfUser } from '../model/names.ts';
import { printable } from '../printable.ts';
import type { DeletableType } from './deletion.ts';
import { planned } from './record-work.ts';

/** Users: deleted by their user id, whatever else is called like it. What they held is gone with them. */
export const deletableUser: DeletableType = {
  typeId: 'user',
  noun: 'user',
  sample: () => [toDeleteUserRequest('any')],
  load: async (id, { client }, call) => {
    const user = await client.loadForWrite(id, call);
    return user && { name: nameOfUser(user), login: user.loginIds[0] ?? '', status: user.status };
  },
  steps: (id, _record, { client }) => [
    {
      name: `delete user ${printable(id)}`,
      request: planned(toDeleteUserRequest(id)),
      send: (call) => client.deleteUser(id, call),
      isDone: (record) => record === undefined,
    },
  ],
};
