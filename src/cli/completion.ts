import { bashScript } from './completion-bash.ts';
import { fishScript } from './completion-fish.ts';
import { zshScript } from './completion-zsh.ts';
import type { CommandInfo } from './command-tree.ts';

/**
 * Makes a completion script. All commands, flags and fixed words are in it; the program is started only for names,
 * which come from the newest sync.
 */
type Script = (program: string, commands: readonly CommandInfo[]) => string;

export const scripts: Readonly<Record<'bash' | 'zsh' | 'fish', Script>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};
