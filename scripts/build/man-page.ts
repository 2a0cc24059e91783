import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { version } from '../../src/version.ts';

/** Text as roff takes it: no line begins a request, and dashes can be searched for. */
const roff = (text: string): string => text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/gm, '\\&$&');

/** `man/baton-descope.1`, made of the same tree of commands as the help. */
export function buildManPage(folder: string): void {
  const program = createProgram({
    env: {},
    signal: new AbortController().signal,
    print: () => undefined,
    write: () => undefined,
    endWith: () => undefined,
  });
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help');
  const page = [
    `.TH BATON\\-DESCOPE 1 "" "baton\\-descope ${version}"`,
    '.SH NAME',
    `baton\\-descope \\- ${roff(program.description())}`,
    '.SH SYNOPSIS',
    '.B baton\\-descope',
    '\\fIcommand\\fR [\\fIoptions\\fR]',
    '.SH COMMANDS',
    ...commands.flatMap((command) => sectionOf(command, '')),
    '.SH EXAMPLES',
    ...examplesOf(program),
    '.SH EXIT STATUS',
    'Documented in docs/exit\\-codes.md of the package.',
    '.SH SEE ALSO',
    'docs/getting\\-started.md, docs/configuration.md and docs/troubleshooting.md of the package.',
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'baton-descope.1'), `${page.join('\n')}\n`);
}

function sectionOf(command: Command, before: string): readonly string[] {
  const help = command.createHelp();
  const usage = `${before}${command.name()} ${command.usage()}`;
  return [
    `.SS "${roff(`${before}${command.name()}`)}"`,
    `.B ${roff(`baton-descope ${usage}`)}`,
    '.PP',
    roff(command.description()),
    ...help.visibleOptions(command).flatMap((option) => ['.TP', `.B ${roff(option.flags)}`, roff(option.description)]),
    ...command.commands
      .filter((child) => !child.name().startsWith('_'))
      .flatMap((child) => sectionOf(child, `${before}${command.name()} `)),
  ];
}

/** The examples that stand below the help. */
function examplesOf(command: Command): readonly string[] {
  let text = '';
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return ['.nf', ...text.slice(text.indexOf('Examples:')).split('\n').slice(1).map(roff), '.fi'];
}
