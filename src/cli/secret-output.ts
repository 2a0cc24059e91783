import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { NewSecret } from '../provisioning/rotation.ts';

/** How the secret that a command makes is to be told. */
export interface SecretFlags {
  /** On this terminal, in the clear. */
  readonly reveal?: boolean;
  /** Encrypted for these recipients: `age1...`, or a JSON Web Key. */
  readonly recipient?: readonly string[];
  readonly dryRun?: boolean;
}

/** A secret as the command may print it: in the clear, or a text for each recipient. */
export type ToldSecret = { readonly clear: string } | { readonly sealed: readonly string[] };

/** Tells a secret once. */
export type TellSecret = (secret: NewSecret) => Promise<ToldSecret>;

/**
 * Decides how a new secret will be told, before anything is sent: a secret that nobody can be told must not be made. A
 * dry run makes none. Throws `config`.
 */
export async function secretTeller(
  { reveal = false, recipient = [], dryRun = false }: SecretFlags,
  screen: Pick<NodeJS.WriteStream, 'isTTY'> = process.stdout,
): Promise<TellSecret | undefined> {
  if (reveal && recipient.length > 0) {
    throw new ConnectorError('config', '--reveal shows the secret, --recipient encrypts it: give one of them');
  }
  if (recipient.length > 0) {
    return await encrypting(recipient);
  }
  if (dryRun) {
    return undefined;
  }
  if (!reveal) {
    throw new ConnectorError(
      'config',
      'a new secret would be told to nobody: nothing was sent; add --recipient age1... to have it encrypted, or ' +
        '--reveal to see it on this terminal',
    );
  }
  if (!screen.isTTY) {
    throw new ConnectorError(
      'config',
      '--reveal shows a secret on a terminal, and this output goes to a file or a program: nothing was sent; use ' +
        '--recipient age1... instead',
    );
  }
  return async ({ value }) => ({ clear: printable(value.reveal()) });
}

async function encrypting(texts: readonly string[]): Promise<TellSecret> {
  const [{ readTextRecipients }, { sealedText }] = await Promise.all([
    import('../encryption/recipients.ts'),
    import('../encryption/sealed-text.ts'),
  ]);
  const recipients = await readTextRecipients(
    texts,
    (at, why) => new ConnectorError('config', `--recipient ${at + 1}: ${why}`),
  );
  return async ({ name, description, value }) => {
    const secret = { name, description, schema: '', bytes: Buffer.from(value.reveal(), 'utf8') };
    return { sealed: (await recipients.seal([secret])).map(sealedText) };
  };
}
