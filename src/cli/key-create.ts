import { randomUUID } from 'node:crypto';
import { printable } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import { requiredText } from '../model/requests.ts';
import { rfc3339OfSeconds } from '../model/time.ts';
import { findUserId } from '../provisioning/find-user.ts';
import type { Issued } from '../provisioning/issue-key.ts';
import { expireTimeOf, issueKey, requestIdForm } from '../provisioning/issuing.ts';
import type { CommandContext } from './command-context.ts';
import { type OperationFlags, withProvisioner } from './operation.ts';
import { printSecret } from './print-secret.ts';
import { type SecretFlags, secretTeller } from './secret-output.ts';
import { writeLines } from './write-lines.ts';

export type CreateKeyFlags = OperationFlags &
  SecretFlags & { readonly expiresInDays?: string; readonly requestId?: string };

/** `key create`: finds the user, makes the key, and tells its secret as it was asked for. */
export async function createKeyAsked(
  asked: string,
  flags: CreateKeyFlags,
  context: Pick<CommandContext, 'env' | 'signal' | 'print'>,
): Promise<void> {
  const { signal } = context;
  const user = requiredText(asked, 'the user');
  const { expiresInDays = '90', requestId = randomUUID() } = flags;
  if (!requestIdForm.test(requestId)) {
    throw new ConnectorError('config', '--request-id must be 1 to 128 letters, digits, "_" or "-"');
  }
  if (!/^[1-9]\d{0,2}$/.test(expiresInDays) || Number(expiresInDays) > 365) {
    throw new ConnectorError('config', '--expires-in-days must be a whole number from 1 to 365');
  }
  const teller = await secretTeller(flags);
  const issued = await withProvisioner(flags, context, ({ client, provisioner }) =>
    issueKey(
      provisioner,
      { typeId: 'user', id: user },
      async () => ({
        resource: { typeId: 'user', id: await findUserId(client, user, { signal }) },
        request: requestId,
        expireTime: expireTimeOf(Date.now() + Number(expiresInDays) * 86_400_000),
      }),
      signal,
    ),
  );
  await printSecret(
    {
      sentences: sentencesOf(issued),
      line: lineOf(issued, requestId),
      secret: issued.made?.secret,
    },
    { teller, flags, print: context.print },
  );
}

function sentencesOf({ user, made, expireTime, writes }: Issued): readonly string[] {
  const who = printable(user.login === '' ? user.id : `${user.name} <${user.login}> (${user.id})`);
  const until = rfc3339OfSeconds(expireTime);
  return made === undefined
    ? [`Nothing was sent. To make a key for ${who} until ${until}, this would be:`, ...writes.flatMap(writeLines)]
    : [`Access key ${printable(made.key.id)} is bound to ${who}, and ends at ${until}. Its secret is told this once.`];
}

function lineOf({ outcome, user, made, expireTime, writes, requestId: ours }: Issued, request: string): object {
  return {
    operation: 'issue',
    outcome,
    resource: `user:${user.id}`,
    name: user.name,
    login: user.login,
    ...(made !== undefined && { key: made.key.id }),
    expires: rfc3339OfSeconds(expireTime),
    request,
    writes,
    requestId: ours,
  };
}
