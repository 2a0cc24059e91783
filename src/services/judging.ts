import type { ResourceRow } from '../model/row.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import { noCuts } from '../model/text.ts';
import { rfc3339OfSeconds } from '../model/time.ts';
import type { FindingRows, Judging } from '../resources/sync/judging.ts';
import { type SyncReport, syncReport } from '../resources/sync/report.ts';
import { uncounted } from '../resources/sync/session-counters.ts';
import { singleFlight } from '../resources/sync/single-flight.ts';
import type { SyncPolicy, SyncSession } from '../resources/sync/sync-session.ts';
import type { SyncSessions } from '../resources/sync/sync-sessions.ts';
import type { TypeSet } from '../resources/type-set.ts';
import { toUser } from '../resources/user.ts';
import { composeSurface } from './answers.ts';
import { entitlementsService } from './entitlements.ts';
import { grantsService } from './grants.ts';
import { resourceTypesService } from './resource-types.ts';
import { resourcesService } from './resources.ts';

/** Judges syncs by rules. */
export interface Judge {
  /** One sync. */
  begin(): Promise<JudgedRows>;
}

/** The rows of one sync, as they are judged. */
export interface JudgedRows {
  /** Never throws. */
  users(rows: readonly ResourceRow[]): void;
  /** Judges them with all else that the sync has. May be asked again where it failed. */
  judge(sync: JudgedSync, signal: AbortSignal): Promise<FindingRows>;
  close(): void;
}

/** What a sync has read besides its users. */
export interface JudgedSync {
  /** Answers all that the caller of the sync is answered, but for findings. */
  readonly surface: ConnectorSurface;
  /** The types to walk: all but users, who were taken, and findings. */
  readonly typeIds: ReadonlySet<string>;
  readonly report: SyncReport;
  readonly beganAtMs: number;
  readonly tenantRoles: SyncPolicy['tenantRoles'];
  /** RFC 3339, by user id: when some of them last signed in, for a sync that asks for it. */
  readonly lastLogins: (userIds: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, string>>;
}

export interface JudgedBy {
  readonly judge: Judge;
  readonly projectId: string;
  readonly policy: SyncPolicy;
  readonly types: TypeSet;
}

/** The rows lie on disk; of their database so much is kept in memory at most. */
export const bytesOfRows = 16 * 1024 * 1024;

/** Judges what one session reads: users as they pass by, all else when they are settled. */
export function judgingOf(session: SyncSession, options: JudgedBy): Judging {
  let rows: Promise<JudgedRows> | undefined;
  let found: ((signal?: AbortSignal) => Promise<FindingRows>) | undefined;
  const begun = (): Promise<JudgedRows> => (rows ??= options.judge.begin());

  async function judged(signal: AbortSignal): Promise<FindingRows> {
    await session.complete(signal);
    const report = syncReport(session);
    if (report === undefined) {
      throw new Error('the users were all read, and nothing is reported of them');
    }
    const read = await begun();
    return await uncounted(() => read.judge(syncOf(session, report, options), signal));
  }

  const drop = (): void => {
    unheard(rows?.then((open) => open.close()));
    rows = undefined;
    found = undefined;
  };
  return {
    get bytes() {
      return rows === undefined ? 0 : bytesOfRows;
    },
    take: (users) => {
      const listed = users.map((user) => toUser(user, noCuts));
      unheard(begun().then((open) => open.users(listed)));
    },
    forget: drop,
    findings: (signal) => (found ??= singleFlight(judged))(signal),
    close: drop,
  };
}

/** What fails here is told by `findings`. */
function unheard(work: Promise<void> | undefined): void {
  work?.catch(() => undefined);
}

function syncOf(session: SyncSession, report: SyncReport, { projectId, policy, types }: JudgedBy): JudgedSync {
  const sessions: SyncSessions = {
    use: (_call, work) => work(session),
    peek: () => session,
    end: () => undefined,
    close: () => undefined,
  };
  return {
    surface: composeSurface([
      resourceTypesService({ types }),
      resourcesService({ projectId, policy, types, sessions }),
      entitlementsService({ types }),
      grantsService({ projectId, types, sessions }),
    ]),
    typeIds: types.typeIds.difference(new Set(['user', 'finding'])),
    report,
    beganAtMs: session.beganAtMs,
    tenantRoles: policy.tenantRoles,
    lastLogins: async (userIds, signal) => {
      const logins = await session.lastLogins.of(
        userIds.map((userId) => ({ userId })),
        signal,
      );
      const known = userIds.flatMap((userId) => {
        const seconds = logins.get(userId);
        return seconds === undefined ? [] : [[userId, rfc3339OfSeconds(seconds)] as const];
      });
      return new Map(known);
    },
  };
}
