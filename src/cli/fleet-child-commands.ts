import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { SyncFlags } from './sync.ts';

/** What a fleet starts for one project: a sync, and what takes its file into a store. Both end with standard input. */
export const syncCommand = '_fleet-sync';
export const storeCommand = '_fleet-store';
export const changesCommand = '_fleet-changes';

export interface ChildSyncFlags extends SyncFlags {
  /** Each request waits for a permit of the parent. */
  readonly permits?: boolean;
}

export interface StoreFlags {
  readonly keepMs?: number;
  readonly project: string;
  /** What stands in the folder of the project: the sync was compared with it. */
  readonly latest: string;
}

export interface ChangesFlags {
  readonly before?: readonly string[];
  readonly lastMs?: number;
  readonly project: string;
}

/** Hidden: their callers are processes of our own, which say the rest in the environment. */
export function addFleetChildCommands(program: Command, context: CommandContext): void {
  program
    .command(syncCommand, { hidden: true })
    .requiredOption('--out <file>')
    .option('--json')
    .option('--config <file>')
    .option('--permits')
    .action(async (flags: ChildSyncFlags) => (await import('./fleet-children.ts')).syncForParent(flags, context));
  program
    .command(storeCommand, { hidden: true })
    .argument('<file>')
    .option('--keep-ms <ms>', '', Number)
    .requiredOption('--project <id>')
    .requiredOption('--latest <file>')
    .action(async (file: string, flags: StoreFlags) =>
      (await import('./fleet-children.ts')).storeForParent(file, flags, context),
    );
  program
    .command(changesCommand, { hidden: true })
    .argument('<file>')
    .option('--before <file...>')
    .option('--last-ms <ms>', '', Number)
    .requiredOption('--project <id>')
    .action(async (file: string, flags: ChangesFlags) =>
      (await import('./fleet-children.ts')).changesForParent(file, flags, context),
    );
}
