import type { Command } from 'commander';
import { settings } from '../config/settings.ts';

const settingFlags: ReadonlySet<string> = new Set(
  Object.values(settings).flatMap(({ flag }) => /^--[\w-]+/.exec(flag)?.[0] ?? []),
);

/**
 * Refuses a flag of a command, and of those inside it, that is given twice and takes one value: of two roles only the
 * last would be granted. Settings are left alone: a script may say one again.
 */
export function takeOnce(command: Command): void {
  for (const option of command.options) {
    const { long, required, variadic, parseArg } = option;
    if (long != null && required && !variadic && parseArg === undefined && !settingFlags.has(long)) {
      let given = 0;
      command.on(`option:${option.name()}`, () => {
        given += 1;
        if (given > 1) {
          command.error(`error: ${long} is given twice, and takes one: run the command once for each`, {
            code: 'commander.conflictingOption',
          });
        }
      });
    }
  }
  command.commands.forEach(takeOnce);
}
