import type { Logger } from './log.ts';
import { createFeeds } from './feeds/feeds.ts';
import type { ConnectorSurface } from './model/surface.ts';
import type { Provisioner } from './provisioning/provisioner.ts';
import { listedManagementKeys } from './resources/console.ts';
import type { KeyExpiry } from './resources/key-expiry.ts';
import { keyExpiryIn } from './resources/sync/console-report.ts';
import { forecastOf, type GrantForecast } from './resources/sync/forecast.ts';
import { createProbe } from './resources/sync/probe.ts';
import { type SyncReport, syncReport } from './resources/sync/report.ts';
import type { ProjectRead, SyncPolicy } from './resources/sync/sync-session.ts';
import { createSyncSessions, type ReadLimits } from './resources/sync/sync-sessions.ts';
import { listedTypes } from './registry.ts';
import { accountManagerService } from './services/accounts.ts';
import { actionService } from './services/actions.ts';
import { composeSurface } from './services/answers.ts';
import { connectorService } from './services/connector-service.ts';
import { credentialManagerService } from './services/credentials.ts';
import { entitlementsService } from './services/entitlements.ts';
import { eventService } from './services/events.ts';
import { grantManagerService } from './services/grant-manager.ts';
import { grantsService } from './services/grants.ts';
import { resourceDeleterService, resourceManagerService } from './services/resource-manager.ts';
import { type Judge, judgingOf } from './services/judging.ts';
import { resourceTypesService } from './services/resource-types.ts';
import { resourceGetterService, resourcesService } from './services/resources.ts';

export type { KeyEnd, KeyExpiry } from './resources/key-expiry.ts';
export type { GrantForecast } from './resources/sync/forecast.ts';
export type { Judge } from './services/judging.ts';
export type { SyncReport } from './resources/sync/report.ts';

export interface ConnectorOptions {
  /** Changes access, or refuses to and writes that down; without it every grant and revoke is refused. */
  readonly provisioner?: Provisioner;
  readonly project: ProjectRead;
  readonly policy: SyncPolicy;
  /** Finds what `--include finding` lists. */
  readonly judge?: Judge | undefined;
  readonly logger?: Logger;
  readonly now?: () => number;
  /** Epoch milliseconds, for what is told of times. */
  readonly clock?: () => number;
  /** A clock that ticks, and how much is kept for syncs that nobody ends; others than the usual ones for tests. */
  readonly every?: (ms: number, work: () => void) => () => void;
  readonly limits?: ReadLimits;
  /** Told how many grants a sync will have to tell, once it has read every user. */
  readonly onForecast?: (forecast: GrantForecast) => void;
  /** Told when our own management keys end, whenever a sync that reads the console has read every user. */
  readonly onKeyExpiry?: (expiry: KeyExpiry) => void;
  /** Told of each record of the audit log whose action nobody knows. */
  readonly onUnknownAction?: (action: string) => void;
  /** A login in the audit log that names no user, and is told as no event. */
  readonly onNamelessLogin?: () => void;
}

/** The connector: the protocol's surface over one Descope project. */
export interface Connector extends ConnectorSurface {
  /** What a sync has read, proved and found. Undefined for a sync that is unknown, or whose users are not all read. */
  report(activeSyncId: string): SyncReport | undefined;
  /** Stops every action that is under way, and resolves when all have ended, and are written down. */
  stopActions(): Promise<void>;
  /** Stops every read. */
  close(): void;
}

export function createConnector({
  project,
  policy,
  judge,
  provisioner,
  now = () => performance.now(),
  clock = Date.now,
  onForecast,
  onKeyExpiry,
  logger,
  onUnknownAction = () => undefined,
  onNamelessLogin = () => undefined,
  ...timing
}: ConnectorOptions): Connector {
  const types = listedTypes(policy.include);
  const { projectId } = project;
  const sessions = createSyncSessions({
    project,
    policy,
    types,
    now,
    ...timing,
    ...(judge !== undefined && { judge: (session) => judgingOf(session, { judge, projectId, policy, types }) }),
    onCompleted: (completed) => {
      onForecast?.(forecastOf(completed, policy));
      if (onKeyExpiry !== undefined && types.lists.includes(listedManagementKeys)) {
        onKeyExpiry(keyExpiryIn(completed.catalog, project, Date.now()));
      }
    },
  });
  const actions = actionService({ provisioner, ...(logger !== undefined && { logger }) });
  return {
    ...composeSurface([
      connectorService({ probe: createProbe(project, types, now), sessions }),
      resourceTypesService({ types }),
      resourcesService({ projectId, policy, types, sessions }),
      resourceGetterService({ types, sessions }),
      entitlementsService({ types }),
      grantsService({ projectId, types, sessions }),
      grantManagerService({ provisioner, types }),
      resourceManagerService({ provisioner }),
      resourceDeleterService({ provisioner }),
      accountManagerService({ provisioner }),
      credentialManagerService({ provisioner }),
      actions.service,
      eventService({ feeds: createFeeds({ project, now: clock, onUnknownAction, onNamelessLogin }) }),
    ]),
    report: (activeSyncId) => {
      const session = sessions.peek(activeSyncId);
      return session === undefined ? undefined : syncReport(session);
    },
    stopActions: () => actions.stop(),
    close: () => sessions.close(),
  };
}
