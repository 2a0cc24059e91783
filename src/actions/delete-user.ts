import { printable } from '../printable.ts';
import { deleteResource } from '../provisioning/deletions.ts';
import type { Action } from './action.ts';
import { textArgument } from './arguments.ts';
import { message, userId } from './user-action.ts';

export const deleteUser: Action = {
  words: {
    name: 'delete',
    displayName: 'Delete user',
    description:
      'Deletes the user with all that the user holds, for good. A user who is not there is deleted already. disable_user can be undone.',
    resourceTypeId: 'user',
    kinds: ['resource-delete'],
    arguments: [userId],
    results: [message],
  },
  operation: 'delete',
  cannotUndo: 'the user is gone for good, with all that the user holds',
  run: async ({ args, provisioner, attempted, signal }) => {
    const asked = { typeId: 'user', id: textArgument(args, userId.name) };
    const deleted = await deleteResource(provisioner, asked, () => asked, signal);
    attempted(deleted);
    const { outcome, record } = deleted;
    const who = `user ${printable(record === undefined || record.name === '' ? asked.id : record.name)}`;
    const words = {
      planned: 'would be deleted',
      deleted: 'is deleted',
      'already-deleted': 'is not there: nothing was sent',
    };
    return { message: `${who} ${words[outcome]}` };
  },
};
