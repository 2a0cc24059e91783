import type { CommandInfo, FlagInfo } from './command-tree.ts';
import { isNamed, isWorded, lastWord, parentOf, quoted, spellings, unique } from './completion-words.ts';

/** Each offer stands under a condition: the command on the line, and how many words stand behind it. */
export function fishScript(program: string, commands: readonly CommandInfo[]): string {
  const name = `__${program.replaceAll('-', '_')}`;
  const withValue = unique(spellings(commands.flatMap(({ flags }) => flags).filter(({ value }) => value !== 'none')));
  const lines = commands.flatMap((command) => {
    const children = commands.filter((child) => child.words !== '' && parentOf(child) === command.words);
    const at = (place?: number): string =>
      quoted(
        `${name}_is ${[JSON.stringify(command.words), ...(place === undefined ? [] : [String(place)])].join(' ')}`,
      );
    const names = (kind: string): string => quoted(`(${name}_names ${kind})`);
    return [
      ...children.map(
        (child) => `complete -c ${program} -n ${at(0)} -f -a ${quoted(lastWord(child))} -d ${quoted(child.help)}`,
      ),
      ...command.places.flatMap((values, place) => {
        const files = values.includes('file') ? '-F' : '-f';
        return [
          ...(values.includes('file') ? [`complete -c ${program} -n ${at(place)} -F`] : []),
          ...values
            .filter(isWorded)
            .map((words) => `complete -c ${program} -n ${at(place)} ${files} -a ${quoted(words.join(' '))}`),
          ...values.filter(isNamed).map((kind) => `complete -c ${program} -n ${at(place)} ${files} -a ${names(kind)}`),
        ];
      }),
      ...command.flags.map((flag) => `complete -c ${program} -n ${at()} ${fishFlag(flag, names)}`),
    ];
  });
  return `${[`# fish completion of ${program}`, ...functions(name, commands, withValue), ...lines].join('\n')}\n`;
}

function functions(name: string, commands: readonly CommandInfo[], withValue: readonly string[]): readonly string[] {
  const paths = commands.map(({ words }) => words).filter((words) => words !== '');
  return [
    `function ${name}_is`,
    "    set -l path ''",
    '    set -l place 0',
    "    set -l flag ''",
    '    set -l words (commandline -opc)',
    '    set -e words[1]',
    '    for word in $words',
    '        if test -n "$flag"',
    "            set flag ''",
    `        else if contains -- $word ${withValue.join(' ')}`,
    '            set flag $word',
    "        else if string match -q -- '-*' $word",
    '            continue',
    `        else if test $place = 0; and contains -- (string trim -- "$path $word") ${paths.map(quoted).join(' ')}`,
    '            set path (string trim -- "$path $word")',
    '        else',
    '            set place (math $place + 1)',
    '        end',
    '    end',
    '    test "$path" = "$argv[1]"; and begin; test (count $argv) = 1; or test $place = $argv[2]; end',
    'end',
    `function ${name}_names`,
    '    set -l words (commandline -opc)',
    '    set -l tool $words[1]',
    '    set -e words[1]',
    "    set -l typed (commandline -ct | string replace -r -- '^--[^=]*=' '' | string unescape)",
    '    eval $tool _names $argv[1] -- (string escape -- "$typed") (string escape -- $words) 2>/dev/null',
    'end',
  ];
}

function fishFlag({ long, short, help, value }: FlagInfo, names: (kind: string) => string): string {
  const spelt = [`-l ${long.slice(2)}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])];
  const follows = isWorded(value)
    ? [`-x -a ${quoted(value.join(' '))}`]
    : isNamed(value)
      ? [`-x -a ${names(value)}`]
      : value === 'file'
        ? ['-r -F']
        : value === 'any'
          ? ['-x']
          : [];
  return [...spelt, ...follows, `-d ${quoted(help)}`].join(' ');
}
