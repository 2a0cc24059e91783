import type { Command, Option } from 'commander';
import { longFlag } from '../config/file-keys.ts';
import type { SuggestKind } from '../answers/suggest.ts';
import { type Setting, settings } from '../config/settings.ts';
import { ecosystemCommand } from './mode.ts';

/** A flag as completion sees it. */
export interface FlagInfo {
  readonly long: string;
  readonly short: string | undefined;
  readonly help: string;
  /** What follows it; `none` for a flag that stands alone. */
  readonly value: 'none' | Value;
}

/** What a word of the command line can be: a file, a name out of the newest sync, one of some words, or anything. */
export type Value = 'file' | 'any' | SuggestKind | readonly string[];

/** A command by its words: "" for the program itself, "config show" for a command inside another. */
export interface CommandInfo {
  readonly words: string;
  readonly help: string;
  readonly flags: readonly FlagInfo[];
  readonly children: readonly string[];
  /** What can stand behind the command, place by place; in one place it may be one of several. */
  readonly places: readonly (readonly Value[])[];
}

/**
 * All commands that show in the help, parents first. The program itself has the flags of the ecosystem besides its own.
 */
export function readCommands(program: Command): readonly CommandInfo[] {
  const own = describe(program, []);
  const ecosystem = program.commands.find((command) => command.name() === ecosystemCommand);
  const [root, ...rest] = own;
  return root === undefined
    ? []
    : [
        {
          ...root,
          flags: [
            ...root.flags,
            ...flagsOf(ecosystem).filter(({ long }) => root.flags.every((flag) => flag.long !== long)),
          ],
        },
        ...rest,
      ];
}

function describe(
  command: Command,
  before: readonly string[],
  siblings: readonly string[] = [],
): readonly CommandInfo[] {
  const children = command.createHelp().visibleCommands(command);
  const names = children.map((child) => child.name()).filter((name) => name !== 'help');
  return [
    {
      words: before.join(' '),
      help: firstClause(command.description()),
      flags: flagsOf(command),
      children: children.map((child) => child.name()),
      places: command.name() === 'help' ? [[siblings]] : placesOf(command), // it explains each of the others
    },
    ...children.flatMap((child) => describe(child, [...before, child.name()], names)),
  ];
}

function flagsOf(command: Command | undefined): readonly FlagInfo[] {
  return command === undefined
    ? []
    : command
        .createHelp()
        .visibleOptions(command)
        .map((option) => ({
          long: option.long ?? '',
          short: option.short,
          help: firstClause(option.description),
          value: valueOf(option),
        }));
}

function valueOf({ flags, long, required, argChoices }: Option): FlagInfo['value'] {
  if (!required) {
    return 'none';
  }
  const setting = Object.values<Setting>(settings).find((candidate) => longFlag(candidate) === long);
  return argChoices ?? setting?.choices ?? usualWords.get(long ?? '') ?? valueNamed(/<([^>]+)>/.exec(flags)?.[1] ?? '');
}

/** Words that are worth offering for flags that take others besides. */
const usualWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['--rate-limit', ['auto', 'off']],
  ['--max-parallel-fetches', ['1', '2', '3', '4', '5', '6']],
  ['--health-check-port', ['off']],
  ['--grant-principal-type', ['user']],
]);

/** What a word is by what the help calls it. */
function valueNamed(name: string): Value {
  return fileNames.has(name) ? 'file' : (suggested.get(name) ?? 'any');
}

const fileNames: ReadonlySet<string> = new Set(['file', 'dir', 'folder', 'path', 'old', 'new', 'store', 'files']);
const suggested: ReadonlyMap<string, SuggestKind> = new Map([
  ['permission', 'permissions'],
  ['tenant', 'tenants'],
  ['user', 'users'],
  ['role', 'roles'],
  ['held', 'held'],
  ['principal', 'principals'],
  ['somebody|something', 'everything'],
]);

/**
 * The arguments as the help shows them, since some commands parse them on their own. An optional one may be skipped:
 * the next can stand in its place.
 */
function placesOf(command: Command): readonly (readonly Value[])[] {
  const shown = command.createHelp().visibleArguments(command);
  const values = (shown.length > 0 ? shown : command.registeredArguments).map((argument) => ({
    isRequired: argument.required,
    value: argument.argChoices ?? valueNamed(argument.name()),
  }));
  return values.map(({ isRequired, value }, place) =>
    isRequired ? [value] : values.slice(place, place + 2).map((either) => either.value),
  );
}

/** The help of a flag without its environment names, no longer than a menu can show. */
function firstClause(text: string): string {
  const clause = text.split(/ \(env:|[;:]/)[0]?.trim() ?? '';
  return clause.length > 70 ? `${clause.slice(0, 67).trimEnd()}...` : clause;
}
