import type { Command } from 'commander';
import { ecosystemCommand } from '../../src/cli/mode.ts';
import { createProgram } from '../../src/cli/program.ts';

const program = createProgram({
  env: {},
  signal: new AbortController().signal,
  print: () => undefined,
  write: () => undefined,
  endWith: () => undefined,
});
const everywhere = ['-h', '--help'];

/** Every flag of every command. */
export const allFlags: ReadonlySet<string> = new Set([
  ...everywhere,
  ...[program, ...allBelow(program)].flatMap(flagsOf),
]);

function allBelow({ commands }: Command): Command[] {
  return commands.flatMap((command) => [command, ...allBelow(command)]);
}

function flagsOf({ options }: Command): string[] {
  return options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined && flag !== null));
}

/** What is wrong with the words behind `baton-descope`: no such command, or a flag that the command does not have. */
export function wrongWords(words: readonly string[]): string[] {
  const [first = ''] = words;
  const isCommandless = first.startsWith('-');
  const named = program.commands.find(
    (command) =>
      command.name() === (isCommandless ? ecosystemCommand : first) ||
      (!isCommandless && command.aliases().includes(first)),
  );
  if (named === undefined) {
    return first === 'help' || first === '' ? [] : [`there is no command "${first}"`];
  }
  const known = new Set([
    ...everywhere,
    ...flagsOf(named),
    ...allBelow(named).flatMap(flagsOf),
    ...(isCommandless ? flagsOf(program) : []),
  ]);
  return words
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.replace(/=.*$/, ''))
    .filter((flag) => !known.has(flag))
    .map((flag) => `${first} has no ${flag}`);
}

/** The calls of our program in a line of code: the words behind its name, up to where the shell takes over. */
export function callsIn(code: string): string[][] {
  const starts = /(?<!-n |restart |install )(?:\bbaton-descope|node bin\/baton-descope\.js|npx \.)(?: +)(?=[a-z-])/g;
  return [...code.matchAll(starts)].map((match) => {
    const rest = code.slice(match.index + match[0].length).split(/\s(?:[|&;<>#]|\d?>)|;|`|\)$/)[0] ?? '';
    return rest
      .trim()
      .split(/\s+/)
      .map((word) => word.replaceAll(/["'(),\\]/g, ''))
      .filter((word) => word !== '');
  });
}
