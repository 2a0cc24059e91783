import { randomUUID } from 'node:crypto';
import { type Command, CommanderError } from 'commander';
import { refuseKeyInArguments } from '../config/management-key.ts';
import { ConnectorError } from '../errors.ts';
import { ecosystemCommand } from './ecosystem.ts';
import { exitCodeOf } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { usageLine } from './usage.ts';

const stop = new AbortController();
let received: 'SIGINT' | 'SIGTERM' | undefined;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (received !== undefined) {
      process.exit(signalExitCode(received)); // the second one means now
    }
    received = signal;
    stop.abort();
  });
}

// Nothing may end this process without a word, or with a code that means something else.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (thrown: unknown) => {
    tell(thrown);
    process.exit(exitCodeOf(thrown));
  });
}

/** `serve` and `emulator` end with 0 on a signal: that is how they end. Anything else was cut short. */
function signalExitCode(signal: 'SIGINT' | 'SIGTERM'): number {
  return signal === 'SIGINT' ? 130 : 143;
}

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  let code = 0;
  let program: Command | undefined;
  try {
    refuseKeyInArguments(argv, process.env);
    program = createProgram({ env: process.env, signal: stop.signal, print: (text) => void process.stdout.write(`${text}\n`), write: (text) => void process.stdout.write(text), endWith: (chosen) => void (code = chosen) });
    if (argv.length === 0) {
      console.error(program.helpInformation());
      return 2;
    }
    await program.parseAsync(isCommandless(argv) ? [ecosystemCommand, ...argv] : argv, { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      return tellUsage(thrown, program === undefined ? thrown.message : usageLine(program, argv, thrown));
    }
    if (received !== undefined && thrown instanceof ConnectorError && thrown.kind === 'cancelled') {
      console.error(`baton-descope: stopped by ${received} before it was done${thrown.facts['sent'] === undefined ? '' : `: ${thrown.message}`}`);
      return signalExitCode(received);
    }
    tell(thrown);
    return exitCodeOf(thrown);
  }
}

/** Flags alone: the way in which every Baton connector is called. */
function isCommandless([first = '']: readonly string[]): boolean {
  return first.startsWith('-') && !['-h', '--help', '-v', '--version'].includes(first);
}

/** Help and version are results (commander has written them); the rest is a mistake on the command line. */
function tellUsage({ exitCode, message }: CommanderError, line: string): number {
  if (exitCode === 0 || message === '(outputHelp)') {
    return exitCode === 0 ? 0 : 2;
  }
  console.error(`baton-descope: ${line}`);
  return 2;
}

/** Whether the error came from asking Descope, and not from doctor itself. */
function doctorHelps({ kind, facts }: ConnectorError): boolean {
  return ['unauthenticated', 'forbidden', 'unavailable', 'timeout'].includes(kind) && facts['endpoint'] !== undefined;
}

/** One line for a known error; for a bug a reference, and its stack, since nobody else can find it. */
function tell(thrown: unknown): void {
  if (thrown instanceof ConnectorError) {
    const hint = doctorHelps(thrown) ? '; `baton-descope doctor` looks closer' : '';
    console.error((thrown.message + hint).split('\n').map((line) => `baton-descope: ${line}`).join('\n'));
    return;
  }
  console.error(`baton-descope: a bug in this program (reference ${randomUUID()}); please report it with this:\n${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
}

process.exitCode = await main();
if (received !== undefined) {
  process.exit(); // a request that was given up in the moment it was made keeps its connection, and that would keep us
}
