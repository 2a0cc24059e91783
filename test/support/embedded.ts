import { type Connector, createConnector, type Judge } from '../../src/connector.ts';
import { createDescopeClient, type DescopeClientOptions } from '../../src/descope/client.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import type { ProjectRead, SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { Secret } from '../../src/secret.ts';
import { connectSurface, type RemoteSurface } from '../../src/server/remote-surface.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';

/** A client of an embedded project, as the command line would build it. */
export function clientOf(
  { baseUrl, projectId, managementKey }: Emulator,
  options: Partial<DescopeClientOptions> = {},
): ReturnType<typeof createDescopeClient> {
  const key = new Secret(managementKey);
  return createDescopeClient({ baseUrl, projectId, managementKey: () => key, ...options });
}

/**
 * An embedded project, a connector in front of it, its gRPC server and a client of that: the whole way, on loopback.
 */
export interface Embedded extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly connector: Connector;
  readonly server: RunningServer;
  readonly remote: RemoteSurface;
}

export interface EmbeddedOptions {
  readonly emulator?: EmulatorOptions;
  readonly policy?: SyncPolicy;
  readonly client?: Partial<DescopeClientOptions>;
  /** What findings are judged by. */
  readonly judge?: Judge;
  /** Stands between the connector and its client. */
  readonly wrap?: (project: ProjectRead) => ProjectRead;
}

export async function startEmbedded({
  emulator: emulatorOptions = {},
  policy = { tenantRoles: 'all' },
  client = {},
  judge,
  wrap = (project) => project,
}: EmbeddedOptions = {}): Promise<Embedded> {
  const emulator = await startEmulator(emulatorOptions);
  const connector = createConnector({ project: wrap(clientOf(emulator, client)), policy, judge });
  const server = await startServer({ surface: connector, listen: '127.0.0.1:0' });
  const remote = connectSurface(server.address);
  return {
    emulator,
    connector,
    server,
    remote,
    [Symbol.asyncDispose]: async () => {
      remote.close();
      await server.stop(500);
      connector.close();
      await emulator.close();
    },
  };
}
