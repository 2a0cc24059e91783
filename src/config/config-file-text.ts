import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { ConnectorError } from '../errors.ts';
import { osCode } from '../os-reasons.ts';
import { isWritableByAll, whoElseCanChange } from '../file-trust.ts';
import { shellWord } from '../shell-word.ts';
import type { ConfigFilePath } from './config-file-path.ts';

const maxBytes = 1024 * 1024;

/** The text of a config file. One that cannot be read, or that others could have written, is a `config` error. */
export function readConfigText(file: ConfigFilePath): string {
  const { path } = file;
  try {
    refuseOthers(file);
    const found = statSync(path);
    if (found.isDirectory()) {
      throw new ConnectorError('config', `${path} is a folder: name a file of YAML or JSON`);
    }
    if (!found.isFile() && file.by !== 'name') {
      throw new ConnectorError(
        'config',
        `${path} was found by chance and is not obeyed: it is not a plain file; remove it, or name another with --config`,
      );
    }
    const bytes = found.isFile() && found.size <= maxBytes ? readFileSync(path) : readSome(path);
    if (bytes.length > maxBytes) {
      throw new ConnectorError('config', `${path} is larger than a config file can be (1 MB)`);
    }
    return decode(bytes, path);
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      throw thrown;
    }
    const code = osCode(thrown);
    throw new ConnectorError('config', `cannot read the config file ${path} (${code})`);
  }
}

/** The first bytes of what may have no end, such as a device: a byte more than a config file can have. */
function readSome(path: string): Buffer {
  const handle = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(handle, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(handle);
  }
}

/**
 * A named file is the user's own choice, unless all may change it. A found one must be ours, with every folder above
 * it.
 */
function refuseOthers({ path, by, base }: ConfigFilePath): void {
  if (by === 'name') {
    if (isWritableByAll(path)) {
      throw new ConnectorError(
        'config',
        `${path} can be changed by every user of this machine, who could send your key elsewhere: chmod o-w ${shellWord(path)}`,
      );
    }
    return;
  }
  const problem = whoElseCanChange(path, base);
  if (problem !== undefined) {
    throw new ConnectorError(
      'config',
      `${path} was found automatically and is not used: ${problem}, so another user could have written it, to send ` +
        `your key elsewhere; if it is yours, name it: --config ${shellWord(path)}`,
    );
  }
}

function decode(bytes: Buffer, path: string): string {
  const isWide =
    (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    (bytes[0] === 0xfe && bytes[1] === 0xff) ||
    bytes.subarray(0, 4).includes(0);
  if (isWide) {
    throw new ConnectorError(
      'config',
      `${path} is UTF-16 or UTF-32 text, as some Windows tools write it: save it as UTF-8`,
    );
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); // takes a byte order mark away
    if (!text.includes('\0')) {
      return text;
    }
  } catch {
    // told below
  }
  throw new ConnectorError('config', `${path} is not UTF-8 text: save it as UTF-8`);
}
