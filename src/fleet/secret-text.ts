import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Environment } from '../config/environment.ts';
import { ConnectorError } from '../errors.ts';
import { isWritableByAll } from '../file-trust.ts';
import { isOsError, osCode, osReason } from '../os-reasons.ts';
import { shellWord } from '../shell-word.ts';
import type { KeyPlace } from './schema.ts';

const run = promisify(execFile);
const longestCommandMs = 30_000;
const longestText = 64 * 1024;

/** Where a secret of the file stands, for errors, and what is needed to read it. */
export interface SecretSource {
  /** "fleet.yaml:12:5 acme: outputs.s3.credentials". */
  readonly source: string;
  /** What it holds, in words: "the management key". */
  readonly what: string;
  /** Commands are run in this folder. */
  readonly base: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** The text at a place that the fleet file names, trimmed and not empty. Errors never repeat any of it. */
export async function secretText(place: KeyPlace, about: SecretSource): Promise<string> {
  const { source, what, env } = about;
  const text =
    'env' in place
      ? (env[place.env]?.trim() ?? '')
      : 'file' in place
        ? textOfFile(place.file, source)
        : await printedBy(place.command, about);
  if (text === '') {
    const where = 'env' in place ? `${source}.env: ${place.env} is not set` : `${source}: it is empty`;
    throw new ConnectorError('config', `${where}, and should hold ${what}`);
  }
  return text;
}

/** What a program prints. It is not repeated in errors, and neither is what it says on stderr: both may hold secrets. */
export async function printedBy(
  [program = '', ...args]: readonly string[],
  { source, what, base, signal }: SecretSource,
): Promise<string> {
  try {
    const { stdout } = await run(program, args, {
      cwd: base,
      timeout: longestCommandMs,
      signal,
      maxBuffer: longestText,
    });
    return stdout.trim();
  } catch (thrown) {
    if (signal.aborted) {
      throw new ConnectorError('cancelled', `stopped while a program was asked for ${what}`);
    }
    throw new ConnectorError(
      'config',
      `${source}.command: ${program} ${howItEnded(thrown)}, and did not print ${what}`,
    );
  }
}

function textOfFile(path: string, source: string): string {
  try {
    if (isWritableByAll(path)) {
      throw new ConnectorError(
        'config',
        `${source}.file: ${path} can be changed by every user of this machine: chmod 600 ${shellWord(path)}`,
      );
    }
    return readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      throw thrown;
    }
    throw new ConnectorError(
      'config',
      `${source}.file: cannot read ${path}: ${osReason(thrown, { ENOENT: 'there is no such file' })}`,
    );
  }
}

function howItEnded(thrown: unknown): string {
  const { code, killed, signal } = thrown as {
    readonly code?: unknown;
    readonly killed?: boolean;
    readonly signal?: string | null;
  };
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return `printed more than ${longestText / 1024} KB`;
  }
  if (typeof signal === 'string' && killed !== true) {
    return `was ended by ${signal}`;
  }
  if (killed === true) {
    return `did not end within ${longestCommandMs / 1_000} s`;
  }
  return typeof code === 'number'
    ? `ended with ${code}`
    : `could not be started (${isOsError(thrown) ? osCode(thrown) : 'unknown'})`;
}
