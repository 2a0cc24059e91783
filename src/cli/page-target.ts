import { extname } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { sweepLeftovers } from '../output/leftovers.ts';
import { outputKinds } from '../output/outputs.ts';
import { checkTarget } from '../output/place.ts';
import { fullPath } from '../store-url.ts';
import { isStdout } from './stdout-names.ts';

/** Refuses a target that no page can be written to, or that is one of the files to read. `example` is "report.html". */
export async function checkPageTarget(
  out: string,
  read: readonly (string | undefined)[],
  { what, example }: { readonly what: string; readonly example: string },
): Promise<void> {
  if (read.some((path) => path !== undefined && fullPath(path) === fullPath(out))) {
    throw new ConnectorError('config', `--out ${out} is the file to read: name another one, such as ${example}`);
  }
  if (isStdout(out)) {
    throw new ConnectorError(
      'config',
      `--out ${out} is standard output, and a page is a file: name one, such as ${example}`,
    );
  }
  if (outputKinds.some((kind) => kind === extname(out).toLowerCase())) {
    // A page written over a sync file would destroy it, and no command could read it.
    throw new ConnectorError(
      'config',
      `--out ${out} names a file of data, and a ${what} is a page: end its name with .html`,
    );
  }
  await checkTarget(out);
  await sweepLeftovers(out);
}
