import { printableJson } from '../answers/printable.ts';
import type { NewSecret } from '../provisioning/rotation.ts';
import type { CommandContext } from './command-context.ts';
import { prose } from './results.ts';
import type { TellSecret } from './secret-output.ts';
import { tell } from './tell.ts';

/** What is printed of an operation that makes a secret. */
export interface SecretAnswer {
  readonly sentences: readonly string[];
  /** The outcome for a script. */
  readonly line: object;
  /** Undefined for what is only planned. */
  readonly secret: NewSecret | undefined;
}

/**
 * Prints the outcome, and the secret as it was asked for. What is encrypted stands on stdout alone, so that it can go
 * into a file; the sentences about it go to stderr.
 */
export async function printSecret(
  { sentences, line, secret }: SecretAnswer,
  {
    teller,
    flags: { json },
    print,
  }: {
    readonly teller: TellSecret | undefined;
    readonly flags: { readonly json?: boolean };
    readonly print: CommandContext['print'];
  },
): Promise<void> {
  const told = secret && (await teller?.(secret));
  if (json === true) {
    print(
      printableJson({
        ...line,
        ...(told !== undefined && ('clear' in told ? { secret: told.clear } : { encrypted: told.sealed })),
      }),
    );
  } else if (told === undefined) {
    print(prose(...sentences).join('\n'));
  } else if ('clear' in told) {
    print([...prose(...sentences), told.clear].join('\n'));
  } else {
    sentences.forEach((sentence) => tell('info', sentence));
    print(told.sealed.join('\n'));
  }
}
