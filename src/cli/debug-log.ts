import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkFolder } from '../answers/work-place.ts';
import type { Logger } from '../log.ts';
import type { DebugLog } from '../service-mode/task.ts';
import { createLogger } from './logger.ts';

/** The log of one task: what is beyond this is left out, and said to be. */
const mostBytes = 32 * 1024 * 1024;

/** The log of the process, and of the tasks of which the platform wants one: every line goes to all of them. */
export interface SharedLog {
  readonly logger: Logger;
  /** Begins a file that takes every line from now on, debug lines too, under the same rules as the log itself. */
  readonly openDebugLog: () => Promise<DebugLog>;
}

export function createSharedLog(own: Logger, makeFolder: () => Promise<WorkFolder>): SharedLog {
  const all = new Set<Logger>([own]);
  return {
    logger: {
      debug: (event, fields) => all.forEach((logger) => logger.debug(event, fields)),
      info: (event, fields) => all.forEach((logger) => logger.info(event, fields)),
      warn: (event, fields) => all.forEach((logger) => logger.warn(event, fields)),
      error: (event, fields) => all.forEach((logger) => logger.error(event, fields)),
    },
    openDebugLog: async () => {
      await using stack = new AsyncDisposableStack();
      const folder = stack.use(await makeFolder());
      const path = join(folder.path, 'debug.log');
      const file = await open(path, 'wx', 0o600);
      const stream = stack.adopt(file.createWriteStream(), (opened) => void opened.destroy());
      stream.on('error', () => undefined); // a full disk must not end the task
      let written = 0;
      const write = (line: string): void => {
        written += line.length;
        if (written <= mostBytes) {
          stream.write(line);
        }
      };
      const logger = createLogger('debug', 'json', { write });
      all.add(logger);
      stack.defer(() => void all.delete(logger));
      const kept = stack.move();
      return {
        path,
        finish: async () => {
          all.delete(logger);
          await new Promise<void>((resolve) => {
            stream.end(() => resolve());
          });
        },
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}
