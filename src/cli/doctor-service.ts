import type { Environment } from '../config/environment.ts';
import type { Settings } from '../config/settings.ts';
import { type Check, fail } from '../doctor/check.ts';
import { ConnectorError } from '../errors.ts';
import { silentLogger } from '../log.ts';
import { checkPlatform } from '../service-mode/check-platform.ts';
import { connectorMetadata } from '../services/metadata.ts';
import { clientIdOf, connectPlatform } from './platform.ts';

/** Whether the platform lets service mode in: the client, a token, a hello. */
export async function examinePlatform(
  { clientId: text, clientSecretFile, c1CaFile }: Readonly<Partial<Settings>>,
  env: Environment,
): Promise<readonly Check[]> {
  try {
    const clientId = clientIdOf({ clientId: text }, env);
    const dialled = connectPlatform(clientId, { clientSecretFile, c1CaFile }, env, silentLogger);
    const { platform } = dialled;
    try {
      return await checkPlatform(clientId, { ...dialled, metadata: connectorMetadata() });
    } finally {
      platform.close();
    }
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return [fail(thrown.kind, 'client id', thrown.message, 'Copy both again from where the platform shows them.')];
    }
    throw thrown;
  }
}
