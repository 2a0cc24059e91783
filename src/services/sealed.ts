import type { Recipients, Sealed } from '../encryption/recipients.ts';
import type { NewSecret } from '../provisioning/rotation.ts';

/** The one place where a new secret becomes bytes: they are zero as soon as they are sealed. */
export async function sealed(recipients: Recipients | undefined, secret: NewSecret | undefined): Promise<Sealed[]> {
  if (recipients === undefined || secret === undefined) {
    return [];
  }
  const { name, description, value } = secret;
  return [...(await recipients.seal([{ name, description, schema: '', bytes: Buffer.from(value.reveal(), 'utf8') }]))];
}
