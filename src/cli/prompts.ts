import { text as textOf } from 'node:stream/consumers';
import confirm from '@inquirer/confirm';
import input from '@inquirer/input';
import password from '@inquirer/password';
import { ConnectorError } from '../errors.ts';
import { writeErr } from './streams.ts';
import { tellPlainly } from './tell.ts';

/** Throws a ConnectorError that says what is wrong with a text; its result does not matter. */
type Validate = (text: string) => unknown;

/** Questions to a person. Each rejects with `cancelled` on Ctrl-C and Ctrl-D, and when the process is asked to end. */
export interface Prompts {
  /** `standard` is what Enter alone means. */
  text(question: string, validate: Validate, standard?: string): Promise<string>;
  /** Shows nothing of what is typed, not even how much. */
  hidden(question: string, validate: Validate): Promise<string>;
  confirm(question: string): Promise<boolean>;
}

interface PromptContext {
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** Undefined without a terminal, where nobody could answer. Questions go to stderr. */
export function createPrompts(signal: AbortSignal): Prompts | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    return undefined;
  }
  return {
    text: (message, validate, standard) =>
      untilRight(validate, () =>
        answered(message, signal, (context) =>
          input({ message, ...(standard !== undefined && { default: standard }) }, context),
        ),
      ),
    hidden: (message, validate) =>
      untilRight(validate, () =>
        answered(message, signal, (context) => password({ message, toggleMask: false }, context)),
      ),
    confirm: (message) => answered(message, signal, (context) => confirm({ message, default: false }, context)),
  };
}

/**
 * Asks anew, from an empty line, until an answer is right. The prompts' own check would keep what was typed: who pastes
 * a key again would add it to the wrong one, which nobody sees.
 */
async function untilRight(validate: Validate, ask: () => Promise<string>): Promise<string> {
  for (;;) {
    const answer = await ask();
    try {
      validate(answer);
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) {
        throw thrown;
      }
      tellPlainly(`  ${thrown.message}`);
    }
  }
}

async function answered<T>(
  message: string,
  signal: AbortSignal,
  ask: (context: PromptContext) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const onKey = (
    _text: string | undefined,
    key: { readonly ctrl?: boolean; readonly name?: string } | undefined,
  ): void => {
    if (key?.ctrl === true && key.name === 'd') {
      ended.abort(); // end of input (Ctrl-D), for which the prompt itself would wait for ever
    }
  };
  const resumable = whileSuspendable(message);
  process.stdin.on('keypress', onKey);
  try {
    const given = await ask({ output: process.stderr, signal: AbortSignal.any([signal, ended.signal]) });
    return (typeof given === 'string' ? given.trim() : given) as T; // a trimmed string is a string
  } catch (thrown) {
    if (thrown instanceof Error && (thrown.name === 'ExitPromptError' || thrown.name === 'AbortPromptError')) {
      throw new ConnectorError('cancelled', 'stopped; nothing was written');
    }
    throw thrown;
  } finally {
    process.stdin.off('keypress', onKey);
    resumable[Symbol.dispose]();
    process.stdin.pause(); // otherwise stdin keeps the process alive after the last question
  }
}

/**
 * Ctrl-Z reaches a prompt as a key. It is handed on to all that the terminal would have stopped: a launcher above us,
 * or the shell would never come back. After `fg` the input, which is paused by then, is read again, and the question
 * shown.
 */
function whileSuspendable(message: string): Disposable {
  const suspend = (): void => {
    process.off('SIGTSTP', suspend);
    process.kill(0, 'SIGTSTP');
    process.on('SIGTSTP', suspend);
  };
  const resume = (): void => {
    setImmediate(() => {
      process.stdin.resume();
      writeErr(`? ${message} `);
    });
  };
  process.on('SIGTSTP', suspend);
  process.on('SIGCONT', resume);
  return {
    [Symbol.dispose]: () => {
      process.off('SIGTSTP', suspend);
      process.off('SIGCONT', resume);
    },
  };
}

/** All of stdin, up to a size that is larger than any key. */
export async function readStdin(signal: AbortSignal): Promise<string> {
  const stop = (): void => void process.stdin.destroy(new ConnectorError('cancelled', 'stopped; nothing was written'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await textOf(process.stdin);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
