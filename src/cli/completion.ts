import type { CommandInfo, FlagInfo } from './command-tree.ts';

/** Makes a completion script: the whole tree is in it, so that a key press starts no program. */
type Script = (program: string, commands: readonly CommandInfo[]) => string;

export const scripts: Readonly<Record<'bash' | 'zsh' | 'fish', Script>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Every way to spell the flags. */
const spellings = (flags: readonly FlagInfo[]): readonly string[] => flags.flatMap(({ long, short }) => [long, ...(short === undefined ? [] : [short])]).filter((word) => word !== '');

/** Works with bash 3.2, too, which macOS has. Where we say nothing, bash offers file names. */
function bashScript(program: string, commands: readonly CommandInfo[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const withValue = commands.flatMap(({ flags }) => flags).filter(({ value }) => value !== 'none');
  const worded = withValue.filter(({ value }) => typeof value !== 'string');
  const words = commands.slice(1);
  const lines = [
    `# bash completion of ${program}; to load it: source <(${program} completion bash)`,
    `${name}() {`,
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd='' words='' flags='' i",
    '  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi',
    '  COMPREPLY=()',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    case "$cmd/${COMP_WORDS[i]}" in',
    ...words.map((command) => `      ${quoted(parentOf(command) + '/' + lastWord(command))}) cmd=${quoted(command.words)} ;;`),
    '    esac',
    '  done',
    '  case $prev in',
    ...unique(worded.map(({ long, value }) => `    ${long}) COMPREPLY=($(compgen -W ${quoted((value as readonly string[]).join(' '))} -- "$cur")); return ;;`)), // filtered above
    `    ${unique(spellings(withValue)).join('|')}) return ;;`,
    '  esac',
    '  case $cmd in',
    ...commands.map(({ words: path, flags, children, choices }) => `    ${quoted(path)}) words=${quoted([...children, ...choices].join(' '))} flags=${quoted(spellings(flags).join(' '))} ;;`),
    '  esac',
    '  if [[ $cur == -* || -z $words ]]; then words=$flags; fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '}',
    `complete -o bashdefault -o default -F ${name} ${program}`,
  ];
  return `${lines.join('\n')}\n`;
}

function zshScript(program: string, commands: readonly CommandInfo[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const functionOf = ({ words }: CommandInfo): string => [name, ...words.split(' ')].filter((word) => word !== '').join('_').replaceAll('-', '_');
  const lines = [
    `#compdef ${program}`,
    `# zsh completion of ${program}; to load it, put it into a folder of $fpath under the name _${program}`,
    ...commands.flatMap((command) => {
      const children = commands.filter((child) => child.words !== '' && parentOf(child) === command.words);
      return [
        `${functionOf(command)}() {`,
        ...(children.length === 0
          ? [`  _arguments ${[...command.flags.map(zshFlag), ...(command.choices.length > 0 ? [quoted(`1:word:(${command.choices.join(' ')})`)] : [])].join(' \\\n    ')}`]
          : [
              '  local line state',
              `  _arguments -C ${[...command.flags.map(zshFlag), "'1: :->command'", "'*::arg:->rest'"].join(' \\\n    ')}`,
              '  case $state in',
              `    command) local -a commands=(${children.map((child) => quoted(`${lastWord(child)}:${child.help}`)).join(' ')}); _describe command commands ;;`,
              '    rest) case $line[1] in',
              ...children.map((child) => `      ${lastWord(child)}) ${functionOf(child)} ;;`),
              '    esac ;;',
              '  esac',
            ]),
        '}',
      ];
    }),
    `if [ "$funcstack[1]" = "_${program}" ]; then ${name} "$@"; else compdef ${name} ${program}; fi`,
  ];
  return `${lines.join('\n')}\n`;
}

function zshFlag({ long, short, help, value }: FlagInfo): string {
  const text = `[${help.replaceAll(/[[\]\\]/g, '').replaceAll(':', '')}]`;
  const follows = value === 'none' ? '' : value === 'file' ? ':file:_files' : value === 'any' ? ':value: ' : `:value:(${value.join(' ')})`;
  return [long, short]
    .filter((word) => word !== undefined && word !== '')
    .map((word) => quoted(`${word}${text}${follows}`))
    .join(' ');
}

function fishScript(program: string, commands: readonly CommandInfo[]): string {
  const lines = commands.flatMap(({ words, flags, choices }) => {
    const children = commands.filter((child) => child.words !== '' && parentOf(child) === words);
    const seen = words === '' ? '__fish_use_subcommand' : words.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const notYet = children.length === 0 || words === '' ? seen : `${seen}; and not __fish_seen_subcommand_from ${children.map(lastWord).join(' ')}`;
    return [
      ...children.map((child) => `complete -c ${program} -n ${quoted(notYet)} -f -a ${quoted(lastWord(child))} -d ${quoted(child.help)}`),
      ...choices.map((choice) => `complete -c ${program} -n ${quoted(seen)} -f -a ${quoted(choice)}`),
      ...flags.map((flag) => `complete -c ${program} -n ${quoted(notYet)} ${fishFlag(flag)}`),
    ];
  });
  return `${[`# fish completion of ${program}`, ...lines].join('\n')}\n`;
}

function fishFlag({ long, short, help, value }: FlagInfo): string {
  const names = [`-l ${long.slice(2)}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])];
  const follows = value === 'none' ? [] : value === 'file' ? ['-r -F'] : value === 'any' ? ['-x'] : [`-x -a ${quoted(value.join(' '))}`];
  return [...names, ...follows, `-d ${quoted(help)}`].join(' ');
}

function parentOf({ words }: CommandInfo): string {
  return words.split(' ').slice(0, -1).join(' ');
}

function lastWord({ words }: CommandInfo): string {
  return words.split(' ').at(-1) ?? '';
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
