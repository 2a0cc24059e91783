import type { Command, CommanderError } from 'commander';
import { closest, distance } from 'fastest-levenshtein';

/**
 * Describes a mistake on the command line in one line: what is wrong, what was probably meant, and where help is. A
 * mistyped flag is reported before a required one that is missing because of it.
 */
export function usageLine(program: Command, argv: readonly string[], { code, message }: CommanderError): string {
  const { command, path } = commandOf(program, argv);
  const stranger = ['commander.missingMandatoryOptionValue', 'commander.unknownOption'].includes(code)
    ? argv
        .map((argument) => argument.split('=')[0] ?? '')
        .find((flag) => flag.startsWith('--') && flag !== '--' && !longFlags(command).includes(flag))
    : undefined;
  if (code === 'commander.excessArguments' && command.commands.length > 0) {
    const word = argv.find((argument) => !argument.startsWith('-') && !path.includes(argument)) ?? '';
    return `unknown command '${[...path, word].join(' ')}'${meant(
      word,
      command.commands.map((child) => child.name()),
    )}; see ${[program.name(), ...path, '--help'].join(' ')}`;
  }
  if (message === '(outputHelp)') {
    const children = command.commands.map((child) => child.name()).join(', ');
    return `${path.join(' ')} needs one of its commands: ${children}; see ${[program.name(), ...path, '--help'].join(' ')}`;
  }
  const said =
    stranger === undefined
      ? inPlainWords(message.replace(/^error: /, '').replaceAll('\n', ' '), command)
      : `unknown option '${stranger}'${meant(stranger, longFlags(command))}`;
  return `${said.replace(/\.$/, '')}; see ${[program.name(), ...path, '--help'].join(' ')}`;
}

/**
 * What commander says of a value, as the rest of this program would say it: the name, what was given, what it takes.
 */
function inPlainWords(message: string, command: Command): string {
  const [, flag, given, remedy] = /^option '(.*?)' argument '([^]*)' is invalid\. ([^]*)$/.exec(message) ?? [];
  if (flag !== undefined) {
    return `${flag.replace(/^-\w, /, '').replace(/ .*/, '')} cannot be '${given}': ${allowed(remedy)}`;
  }
  const [, value, , choices] =
    /^command-argument value '([^]*)' is invalid for argument '(.*?)'\. ([^]*)$/.exec(message) ?? [];
  if (value !== undefined) {
    return `${command.name()} cannot take '${value}': ${allowed(choices)}`;
  }
  const [, lacking] = /^missing required argument '(.*)'$/.exec(message) ?? [];
  const argument = command.registeredArguments.find((candidate) => candidate.name() === lacking);
  if (argument !== undefined) {
    const what =
      argument.argChoices === undefined ? `<${argument.name()}>` : `one of ${argument.argChoices.join(', ')}`;
    return `${command.name()} needs ${what}`;
  }
  const [, required] = /^required option '(.*)' not specified$/.exec(message) ?? [];
  return required === undefined ? message : `${command.name()} needs ${required}`;
}

function allowed(text = ''): string {
  return text
    .replace(/^Did you mean (.*?)\? /s, 'did you mean $1? ')
    .replace(
      /Allowed choices are (.*?)\.?$/s,
      (_all, choices: string, at: number) => `${at === 0 ? 'it' : 'It'} must be one of ${choices}`,
    );
}

function commandOf(
  program: Command,
  argv: readonly string[],
): { readonly command: Command; readonly path: readonly string[] } {
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
  const letters = word.replace(/^-+/, '').length;
  return letters > 1 && distance(word, near) <= Math.floor(letters / 3) + 1 ? ` (Did you mean ${near}?)` : '';
}
