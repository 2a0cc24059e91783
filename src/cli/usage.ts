import type { Command, CommanderError } from 'commander';
import { closest, distance } from 'fastest-levenshtein';

/**
 * A mistake on the command line in one line: what is wrong, what was probably meant, and where help is. A mistyped flag
 * is told before the required one that is missing because of it.
 */
export function usageLine(program: Command, argv: readonly string[], { code, message }: CommanderError): string {
  const { command, path } = commandOf(program, argv);
  const stranger = ['commander.missingMandatoryOptionValue', 'commander.unknownOption'].includes(code) ? argv.map((argument) => argument.split('=')[0] ?? '').find((flag) => flag.startsWith('--') && flag !== '--' && !longFlags(command).includes(flag)) : undefined;
  if (code === 'commander.excessArguments' && command.commands.length > 0) {
    const word = argv.find((argument) => !argument.startsWith('-') && !path.includes(argument)) ?? '';
    return `unknown command '${[...path, word].join(' ')}'${meant(word, command.commands.map((child) => child.name()))}; see ${[program.name(), ...path, '--help'].join(' ')}`;
  }
  const said = stranger === undefined ? message.replace(/^error: /, '').replaceAll('\n', ' ') : `unknown option '${stranger}'${meant(stranger, longFlags(command))}`;
  return `${said}; see ${[program.name(), ...path, '--help'].join(' ')}`;
}

function commandOf(program: Command, argv: readonly string[]): { readonly command: Command; readonly path: readonly string[] } {
  let command = program;
  const path: string[] = [];
  for (const word of argv) {
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child === undefined) {
      break;
    }
    command = child;
    path.push(...(word.startsWith('_') ? [] : [word]));
  }
  return { command, path };
}

function longFlags(command: Command): readonly string[] {
  return ['--help', ...command.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : []))];
}

function meant(word: string, known: readonly string[]): string {
  const near = closest(word, [...known]);
  return distance(word, near) <= Math.floor(word.length / 3) + 1 ? ` (Did you mean ${near}?)` : '';
}
