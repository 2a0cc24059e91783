import { Argument, type Command, Option } from 'commander';
import { moment } from './moment.ts';

/** FILE as every command that reads one describes it. */
export function fileArgument(): Argument {
  return new Argument(
    '[file]',
    'a .json, .ndjson or .c1z file of a sync, a folder of them, or a store of syncs (.db, postgres://...); without ' +
      'it, the newest file here',
  );
}

/** The flags that choose a sync of a store. */
export function addWhenOptions(command: Command): Command {
  return command
    .addOption(atOption('--at <time>', 'of a store: as it was found on this day, or at this time'))
    .option('--project <id>', 'of a store of several projects: this one');
}

/** A flag that takes a day or a time. */
export function atOption(flag: string, help: string): Option {
  return new Option(flag, help).argParser(moment);
}
