import { ConnectorService } from '../gen/c1/connector/v2/connector_pb.ts';
import { checkSyncId } from '../model/requests.ts';
import type { Probe } from '../resources/sync/probe.ts';
import type { SyncSessions } from '../resources/sync/sync-sessions.ts';
import { sdkVersion } from '../version.ts';
import { type AnsweredService, answering } from './answers.ts';
import { connectorMetadata } from './metadata.ts';

export interface ConnectorServiceOptions {
  readonly probe: Probe;
  readonly sessions: SyncSessions;
}

/** ConnectorService: whether the project can be read, what the connector can do, and the end of a sync. */
export function connectorService({ probe, sessions }: ConnectorServiceOptions): AnsweredService {
  return answering(ConnectorService, {
    validate: async (_request, signal) => {
      await probe(signal);
      return { sdkVersion };
    },

    getMetadata: () => ({ metadata: connectorMetadata() }),

    cleanup: ({ activeSyncId }) => {
      checkSyncId(activeSyncId);
      sessions.end(activeSyncId);
      return {};
    },
  });
}
