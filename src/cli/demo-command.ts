import type { Command } from 'commander';
import type { CommandContext } from './program.ts';

export function addDemoCommand(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('see it work without a Descope account: sync an embedded project through gRPC')
    .option('--out <file>', 'the file to write', 'demo-sync.json')
    .option('--replace-other-project', 'replace the file though it is of another project')
    .addHelpText('after', '\nExample:\n  $ baton-descope demo && jq .summary.counts demo-sync.json')
    .action(async ({ out, replaceOtherProject }: { readonly out: string; readonly replaceOtherProject?: boolean }) => (await import('./demo.ts')).demo(out, replaceOtherProject === true, context));
}
