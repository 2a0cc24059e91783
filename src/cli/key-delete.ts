import { requiredText } from '../model/requests.ts';
import { deleteResource } from '../provisioning/deletions.ts';
import { findKeyId } from '../provisioning/find-key.ts';
import { tellDeleted } from './account-delete.ts';
import type { CommandContext } from './command-context.ts';
import { keyInWords } from './key-words.ts';
import { confirmed, type OperationFlags, withProvisioner } from './operation.ts';

/** `key delete`: finds the key, asks, deletes, and says what is so now. */
export async function deleteKeyAsked(
  asked: string,
  flags: OperationFlags,
  context: Pick<CommandContext, 'env' | 'signal' | 'print'>,
): Promise<void> {
  const { signal } = context;
  const key = requiredText(asked, 'the key');
  const deleted = await withProvisioner(flags, context, ({ client, provisioner }) =>
    deleteResource(
      provisioner,
      { typeId: 'access_key', id: key },
      async () => {
        const id = await findKeyId(client, key, { signal });
        await confirmed(async () => `Delete ${await keyInWords(client, id, signal)}`, flags, signal);
        return { typeId: 'access_key', id };
      },
      signal,
    ),
  );
  tellDeleted(deleted, flags, context);
}
