import { printable } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import { requiredText } from '../model/requests.ts';
import { findKeyId } from '../provisioning/find-key.ts';
import { usualPassword } from '../provisioning/random-password.ts';
import type { Rotated } from '../provisioning/rotation.ts';
import { rotateCredential } from '../provisioning/rotations.ts';
import type { CommandContext } from './command-context.ts';
import type { OneShotCall } from './one-shot-operations.ts';
import { keyInWords } from './key-words.ts';
import { confirmed, type OperationFlags, withProvisioner } from './operation.ts';
import { printSecret } from './print-secret.ts';
import { type SecretFlags, secretTeller } from './secret-output.ts';
import { writeLines } from './write-lines.ts';

/** `key rotate`: finds the key, asks, rotates, and tells the new secret as it was asked for. */
export async function rotateKeyAsked(
  asked: string,
  flags: OperationFlags & SecretFlags,
  context: Pick<CommandContext, 'env' | 'signal' | 'print'>,
): Promise<void> {
  const { signal } = context;
  const key = requiredText(asked, 'the key');
  const teller = await secretTeller(flags);
  const rotated = await withProvisioner(flags, context, ({ client, provisioner }) =>
    rotateCredential(
      provisioner,
      { typeId: 'access_key', id: key },
      async () => {
        const id = await findKeyId(client, key, { signal });
        await confirmed(
          async () => `Rotate ${await keyInWords(client, id, signal)}: its old secret is dead at once`,
          flags,
          signal,
        );
        return { resource: { typeId: 'access_key', id }, ask: usualPassword };
      },
      signal,
    ),
  );
  await printRotated(rotated, teller, flags, context);
}

/** `--rotate-credentials` and `--rotate-credentials-type`, as every Baton connector takes them: by id, and without a question. */
export async function rotateAsked({ asked, options, context }: OneShotCall): Promise<void> {
  const { rotateCredentials: id = '', rotateCredentialsType: typeId, recipient } = asked;
  if (typeId === undefined || typeId === '') {
    throw new ConnectorError('config', '--rotate-credentials needs --rotate-credentials-type, such as access_key');
  }
  const flags = { ...options, needsProvisioning: true };
  const secretFlags = { ...(recipient !== undefined && { recipient }), ...(asked.reveal === true && { reveal: true }) };
  const teller = await secretTeller(secretFlags);
  const resource = { typeId, id: requiredText(id, '--rotate-credentials') };
  const rotated = await withProvisioner(flags, context, ({ provisioner, checkProvisioning }) => {
    const read = (): { readonly resource: typeof resource; readonly ask: typeof usualPassword } => {
      checkProvisioning();
      return { resource, ask: usualPassword };
    };
    return rotateCredential(provisioner, resource, read, context.signal);
  });
  await printRotated(rotated, teller, flags, context);
}

async function printRotated(
  rotated: Rotated,
  teller: Awaited<ReturnType<typeof secretTeller>>,
  flags: OperationFlags,
  { print }: Pick<CommandContext, 'print'>,
): Promise<void> {
  await printSecret(
    { sentences: sentencesOf(rotated), line: lineOf(rotated), secret: rotated.secret },
    { teller, flags, print },
  );
}

function sentencesOf({ outcome, resource, noun, record, warning, writes }: Rotated): readonly string[] {
  const { name = '', login = '' } = record ?? {};
  const who = printable(
    name === '' ? resource.id : `${name}${login === '' || login === name ? '' : ` <${login}>`} (${resource.id})`,
  );
  return outcome === 'planned'
    ? [`Nothing was sent. To rotate the credentials of ${noun} ${who}, this would be:`, ...writes.flatMap(writeLines)]
    : [`The ${noun} ${who} has a new secret, which is told this once; ${warning}.`];
}

/** The outcome for a script. */
function lineOf({ outcome, resource, record, warning, writes, requestId }: Rotated): object {
  return {
    operation: 'rotate',
    outcome,
    resource: `${resource.typeId}:${resource.id}`,
    name: record?.name ?? '',
    login: record?.login ?? '',
    warning,
    writes,
    requestId,
  };
}
