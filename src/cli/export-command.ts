import { type Command, Option } from 'commander';
import type { ExportFlags } from './export.ts';
import type { CommandContext } from './command-context.ts';
import { addWhenOptions, fileArgument } from './shown-arguments.ts';

/** `export`: a file of one kind as a file of another. */
export function addExportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('export')
    .addArgument(fileArgument())
    .description('convert a file that "sync" wrote: to tables, or to a spreadsheet to sign off')
    .requiredOption(
      '--out <file>',
      'the file to write, by its extension: .json, .ndjson, .c1z, .csv (a folder) or .xlsx, or - for lines of JSON on stdout',
    )
    .addOption(
      new Option('--format <format>', 'for .json and -: a graph for BloodHound, in place of a sync file').choices([
        'opengraph',
      ]),
    )
    .option('--since <old>', 'an older file: a spreadsheet then tells in "Last change" what is new since')
    .option('--columns <list>', 'for .csv: these columns only, such as user_id,email or access.user_id')
    .option('--humans-only', 'for .csv and .xlsx: people alone, no keys and nothing that keys hold')
    .option(
      '--anonymise',
      'with pseudonyms for names, ids, addresses and attributes, for a bug report; the shape stays',
    )
    .option(
      '--anonymise-key <file>',
      'a file with a secret for making the pseudonyms, so that guesses cannot be tested',
    )
    .option('--replace-other-project', 'replace the output of another project')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope export sync.json --out review.xlsx --since last-quarter.json
  $ baton-descope export sync.c1z --out tables.csv --columns user_id,email
  $ baton-descope export sync.json --out for-a-bug-report.json --anonymise
  $ baton-descope export sync.json --format opengraph --out graph.json
  $ baton-descope export access.db --at 2026-03-31 --out march.xlsx`,
    )
    .action(async (file: string | undefined, options: ExportFlags) =>
      (await import('./export.ts')).exportOnce(file, options, context),
    );
  addWhenOptions(command);
}
