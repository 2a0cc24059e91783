import { type Command, InvalidArgumentError } from 'commander';
import type { EmulatorFlags } from './emulator.ts';
import type { LoginFlags } from './emulator-login.ts';
import { wholeNumber } from './number-flags.ts';
import type { CommandContext } from './command-context.ts';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function projectId(text: string): string {
  if (!/^P[A-Za-z0-9]{1,63}$/.test(text)) {
    throw new InvalidArgumentError('it must be a "P" and letters and digits, 64 characters at most');
  }
  return text;
}

export function addEmulatorCommand(program: Command, context: CommandContext): void {
  const emulator: Command = program
    .command('emulator')
    .description(
      'run the embedded Descope project: a stand-in for the Management API, on loopback; `emulator login` signs a user in',
    )
    .option('--port <port>', 'where to listen on 127.0.0.1; 0 takes a free port (needed)', wholeNumber(0, 65_535))
    .option('--users <n>', 'how many users it has (default: 1,200)', wholeNumber(0, 10_000_000))
    .option('--seed <n>', 'seed for generating the users', wholeNumber(0, 4_294_967_295))
    .option('--project-id <id>', 'the id of the project, where several run beside each other', projectId)
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
  $ baton-descope emulator --port 18090 --fault 'GET /v1/mgmt/role/all+=403'
  $ baton-descope emulator login ada.lovelace@acme.example \\
      --tenant initech --groups Finance --port 18090`,
    )
    .action(async ({ port, ...flags }: Partial<EmulatorFlags>) => {
      // Required here and not of the option, which would be required of the command below, too.
      if (port === undefined) {
        emulator.error("error: required option '--port <port>' not specified", {
          code: 'commander.missingMandatoryOptionValue',
        });
      }
      await (await import('./emulator.ts')).runEmulator({ ...flags, port }, context);
    });
  addLoginCommand(emulator, context);
}

function addLoginCommand(emulator: Command, context: CommandContext): void {
  emulator
    .command('login')
    .argument('<login>', 'user id, login id or email; whom nobody knows is made, as by a first login')
    .description('sign a user in through SSO in an emulator that runs, and tell what the login gave')
    .option(
      '--groups <names>',
      'the groups that the identity provider names, with commas between; may be repeated',
      collect,
    )
    .option('--group <name>', 'one group, whose name may hold commas; may be repeated', collect)
    .option('--tenant <id>', 'the tenant to sign in to (default: by the domain of the login, or the only membership)')
    .option('--sso-id <id>', 'the configuration of the tenant to sign in through (default: default_ssoid)')
    .option('--port <port>', 'where the emulator listens on 127.0.0.1', wholeNumber(1, 65_535))
    .option('--url <url>', 'where it listens, as a URL on loopback (default: DESCOPE_BASE_URL)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope emulator login ada.lovelace@acme.example \\
      --tenant initech --groups "Finance,IT Admins" --port 18090
  $ baton-descope emulator login new.hire@initech.example \\
      --groups Auditors --url http://127.0.0.1:18090`,
    )
    .action(async (login: string, flags: LoginFlags) => {
      // The command above takes its flags wherever they stand: one of them is a flag of this command as well.
      const { port, ...others } = emulator.opts<Partial<EmulatorFlags>>();
      const stranger = emulator.options.find((option) => option.attributeName() in others);
      if (stranger !== undefined) {
        emulator.error(`error: unknown option '${stranger.long}'`, { code: 'commander.unknownOption' });
      }
      const given = port === undefined ? flags : { ...flags, port };
      await (await import('./emulator-login.ts')).signIn(login, given, context);
    });
}
