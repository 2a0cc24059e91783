import { text as textOf } from 'node:stream/consumers';
import confirm from '@inquirer/confirm';
import input from '@inquirer/input';
import password from '@inquirer/password';
import { ConnectorError } from '../errors.ts';

/** Throws a ConnectorError that says what is wrong with a text; its result does not matter. */
type Validate = (text: string) => unknown;

/** Questions to a person. Each rejects with `cancelled` on Ctrl-C, and when the process is asked to end. */
export interface Prompts {
  /** `standard` is what Enter alone means. */
  text(question: string, validate: Validate, standard?: string): Promise<string>;
  /** Shows nothing of what is typed, not even how much. */
  hidden(question: string, validate: Validate): Promise<string>;
  confirm(question: string): Promise<boolean>;
}

/** Undefined where nobody could answer: escape codes have no place in a pipe. Questions go to stderr. */
export function createPrompts(signal: AbortSignal): Prompts | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    return undefined;
  }
  const context = { output: process.stderr, signal };
  return {
    text: (message, validate, standard) => orCancelled(input({ message, validate: said(validate), ...(standard !== undefined && { default: standard }) }, context)),
    hidden: (message, validate) => orCancelled(password({ message, toggleMask: false, validate: said(validate) }, context)),
    confirm: (message) => orCancelled(confirm({ message, default: false }, context)),
  };
}

function said(validate: Validate): (text: string) => true | string {
  return (text) => {
    try {
      validate(text.trim());
      return true;
    } catch (thrown) {
      return thrown instanceof ConnectorError ? thrown.message : 'not understood';
    }
  };
}

async function orCancelled<T>(answer: Promise<T>): Promise<T> {
  try {
    const given = await answer;
    return (typeof given === 'string' ? given.trim() : given) as T; // trimming keeps a text a text
  } catch (thrown) {
    if (thrown instanceof Error && (thrown.name === 'ExitPromptError' || thrown.name === 'AbortPromptError')) {
      throw new ConnectorError('cancelled', 'stopped; nothing was written');
    }
    throw thrown;
  }
}

/** All of stdin, up to a size that no key has. */
export async function readStdin(signal: AbortSignal): Promise<string> {
  const stop = (): void => void process.stdin.destroy(new ConnectorError('cancelled', 'stopped; nothing was written'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await textOf(process.stdin);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
