import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from '../config/environment.ts';
import { checkKey, findManagementKey } from '../config/management-key.ts';
import { ConnectorError } from '../errors.ts';
import { isOsError, osCode } from '../os-reasons.ts';
import { Secret } from '../secret.ts';
import type { FleetProject } from './fleet.ts';

const run = promisify(execFile);
const longestCommandMs = 30_000;

/** What of the environment says where the key of a project is, for a process that works on it alone. */
export type KeyVariables =
  | { readonly DESCOPE_MANAGEMENT_KEY_FILE: string }
  | { readonly DESCOPE_MANAGEMENT_KEY: Secret };

/**
 * The key of a project: read now, and checked as far as that goes without asking Descope. What a program prints is not
 * repeated in errors, and neither is what it says on stderr: both may hold secrets.
 */
export async function keyOf(
  { key, place, name, base }: Pick<FleetProject, 'key' | 'place' | 'name' | 'base'>,
  env: Environment,
  signal: AbortSignal,
): Promise<KeyVariables> {
  const source = `${place} ${name}: key`;
  if ('file' in key) {
    findManagementKey({}, { text: key.file, source: `${source}.file` });
    return { DESCOPE_MANAGEMENT_KEY_FILE: key.file };
  }
  if ('env' in key) {
    const text = env[key.env]?.trim() ?? '';
    if (text === '') {
      throw new ConnectorError('config', `${source}.env: ${key.env} is not set, and should hold the management key`);
    }
    return { DESCOPE_MANAGEMENT_KEY: new Secret(checkKey(text, `${source}.env (${key.env})`)) };
  }
  const [program = '', ...args] = key.command;
  try {
    const { stdout } = await run(program, args, {
      cwd: base,
      timeout: longestCommandMs,
      signal,
      maxBuffer: 64 * 1024,
    });
    return { DESCOPE_MANAGEMENT_KEY: new Secret(checkKey(stdout.trim(), `${source}.command (${program})`)) };
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      throw thrown;
    }
    if (signal.aborted) {
      throw new ConnectorError('cancelled', 'stopped while the key was asked for');
    }
    throw new ConnectorError('config', `${source}.command: ${program} ${howItEnded(thrown)}, and printed no key`);
  }
}

function howItEnded(thrown: unknown): string {
  const { code, killed } = thrown as { readonly code?: unknown; readonly killed?: boolean };
  if (killed === true) {
    return `did not end within ${longestCommandMs / 1_000} s`;
  }
  return typeof code === 'number'
    ? `ended with ${code}`
    : `could not be started (${isOsError(thrown) ? osCode(thrown) : 'unknown'})`;
}
