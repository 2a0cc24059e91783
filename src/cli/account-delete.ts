import { printable, printableJson } from '../answers/printable.ts';
import type { DescopeClient } from '../descope/client.ts';
import { ConnectorError } from '../errors.ts';
import type { ResourceRef } from '../model/ids.ts';
import { nameOfUser } from '../model/names.ts';
import { requiredText } from '../model/requests.ts';
import type { Deleted } from '../provisioning/deletion.ts';
import { deleteResource } from '../provisioning/deletions.ts';
import { findUserId } from '../provisioning/find-user.ts';
import { personText } from './account-words.ts';
import type { CommandContext } from './command-context.ts';
import type { OneShotCall } from './one-shot-operations.ts';
import { confirmed, type OperationFlags, withProvisioner } from './operation.ts';
import { prose } from './results.ts';
import { writeLines } from './write-lines.ts';

/** `account delete`: finds the user, asks, deletes, and says what is so now. */
export async function deleteUserAsked(
  asked: string,
  flags: OperationFlags,
  context: Pick<CommandContext, 'env' | 'signal' | 'print'>,
): Promise<void> {
  const { signal } = context;
  const user = requiredText(asked, 'the user');
  const deleted = await withProvisioner(flags, context, ({ client, provisioner }) =>
    deleteResource(
      provisioner,
      { typeId: 'user', id: user },
      async () => {
        const id = await findUserId(client, user, { signal });
        await confirmed(async () => `Delete ${await nameFor(client, id, signal)}`, flags, signal);
        return { typeId: 'user', id };
      },
      signal,
    ),
  );
  tellDeleted(deleted, flags, context);
}

/** `--delete-resource` and `--delete-resource-type`, as every Baton connector takes them: by id, and without a question. */
export async function deleteAsked({ asked, options, context }: OneShotCall): Promise<void> {
  const { deleteResource: id = '', deleteResourceType: typeId } = asked;
  if (typeId === undefined || typeId === '') {
    throw new ConnectorError('config', '--delete-resource needs --delete-resource-type, such as user');
  }
  const flags = { ...options, needsProvisioning: true };
  const resource: ResourceRef = { typeId, id: requiredText(id, '--delete-resource') };
  const deleted = await withProvisioner(flags, context, ({ provisioner, checkProvisioning }) => {
    const find = (): ResourceRef => {
      checkProvisioning();
      return resource;
    };
    return deleteResource(provisioner, resource, find, context.signal);
  });
  tellDeleted(deleted, flags, context);
}

/** Whom a question is about: people share names, so the login and the id stand with it. */
async function nameFor(client: Pick<DescopeClient, 'loadUser'>, id: string, signal: AbortSignal): Promise<string> {
  const user = await client.loadUser(id, { signal });
  return `user ${user === undefined ? printable(id) : personText(nameOfUser(user), user.loginIds[0] ?? '', id)}`;
}

/** Prints how a deletion ended. */
export function tellDeleted(
  deleted: Deleted,
  { json }: OperationFlags,
  { print }: Pick<CommandContext, 'print'>,
): void {
  print(json === true ? printableJson(lineOf(deleted)) : prose(...sentencesOf(deleted)).join('\n'));
}

function sentencesOf({ outcome, resource, noun, record, alsoDeleted, writes }: Deleted): readonly string[] {
  const who = record === undefined ? printable(resource.id) : personText(record.name, record.login, resource.id);
  const keys = record?.boundKeys ?? [];
  const off = keys.map((id) => `Before that, its access key ${printable(id)} was deactivated.`);
  const also = alsoDeleted.map(({ typeId, id }) => `With it went ${typeId} ${printable(id)}.`);
  switch (outcome) {
    case 'deleted':
      return [`The ${noun} ${who} is deleted.`, ...off, ...also];
    case 'already-deleted':
      return [`There is no ${noun} ${who} in the project: nothing sent. Is the id right?`];
    case 'planned':
      return [
        `Nothing was sent. To delete the ${noun} ${who}, ${writes.length === 1 ? 'this' : `these ${writes.length}`} would be:`,
        ...writes.flatMap(writeLines),
      ];
  }
}

/** The outcome for a script. */
function lineOf({ outcome, resource, record, alsoDeleted, writes, requestId }: Deleted): object {
  return {
    operation: 'delete',
    outcome,
    resource: `${resource.typeId}:${resource.id}`,
    name: record?.name ?? '',
    login: record?.login ?? '',
    ...(outcome === 'deleted' && record?.boundKeys?.length && { deactivatedKeys: record.boundKeys }),
    ...(alsoDeleted.length > 0 && { alsoDeleted: alsoDeleted.map(({ typeId, id }) => `${typeId}:${id}`) }),
    writes,
    requestId,
  };
}
