import { Argument } from 'commander';

/** FILE as every command that reads one describes it. */
export function fileArgument(): Argument {
  return new Argument(
    '[file]',
    'a .json, .ndjson or .c1z file of a sync, or a folder of them; without it, the newest sync here',
  );
}
