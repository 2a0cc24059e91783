import { randomUUID } from 'node:crypto';
import { type Command, CommanderError } from 'commander';
import { refuseKeyInArguments } from '../config/management-key.ts';
import { ConnectorError } from '../errors.ts';
import { whereItBroke } from '../log.ts';
import { harmlessOutput, printableLines } from '../printable.ts';
import { finishAll } from './at-end.ts';
import { exitCodeOf, exitCodeOfBug, exitCodeOfGoneReader } from './exit-codes.ts';
import { modeOf } from './mode.ts';
import { createProgram } from './program.ts';
import { type EndingSignal, ownSignals, signalExitCode } from './signals.ts';
import { outputSettled, outputState, watchStreams, writeErr, writeOut } from './streams.ts';
import { tell, tellAsAsked, tellPlainly, tellsJson, withTypedInOneLine } from './tell.ts';
import { hasColors } from './terminal.ts';
import { usageLine } from './usage.ts';
import { whatFor } from './what-for.ts';

const stop = new AbortController();
let received: EndingSignal | undefined;
let purpose: ReturnType<typeof whatFor> = 'prints';

ownSignals({
  onStop: (signal) => {
    received = signal;
    stop.abort();
  },
  onNow: (code) => process.exit(code),
});
watchStreams(() => {
  if (purpose === 'prints') {
    stop.abort(); // nobody reads the result any more, so stop working on it
  }
});
tellAsAsked(process.argv.slice(2), process.env);

// The process must never end silently, or with a code that means something else.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (thrown: unknown) => {
    tellThrown(thrown);
    process.exit(exitCodeOf(thrown));
  });
}

/**
 * Prints a result. If stdout is gone, changes that were made and addresses that are served are printed on stderr
 * instead.
 */
async function print(text: string): Promise<void> {
  const isTaken = await writeOut(`${harmlessOutput(withTypedInOneLine(text), hasColors(process.stdout))}\n`);
  if (!isTaken && purpose === 'changes') {
    tellPlainly(text);
  }
}

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  let words: readonly string[] = argv;
  let code = 0;
  let program: Command | undefined;
  try {
    refuseKeyInArguments(argv, process.env);
    program = createProgram({
      env: process.env,
      signal: stop.signal,
      print: (text) => void print(text),
      write: (text) => void writeOut(text),
      endWith: (chosen) => void (code = chosen),
    });
    program.hook('preAction', (_program, command) => void (purpose = whatFor(command)));
    const mode = modeOf(argv, process.env);
    words = mode.kind === 'command' ? mode.words : argv;
    if (mode.kind === 'help') {
      tellHelp(program);
      return 2;
    }
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (caught) {
    // What closing an answer found explains what went wrong while it was given.
    const thrown: unknown = caught instanceof SuppressedError ? caught.error : caught;
    if (thrown instanceof CommanderError) {
      return tellUsage(thrown, program === undefined ? thrown.message : usageLine(program, words, thrown));
    }
    if (await isForNobody()) {
      return exitCodeOfGoneReader;
    }
    if (received !== undefined && thrown instanceof ConnectorError && thrown.kind === 'cancelled') {
      tell(
        'error',
        thrown.facts['sent'] === undefined
          ? `stopped by ${received} before it was done`
          : thrown.message.replace(/^(?:stopped)?/, `stopped by ${received}`),
        { kind: 'cancelled', code: signalExitCode(received) },
      );
      return signalExitCode(received);
    }
    if (thrown !== outputState()) {
      tellThrown(thrown); // else it is told at the end
    }
    return exitCodeOf(thrown);
  }
}

/** Whether the command only prints and its reader went away; then no error is printed either. */
async function isForNobody(): Promise<boolean> {
  await outputSettled();
  return purpose === 'prints' && outputState() === 'gone';
}

/** The code to end with when that of the command is known, and stdout has taken what it takes. */
async function endOf(code: number): Promise<number> {
  await outputSettled();
  const state = outputState();
  if (state === 'open' || purpose === 'changes') {
    return code;
  }
  if (state === 'gone') {
    return purpose === 'prints' ? exitCodeOfGoneReader : code;
  }
  tellThrown(state);
  if (code === 0 && purpose === 'writes') {
    tell('error', 'the rest of the command was done');
  }
  return code === 0 || purpose === 'prints' ? exitCodeOf(state) : code;
}

/** Help and version are results (commander has written them); the rest is a mistake on the command line. */
function tellUsage({ exitCode }: CommanderError, line: string): number {
  if (exitCode === 0) {
    return 0;
  }
  tell('error', line, { kind: 'config', code: 2 });
  return 2;
}

/** Whether the error came from asking Descope, and not from doctor itself. */
function doctorHelps({ kind, facts }: ConnectorError): boolean {
  return ['unauthenticated', 'forbidden', 'unavailable', 'timeout'].includes(kind) && facts['endpoint'] !== undefined;
}

/** Help that was not asked for goes to stderr, like errors. */
function tellHelp(program: Command): void {
  if (tellsJson()) {
    tell('error', 'no command is given; see baton-descope --help', { kind: 'config', code: 2 });
  } else {
    writeErr(program.helpInformation());
  }
}

/** One line for a known error; for a bug a reference, and its stack, since nobody else can find it. */
function tellThrown(thrown: unknown): void {
  if (thrown instanceof ConnectorError) {
    const hint = doctorHelps(thrown) ? '; `baton-descope doctor` examines the setup' : '';
    tell('error', thrown.message + hint, { kind: thrown.kind, code: exitCodeOf(thrown) });
    return;
  }
  const reference = randomUUID();
  if (tellsJson()) {
    tell('error', 'a bug in this program; please report it with this line', {
      reference,
      code: exitCodeOfBug,
      ...whereItBroke(thrown),
    });
    return;
  }
  tell('error', `a bug in this program (reference ${reference}); please report it with this:`);
  writeErr(`${printableLines(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))}\n`);
}

const code = await main();
await finishAll();
process.exitCode = await endOf(code);
if (received !== undefined) {
  process.exit(); // a request that was cancelled while it was being made keeps its connection open, and with it the process
}
