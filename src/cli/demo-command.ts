import type { Command } from 'commander';
import type { CommandContext } from './program.ts';

export function addDemoCommand(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('see it work without a Descope account: sync an embedded project through gRPC')
    .option('--out <file>', 'the file to write', 'demo-sync.json')
    .addHelpText('after', '\nExample:\n  $ baton-descope demo && jq .summary.counts demo-sync.json')
    .action(async ({ out }: { readonly out: string }) => (await import('./demo.ts')).demo(out, context));
}
