import type { Environment } from '../config/environment.ts';
import { checkKey, findManagementKey } from '../config/management-key.ts';
import { ConnectorError } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { FleetProject } from './fleet.ts';
import { printedBy } from './secret-text.ts';

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
  const what = 'the management key';
  const text = await printedBy(key.command, { source, what, base, env, signal });
  return { DESCOPE_MANAGEMENT_KEY: new Secret(checkKey(text, `${source}.command (${key.command[0] ?? ''})`)) };
}
