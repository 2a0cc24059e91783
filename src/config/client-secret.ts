import { readFileSync } from 'node:fs';
import { ConnectorError } from '../errors.ts';
import { isWritableByAll } from '../file-trust.ts';
import { osReason } from '../os-reasons.ts';
import { Secret } from '../secret.ts';
import { shellWord } from '../shell-word.ts';
import type { Environment } from './environment.ts';

/** The secret with which we show the platform who we are, and the name of the place that it comes from. */
export interface ClientSecret {
  /** The one in force now: a file is read each time. */
  readonly secret: () => Secret;
  readonly source: string;
}

const variable = 'BATON_CLIENT_SECRET';

/**
 * The client secret, from BATON_CLIENT_SECRET or a file; undefined where there is neither. Never from the command line.
 * Throws `config`.
 */
export function findClientSecret(env: Environment, file: string | undefined): ClientSecret | undefined {
  const direct = env[variable]?.trim() ?? '';
  if (direct !== '' && file !== undefined) {
    throw new ConnectorError('config', `set either ${variable} or --client-secret-file (${variable}_FILE), not both`);
  }
  if (direct !== '') {
    const secret = new Secret(direct);
    return { secret: () => secret, source: variable };
  }
  if (file === undefined) {
    return undefined;
  }
  if (isClientSecret(file)) {
    throw new ConnectorError(
      'config',
      `--client-secret-file (${variable}_FILE) must name a file, but holds what looks like the secret itself (not shown)`,
    );
  }
  return { secret: () => new Secret(read(file)), source: file };
}

/** Whether a text has what looks like a client secret in it. */
export function isClientSecret(text: string): boolean {
  return /secret-token:/i.test(text);
}

function read(file: string): string {
  if (isWritableByAll(file)) {
    throw new ConnectorError(
      'config',
      `the client secret in ${file} can be changed by every user of this machine: chmod 600 ${shellWord(file)}`,
    );
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (thrown) {
    const reason = osReason(thrown, { ENOENT: 'there is no such file' });
    throw new ConnectorError('config', `the client secret in ${file} cannot be read: ${reason}`);
  }
}
