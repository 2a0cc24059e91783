import type { Command } from 'commander';
import type { EmulatorFlags } from './emulator.ts';
import { wholeNumber } from './number-flags.ts';
import type { CommandContext } from './command-context.ts';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addEmulatorCommand(program: Command, context: CommandContext): void {
  program
    .command('emulator')
    .description('run the embedded Descope project: a stand-in for the Management API, on loopback')
    .requiredOption('--port <port>', 'where to listen on 127.0.0.1; 0 takes a free port', wholeNumber(0, 65_535))
    .option('--users <n>', 'how many users it has (default: 1,200)', wholeNumber(0, 10_000_000))
    .option('--seed <n>', 'seed for generating the users', wholeNumber(0, 4_294_967_295))
    .option('--latency-ms <ms>', 'wait this long before each answer', wholeNumber(0, 3_600_000))
    .option(
      '--switch <name=value>',
      'change a behaviour that is not certain (see docs/emulator.md); may be repeated',
      collect,
    )
    .option('--fault <spec>', 'make requests fail, such as "POST /v2/mgmt/user/search@3=503"; may be repeated', collect)
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope emulator --port 18090
  $ baton-descope emulator --port 18090 --users 50000 --switch tieOrder=shuffled
  $ baton-descope emulator --port 18090 --fault 'GET /v1/mgmt/role/all+=403'`,
    )
    .action(async (flags: EmulatorFlags) => (await import('./emulator.ts')).runEmulator(flags, context));
}
