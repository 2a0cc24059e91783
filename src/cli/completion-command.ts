import { Argument, type Command } from 'commander';
import type { CommandContext } from './command-context.ts';

export function addCompletionCommand(program: Command, { write }: CommandContext): void {
  program
    .command('completion')
    .description('print a script that completes commands and flags in your shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(baton-descope completion bash)     # in ~/.bashrc, for every shell
  $ baton-descope completion zsh > "\${fpath[1]}/_baton-descope"
  $ baton-descope completion fish > \\
      ~/.config/fish/completions/baton-descope.fish`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const [{ readCommands }, { scripts }] = await Promise.all([
        import('./command-tree.ts'),
        import('./completion.ts'),
      ]);
      write(scripts[shell](program.name(), readCommands(program)));
    });
}
