import type { CommandInfo, Value } from './command-tree.ts';
import { fileEndings, isNamed, isWorded, lastWord, parentOf, quoted, spellings, unique } from './completion-words.ts';

/**
 * Works with bash 3.2, too, which macOS has. Where we say nothing, bash offers all file names. The line is taken apart
 * anew, since bash splits it at "@", ":" and "=" as well, of which names are full.
 */
export function bashScript(program: string, commands: readonly CommandInfo[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const flags = commands.flatMap((command) => command.flags).filter(({ value }) => value !== 'none');
  const lines = [
    `# bash completion of ${program}; to load it: source <(${program} completion bash)`,
    ...splitter(name),
    ...offers(name, program),
    `${name}() {`,
    "  local cur='' open='' skip='' lead='' cmd='' flag='' places='' words='' flags='' given='' place=0 i",
    '  local whole=()',
    '  COMPREPLY=()',
    `  ${name}_split "\${COMP_LINE:0:COMP_POINT}"`,
    '  for ((i = 1; i < ${#whole[@]}; i++)); do',
    '    if [[ -n $flag ]]; then flag=; continue; fi',
    '    case "$cmd/${whole[i]}" in',
    ...commands
      .slice(1)
      .map(
        (command) =>
          `      ${quoted(`${parentOf(command)}/${lastWord(command)}`)}) if ((place == 0)); then ` +
          `cmd=${quoted(command.words)}; continue; fi ;;`,
      ),
    '    esac',
    '    case ${whole[i]} in',
    `      ${unique(spellings(flags)).join('|')}) flag=\${whole[i]} ;;`,
    '      -*) ;;',
    '      *) given=${whole[i]}; place=$((place + 1)) ;;',
    '    esac',
    '  done',
    '  if [[ -z $flag && $cur == --*=* ]]; then flag=${cur%%=*} lead=${cur%%=*}= cur=${cur#*=}; fi',
    '  case $flag in',
    ...unique(
      flags.flatMap(({ long, short, value }) =>
        [long, short]
          .filter((word) => word !== undefined && word !== '')
          .map((word) => `    ${word}) ${value === 'file' ? ':' : offerOf(name, value)}; return ;;`),
      ),
    ), // any file: bash offers files by default
    '  esac',
    '  case $cmd in',
    ...commands.map(
      ({ words, flags: own, children }) =>
        `    ${quoted(words)}) words=${quoted(children.join(' '))} flags=${quoted(spellings(own).join(' '))} ;;`,
    ),
    '  esac',
    '  if [[ $cur == -* ]]; then words=$flags; else',
    '    case "$cmd/$place" in',
    ...commands.flatMap(({ words, places }) =>
      places.map(
        (values, place) =>
          `      ${quoted(`${words}/${place}`)}) ${values.map((value) => offerOf(name, value)).join('; ')}; return ;;`,
      ),
    ),
    '    esac',
    '  fi',
    `  ${name}_words "\${words:-$flags}"`,
    '}',
    `complete -o bashdefault -o default -F ${name} ${program}`,
  ];
  return `${lines.join('\n')}\n`;
}

function offerOf(name: string, value: 'none' | Value): string {
  if (isWorded(value)) {
    return `${name}_words ${quoted(value.join(' '))}`;
  }
  return isNamed(value) ? `${name}_names ${value}` : value === 'file' ? `${name}_files` : ':';
}

/**
 * Sets `whole` to the words before the one that is typed, as a shell would pass them; that one is `cur`, within the
 * quote `open`.
 */
function splitter(name: string): readonly string[] {
  return [
    `${name}_split() {`,
    "  local rest=$1 c='' has=''",
    '  while [[ -n $rest ]]; do',
    '    c=${rest:0:1} rest=${rest:1}',
    "    if [[ $open == \\' && $c != \\' ]]; then cur=$cur$c",
    '    elif [[ $c == "$open" ]]; then open=; skip=',
    "    elif [[ $c == \\\\ && $open != \\' ]]; then cur=$cur${rest:0:1} skip=${skip}xx rest=${rest:1} " +
      'has=1; continue # no break, and as long',
    '    elif [[ -n $open ]]; then cur=$cur$c',
    '    elif [[ $c == [\\\'\\"] ]]; then open=$c has=1 skip=; continue',
    '    elif [[ $c == [[:space:]] ]]; then if [[ -n $cur$has ]]; then whole+=("$cur"); fi; cur= has= skip=; continue',
    '    else cur=$cur$c; fi',
    '    skip=$skip$c',
    '  done',
    '  # what bash takes for words of their own, up to the last one, is not to be repeated',
    '  if [[ -n $open ]]; then skip=; else',
    '    case $skip in *["$COMP_WORDBREAKS"]*) skip=${skip%"${skip##*["$COMP_WORDBREAKS"]}"} ;; *) skip= ;; esac',
    '  fi',
    '}',
  ];
}

function offers(name: string, program: string): readonly string[] {
  return [
    `# offers a text, quoted as the line has begun it`,
    `${name}_add() {`,
    '  local text=$1',
    '  case $open in \\\') ;; \\") text=${text//\\\\/\\\\\\\\}; text=${text//\\"/\\\\\\"}; ' +
      'text=${text//\\$/\\\\$}; text=${text//\\`/\\\\\\`} ;; *) printf -v text %q "$text" ;; esac',
    '  if [[ -z $open ]]; then text=$lead$text; fi',
    '  COMPREPLY+=("${text:${#skip}}")',
    '}',
    `${name}_words() {`,
    '  local word',
    `  for word in $1; do if [[ $word == "$cur"* ]]; then ${name}_add "$word"; fi; done`,
    '}',
    `${name}_names() {`,
    '  local name about tool=${COMP_WORDS[0]:-}',
    `  tool=\${tool/#\\~/$HOME}`,
    "  while IFS=$'\\t' read -r name about; do",
    `    ${name}_add "$name"`,
    `  done < <("\${tool:-${program}}" _names "$1" -- "$cur" "\${whole[@]}" 2>/dev/null)`,
    '}',
    `${name}_files() {`,
    '  local path typed=${cur/#\\~\\//$HOME/}',
    '  while IFS= read -r path; do',
    `    case $path in *.${fileEndings.join('|*.')}) ;; *) [[ -d $path ]] || continue; path=$path/; compopt -o nospace 2>/dev/null ;; esac`,
    `    ${name}_add "$path"`,
    '  done < <(compgen -f -- "$typed")',
    '}',
  ];
}
