import { hostname } from 'node:os';
import { readCaFile } from '../config/ca-file.ts';
import { findClientSecret } from '../config/client-secret.ts';
import type { Environment } from '../config/environment.ts';
import type { Settings } from '../config/settings.ts';
import { chooseProxy } from '../descope/http/proxy.ts';
import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { openChannel } from '../service-mode/channel.ts';
import { type ClientId, parseClientId } from '../service-mode/client-id.ts';
import { parseClientSecret } from '../service-mode/client-secret.ts';
import { realClock } from '../service-mode/clock.ts';
import { createPlatform, type Platform, type PlatformOptions } from '../service-mode/platform.ts';
import { createTokenSource, type TokenSource } from '../service-mode/token.ts';
import { createPostForm } from './platform-post.ts';

/** Who we are to the platform; a `config` error where that is not said. */
export function clientIdOf({ clientId }: Pick<Settings, 'clientId'>, env: Environment): ClientId {
  if (clientId === undefined) {
    throw new ConnectorError(
      'config',
      'service mode needs a client id: set BATON_CLIENT_ID (or --client-id) and BATON_CLIENT_SECRET to what the ' +
        'platform shows when it makes a credential',
    );
  }
  return parseClientId(clientId, env['BATON_C1_API_HOST']);
}

/** The way to the platform. */
export interface Dialled {
  readonly token: TokenSource;
  readonly platform: Platform;
}

/** The calls of the platform; nothing is sent yet. A `config` error for a secret, a proxy or a file that will not do. */
export function connectPlatform(
  clientId: ClientId,
  { clientSecretFile, c1CaFile }: Pick<Settings, 'clientSecretFile' | 'c1CaFile'>,
  env: Environment,
  logger: Logger,
  wrapCall?: PlatformOptions['wrapCall'],
): Dialled {
  const found = findClientSecret(env, clientSecretFile);
  if (found === undefined) {
    throw new ConnectorError('config', 'service mode needs BATON_CLIENT_SECRET, or --client-secret-file with its file');
  }
  const key = (): ReturnType<typeof parseClientSecret> => parseClientSecret(found.secret().reveal(), found.source);
  key(); // what is wrong with it is told at once
  const extraCa = c1CaFile === undefined ? undefined : readCaFile(c1CaFile, '--c1-ca-file');
  const proxy = chooseProxy(`https://${clientId.address}`, env);
  const post = createPostForm({ proxy, extraCa });
  const token = createTokenSource({ clientId, key, post, logger, clock: realClock });
  const client = openChannel(clientId, { proxyUrl: proxy?.url, extraCa });
  return { token, platform: createPlatform({ client, token, hostId: hostIdOf(env), wrapCall }) };
}

/** How the platform tells processes apart that share a client id. */
function hostIdOf(env: Environment): string {
  const named = env['BATON_HOST_ID']?.trim() ?? '';
  return (named === '' ? hostname() : named).slice(0, 256) || 'baton-descope';
}
