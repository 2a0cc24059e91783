import { ConnectorError } from '../errors.ts';
import type { EncryptedData, EncryptionConfig } from '../model/messages.ts';
import { quoted } from '../printable.ts';
import { ageProvider, jwkProvider, type Plaintext, type Recipient, unusable } from './recipient.ts';

/** A sealed secret, in the shape of the protocol's EncryptedData. */
export type Sealed = Pick<
  EncryptedData,
  'provider' | 'keyId' | 'name' | 'description' | 'schema' | 'encryptedBytes' | 'keyIds'
>;

/** All who are to receive the secrets of one request. */
export interface Recipients {
  /** Each secret for each recipient, in this order. What was sealed is zero afterwards. */
  readonly seal: (secrets: readonly Plaintext[]) => Promise<readonly Sealed[]>;
}

const mostRecipients = 64;

/** The second is asked for by name only, and is the same. */
const jwkNames: ReadonlySet<string> = new Set([jwkProvider, `${jwkProvider}/private`]);

/**
 * Reads and checks every recipient of a request. It comes before anything is made at Descope: a secret that cannot be
 * sealed for each of them must not come to exist. Without any recipient, with an unknown provider or a key that cannot
 * be used it throws `invalid`, with the place and never with the key.
 */
export async function readRecipients(configs: readonly EncryptionConfig[]): Promise<Recipients> {
  if (configs.length === 0) {
    throw new ConnectorError(
      'invalid',
      'encryption_configs is empty: name at least one recipient, or nobody could read the new secret',
    );
  }
  if (configs.length > mostRecipients) {
    throw new ConnectorError(
      'invalid',
      `encryption_configs has ${configs.length} entries, at most ${mostRecipients} are allowed`,
    );
  }
  const recipients: Recipient[] = [];
  for (const [at, config] of configs.entries()) {
    recipients.push(await readAt(at, config));
  }
  return { seal: async (secrets) => await sealAll(recipients, secrets) };
}

/**
 * The same for recipients that are texts: age recipients, and JSON Web Keys. `refused` makes the error for one of them
 * that cannot be used.
 */
export async function readTextRecipients(
  texts: readonly string[],
  refused: (at: number, why: string) => ConnectorError,
): Promise<Recipients> {
  const recipients: Recipient[] = [];
  for (const [at, text] of texts.entries()) {
    try {
      const recipient = text.trimStart().startsWith('{')
        ? await (await import('./jwk-provider.ts')).jwkRecipient(Buffer.from(text, 'utf8'))
        : (await import('./age-provider.ts')).ageRecipient(text);
      await checkSeals(recipient);
      recipients.push(recipient);
    } catch (thrown) {
      throw thrown instanceof ConnectorError ? refused(at, thrown.message) : thrown;
    }
  }
  return { seal: async (secrets) => await sealAll(recipients, secrets) };
}

async function readAt(at: number, config: EncryptionConfig): Promise<Recipient> {
  try {
    const recipient = await readRecipient(config);
    await checkSeals(recipient);
    return recipient;
  } catch (thrown) {
    throw thrown instanceof ConnectorError
      ? new ConnectorError(thrown.kind, `encryption_configs[${at}]: ${thrown.message}`)
      : thrown;
  }
}

/** Some keys look whole and let nothing be encrypted, such as points of low order: that must show before, not after. */
async function checkSeals({ encrypt }: Recipient): Promise<void> {
  try {
    await encrypt(Buffer.from('trial'));
  } catch {
    throw unusable('the key cannot be used: nothing can be encrypted for it');
  }
}

/** A provider is named, or follows from the kind of key. */
async function readRecipient({ provider, config }: EncryptionConfig): Promise<Recipient> {
  const named = provider.trim().toLowerCase();
  const isAge = named === ageProvider || (named === '' && config.case === 'ageRecipientConfig');
  const isJwk = jwkNames.has(named) || (named === '' && config.case === 'jwkPublicKeyConfig');
  if (isAge && config.case === 'ageRecipientConfig') {
    return (await import('./age-provider.ts')).ageRecipient(config.value.recipient);
  }
  if (isJwk && config.case === 'jwkPublicKeyConfig') {
    return await (await import('./jwk-provider.ts')).jwkRecipient(config.value.pubKey);
  }
  if (isAge) {
    throw unusable(`provider ${ageProvider} needs age_recipient_config`);
  }
  if (isJwk) {
    throw unusable(`provider ${jwkProvider} needs jwk_public_key_config`);
  }
  throw unusable(
    named === ''
      ? 'it names neither a provider nor a key'
      : `provider ${quoted(provider)} is not known: use ${jwkProvider} or ${ageProvider}`,
  );
}

async function sealAll(recipients: readonly Recipient[], secrets: readonly Plaintext[]): Promise<readonly Sealed[]> {
  const sealed: Sealed[] = [];
  try {
    for (const { bytes, ...words } of secrets) {
      for (const { provider, keyId, tellsOldKeyId, encrypt } of recipients) {
        const encryptedBytes = await encrypt(bytes);
        sealed.push({ ...words, provider, encryptedBytes, keyIds: [keyId], keyId: tellsOldKeyId ? keyId : '' });
      }
    }
    return sealed;
  } finally {
    for (const { bytes } of secrets) {
      bytes.fill(0);
    }
  }
}
