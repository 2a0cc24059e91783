import type { JsonObject } from '@bufbuild/protobuf';
import type { Action } from '../actions/action.ts';
import { encrypted, recipients } from '../actions/secret-action.ts';
import { createOwnReader } from '../encryption/own-reader.ts';
import { ConnectorError } from '../errors.ts';
import { actionTitle } from '../model/action-schema.ts';
import type { NewSecret } from '../provisioning/rotation.ts';
import { type SecretFlags, secretTeller, type TellSecret } from './secret-output.ts';

/** An action whose secret this process reads, and tells as its flags say. */
export interface SecretOfAction {
  /** The arguments, with a recipient that this process alone is. */
  readonly args: JsonObject;
  readonly teller: TellSecret | undefined;
  /** The secret of an answer; undefined for what was only planned. */
  readonly opened: (response: JsonObject) => Promise<NewSecret | undefined>;
}

/**
 * How the secret of an action is to be told, decided before anything is sent. Undefined for an action that makes none,
 * and for one whose arguments name recipients: its answer is for them. Throws `config`.
 */
export async function secretOfAction(
  { words }: Action,
  args: JsonObject,
  flags: SecretFlags,
): Promise<SecretOfAction | undefined> {
  const isSecret = words.arguments.some(({ name }) => name === recipients.name);
  const isFlagged = flags.reveal === true || (flags.recipient ?? []).length > 0;
  const isNamed = Object.hasOwn(args, recipients.name);
  if (isFlagged && (!isSecret || isNamed)) {
    const why = isSecret ? `has the argument ${recipients.name} already: give one of them` : 'makes no secret';
    throw new ConnectorError(
      'config',
      `--reveal and --recipient say how a new secret is told; ${actionTitle(words)} ${why}`,
    );
  }
  if (!isSecret || isNamed) {
    return undefined;
  }
  const teller = await secretTeller(flags);
  const reader = await createOwnReader();
  return {
    args: { ...args, [recipients.name]: [reader.recipient] },
    teller,
    opened: async (response) => {
      const files = response[encrypted.name];
      const [file] = Array.isArray(files) ? files : [];
      return typeof file === 'string'
        ? { name: 'secret', description: `the secret of ${actionTitle(words)}`, value: await reader.open(file) }
        : undefined;
    },
  };
}
