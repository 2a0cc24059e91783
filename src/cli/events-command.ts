import { type Command, Option } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { TailFlags } from './events.ts';
import { addSettingOptions, connectionSettings } from './setting-options.ts';

/** `events`: what happened in a project, from its audit log. */
export function addEventsCommand(program: Command, context: CommandContext): void {
  const events = program.command('events').description('tell what happened in a project, from its audit log');
  events.addHelpText('after', '\nExample:\n  $ baton-descope events tail --feed change');
  const command = events
    .command('tail')
    .description('print what happened: who signed in to what, and what changed; up to two minutes before now')
    .addOption(new Option('--feed <feed>', 'only this feed').choices(['usage', 'change']))
    .option(
      '--start-at <time>',
      'from this day, or this time in RFC 3339, on; 30 days back at most, a day ago by default',
    )
    .option('--cursor <cursor>', 'from where on, as --json printed it; needs --feed')
    .option('--follow', 'go on, looking once a minute, until it is stopped')
    .option('--json', 'print one line of JSON an event, and after each read the cursor of the feed');
  addSettingOptions(command, ...connectionSettings);
  command.addHelpText(
    'after',
    `
Examples:
  $ baton-descope events tail
  $ baton-descope events tail --feed usage --follow
  $ baton-descope events tail --start-at 2026-05-01T00:00:00Z --json`,
  );
  command.action(async (options: TailFlags) => (await import('./events.ts')).tailEvents(options, context));
}
