import type { CommandInfo, FlagInfo, Value } from './command-tree.ts';
import { fileEndings, isNamed, isWorded, lastWord, parentOf, quoted } from './completion-words.ts';

/** A function for each command; names are asked for with the words of the whole line, which `_arguments` would cut. */
export function zshScript(program: string, commands: readonly CommandInfo[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const functionOf = ({ words }: CommandInfo): string =>
    [name, ...words.split(' ')]
      .filter((word) => word !== '')
      .join('_')
      .replaceAll('-', '_');
  const lines = [
    `#compdef ${program}`,
    `# zsh completion of ${program}; to load it, put it into a folder of $fpath under the name _${program}`,
    `${name}__names() {`,
    '  local -a names shown',
    '  local line',
    `  for line in "\${(@f)$(\${~whole[1]} _names $1 -- "\${(Q)PREFIX}" "\${(@Q)whole[2,-1]}" 2>/dev/null)}"; do`,
    '    [[ -n $line ]] || continue',
    '    names+=("${line%%$\'\\t\'*}")',
    '    shown+=("${line/$\'\\t\'/  }")',
    '  done',
    '  (( $#names )) && compadd -U -l -d shown -a names',
    '}',
    `${name}__files() { _files -g '*.(${fileEndings.join('|')})(-.)' }`,
    `${name}__either() {`,
    '  local kind found=1',
    `  for kind in "$@"; do if [[ $kind == file ]]; then ${name}__files && found=0; else ${name}__names $kind && found=0; fi; done`,
    '  return found',
    '}',
    ...commands.flatMap((command) => {
      const children = commands.filter((child) => child.words !== '' && parentOf(child) === command.words);
      const flags = command.flags.map((flag) => zshFlag(name, flag));
      const places = command.places.map((values, place) => quoted(`${place + 1}:${actionOf(name, values)}`));
      const below = children.map((child) => quoted(`${lastWord(child)}:${child.help}`));
      return [
        `${functionOf(command)}() {`,
        ...(command.words === '' ? ['  local -a whole=("${words[@]}")'] : []),
        ...(children.length === 0
          ? [`  _arguments ${[...flags, ...places].join(' \\\n    ')}`]
          : [
              '  local line state',
              `  _arguments -C ${[...flags, "'1: :->command'", "'*::arg:->rest'"].join(' \\\n    ')}`,
              '  case $state in',
              `    command) local -a commands=(${below.join(' ')}); _describe command commands ;;`,
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

function zshFlag(name: string, { long, short, help, value }: FlagInfo): string {
  const text = `[${help.replaceAll(/[[\]\\]/g, '').replaceAll(':', '')}]`;
  const follows = value === 'none' ? '' : `:${value === 'file' ? 'file:_files' : actionOf(name, [value])}`;
  const equals = value === 'none' ? '' : '=';
  return [long, short]
    .filter((word): word is string => word !== undefined && word !== '')
    .map((word) => quoted(`${word}${word.startsWith('--') ? equals : ''}${text}${follows}`))
    .join(' ');
}

/** "what:how", as `_arguments` wants it. */
function actionOf(name: string, values: readonly Value[]): string {
  const words = values.filter(isWorded).flat();
  if (words.length > 0) {
    return `word:(${words.join(' ')})`;
  }
  const kinds = values.filter((value) => value === 'file' || isNamed(value));
  return kinds.length === 0 ? 'value: ' : `${kinds.join(' or ')}:${name}__either ${kinds.join(' ')}`;
}
