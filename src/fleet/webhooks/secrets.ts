import { ConnectorError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import type { KeyPlace } from '../schema.ts';
import { secretText, type SecretSource } from '../secret-text.ts';

/** As Standard Webhooks has them: 24 to 64 bytes in base64. */
const form = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

/** The secrets of a webhook: one, or several with blanks or line ends between while a receiver changes its own. */
export async function readSecrets(place: KeyPlace, about: Omit<SecretSource, 'what'>): Promise<readonly Secret[]> {
  const words = (await secretText(place, { ...about, what: 'the secret of a webhook' })).split(/\s+/);
  if (words.length > 5 || words.some((word) => !form.test(word))) {
    throw new ConnectorError(
      'config',
      `${about.source}: should be a secret such as "whsec_" with 24 to 64 bytes in base64 behind it; what was read is not shown`,
    );
  }
  return words.map((word) => new Secret(word));
}
