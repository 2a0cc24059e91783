import type { Command, Option } from 'commander';
import { longFlag } from '../config/file-keys.ts';
import { type Setting, settings } from '../config/settings.ts';
import { ecosystemCommand } from './ecosystem.ts';

/** A flag as completion sees it. */
export interface FlagInfo {
  readonly long: string;
  readonly short: string | undefined;
  readonly help: string;
  /** What follows it: nothing, a file, one of some words, or anything. */
  readonly value: 'none' | 'file' | 'any' | readonly string[];
}

/** A command by its words: "" for the program itself, "config show" for a command inside another. */
export interface CommandInfo {
  readonly words: string;
  readonly help: string;
  readonly flags: readonly FlagInfo[];
  readonly children: readonly string[];
  readonly choices: readonly string[];
}

/** All commands that show in the help, parents first. The program itself has the flags of the ecosystem besides its own. */
export function readCommands(program: Command): readonly CommandInfo[] {
  const own = describe(program, []);
  const ecosystem = program.commands.find((command) => command.name() === ecosystemCommand);
  const [root, ...rest] = own;
  return root === undefined ? [] : [{ ...root, flags: [...root.flags, ...flagsOf(ecosystem).filter(({ long }) => root.flags.every((flag) => flag.long !== long))] }, ...rest];
}

function describe(command: Command, before: readonly string[]): readonly CommandInfo[] {
  const children = command.createHelp().visibleCommands(command);
  return [
    {
      words: before.join(' '),
      help: firstClause(command.description()),
      flags: flagsOf(command),
      children: children.map((child) => child.name()),
      choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    },
    ...children.flatMap((child) => describe(child, [...before, child.name()])),
  ];
}

function flagsOf(command: Command | undefined): readonly FlagInfo[] {
  return command === undefined ? [] : command.createHelp().visibleOptions(command).map((option) => ({ long: option.long ?? '', short: option.short, help: firstClause(option.description), value: valueOf(option) }));
}

function valueOf({ flags, long, required, argChoices }: Option): FlagInfo['value'] {
  if (!required) {
    return 'none';
  }
  const setting = Object.values<Setting>(settings).find((candidate) => longFlag(candidate) === long);
  return argChoices ?? setting?.choices ?? (/<(file|dir|folder|path)>/.test(flags) ? 'file' : 'any');
}

/** The help of a flag without its environment names, no longer than a menu can show. */
function firstClause(text: string): string {
  const clause = text.split(/ \(env:|[;:]/)[0]?.trim() ?? '';
  return clause.length > 70 ? `${clause.slice(0, 67).trimEnd()}...` : clause;
}
