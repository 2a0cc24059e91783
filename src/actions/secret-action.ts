import type { JsonObject } from '@bufbuild/protobuf';
import { readTextRecipients, type Recipients } from '../encryption/recipients.ts';
import { sealedText } from '../encryption/sealed-text.ts';
import { ConnectorError } from '../errors.ts';
import type { ResourceRef } from '../model/ids.ts';
import type { ActionField } from '../model/action-schema.ts';
import { usualPassword } from '../provisioning/random-password.ts';
import type { Rotated } from '../provisioning/rotation.ts';
import { rotateCredential } from '../provisioning/rotations.ts';
import type { ActionCall } from './action.ts';

/** The argument that names who may read the new secret: the protocol's request for an action has no place for them. */
export const recipients: ActionField = {
  name: 'recipients',
  displayName: 'Recipients',
  description:
    'For whom the new secret is encrypted: age recipients (age1...) or JSON Web Keys, as text. Without any, nothing is done.',
  type: 'texts',
  isRequired: true,
  maxLength: 4096,
};

/** The result that has the secret: it is nowhere in the clear. */
export const encrypted: ActionField = {
  name: 'encrypted',
  displayName: 'Encrypted secret',
  description:
    'For each recipient, in their order: an age file as text, or the base64 text for a JSON Web Key. Told this once.',
  type: 'texts',
};

/** Throws `invalid` unless the secret can be encrypted for each recipient of a call. */
export async function checkRecipients(args: JsonObject): Promise<void> {
  await recipientsOf(args);
}

/** Gives a user or a key a new secret; the answer has it for the recipients alone. */
export async function rotatedFor(
  { args, provisioner, attempted, signal }: ActionCall,
  resource: ResourceRef,
  told: (rotated: Rotated) => string,
): Promise<JsonObject> {
  const readers = await recipientsOf(args);
  const ask = usualPassword;
  const rotated = await rotateCredential(provisioner, resource, () => ({ resource, ask }), signal);
  attempted(rotated);
  const { secret } = rotated;
  if (secret === undefined) {
    return { message: told(rotated) };
  }
  const { name, description, value } = secret;
  const bytes = Buffer.from(value.reveal(), 'utf8');
  const sealed = await readers.seal([{ name, description, schema: '', bytes }]);
  return { message: told(rotated), encrypted: sealed.map(sealedText) };
}

async function recipientsOf(args: JsonObject): Promise<Recipients> {
  const given = args[recipients.name];
  const texts = Array.isArray(given) ? given.filter((text) => typeof text === 'string') : [];
  if (texts.length === 0) {
    throw new ConnectorError('invalid', 'recipients is empty: name at least one, or nobody could read the new secret');
  }
  return await readTextRecipients(texts, (at, why) => new ConnectorError('invalid', `recipients[${at}]: ${why}`));
}
