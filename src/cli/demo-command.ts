import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

export function addDemoCommand(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('see it work without a Descope account: sync an embedded project through gRPC')
    .option('--open', 'make a folder with two syncs, and open the report of what changed between them in the browser')
    .option(
      '--out <file>',
      'the file to write (default: demo-sync.json), or with --open the folder (default: baton-demo)',
    )
    .option('--replace-other-project', 'replace the file even if it is of another project')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope demo && jq .summary.counts demo-sync.json
  $ baton-descope demo --open`,
    )
    .action(async ({ out, open, replaceOtherProject }: DemoFlags) => {
      if (open === true) {
        await (await import('./demo-open.ts')).demoOpen(out, context);
      } else {
        await (await import('./demo.ts')).demo(out ?? 'demo-sync.json', replaceOtherProject === true, context);
      }
    });
}

interface DemoFlags {
  readonly out?: string;
  readonly open?: boolean;
  readonly replaceOtherProject?: boolean;
}
