import { createConnector } from '../connector.ts';
import { openAuditLog } from '../output/audit-log.ts';
import { createProvisioner } from '../provisioning/provisioner.ts';
import { ConnectorError } from '../errors.ts';
import type { Settings } from '../config/settings.ts';
import type { TlsFiles } from '../server/tls.ts';
import { startServer } from '../server/server.ts';
import type { CommandContext } from './program.ts';
import { type SettingFlags, setUp } from './settings.ts';
import { untilAborted } from './until-aborted.ts';

/** A platform holds its call open meanwhile: beyond this it is told when to come back instead. */
const rateWaits = { longestRateWaitMs: 30_000, totalRateWaitMs: 60_000, forgetsRateWaits: true };

export type ServeFlags = SettingFlags & { readonly listen: string };

/** Serves until the process is asked to end. */
export async function serve(options: ServeFlags, { env, signal, print }: CommandContext): Promise<void> {
  const { client, policy, logger, settings } = setUp(options, env, rateWaits);
  const tls = tlsFiles(settings);
  const audit = settings.provisioning ? await openAuditLog(settings.auditLog) : undefined;
  const provisioner = audit && createProvisioner({ client, audit: (entry) => audit.append(entry), joinTenant: settings.joinTenant, logger });
  const connector = createConnector({ project: client, policy, ...(provisioner !== undefined && { provisioner }) });
  const server = await startServer({ surface: connector, listen: options.listen, logger, ...(tls !== undefined && { tls }) });
  print(`listening on ${server.address}`);
  await untilAborted(signal);
  await server.stop();
  connector.close();
  await audit?.close();
}

/** All three files of mutual TLS, or none. */
function tlsFiles({ tlsCert: cert, tlsKey: key, tlsClientCa: clientCa }: Settings): TlsFiles | undefined {
  if (cert !== undefined && key !== undefined && clientCa !== undefined) {
    return { cert, key, clientCa };
  }
  if (cert !== undefined || key !== undefined || clientCa !== undefined) {
    throw new ConnectorError('config', '--tls-cert, --tls-key and --tls-client-ca go together: TLS here is always mutual');
  }
  return undefined;
}
