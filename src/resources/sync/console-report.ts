import type { Catalog } from '../../access/catalog.ts';
import { listedAdmins, listedManagementKeys, listedProjects, unlistedIn } from '../console.ts';
import { type KeyExpiry, keyExpiryOf } from '../key-expiry.ts';
import type { ProjectRead, SyncSession } from './sync-session.ts';

/** What reading the console showed besides. */
export interface ConsoleReport {
  /** Projects and tags that roles name, and that no listed project is or has; each once. */
  readonly unlistedProjects: number;
  readonly unlistedTags: number;
  readonly keyExpiry: KeyExpiry;
}

/** Undefined where it is not read. */
export function consoleReport({ types, completedNow, project, beganAtMs }: SyncSession): ConsoleReport | undefined {
  if (!types.lists.includes(listedManagementKeys) || completedNow === undefined) {
    return undefined;
  }
  const { catalog } = completedNow;
  const projects = catalog.rows(listedProjects);
  const unlisted = [...catalog.rows(listedAdmins), ...catalog.rows(listedManagementKeys)].map(({ roles }) =>
    unlistedIn(roles, projects),
  );
  return {
    unlistedProjects: new Set(unlisted.flatMap((one) => one.unlisted_projects)).size,
    unlistedTags: new Set(unlisted.flatMap((one) => one.unlisted_tags)).size,
    keyExpiry: keyExpiryIn(catalog, project, beganAtMs),
  };
}

/** When the keys end with which a project is asked, by the lists of its company. */
export function keyExpiryIn(
  catalog: Catalog,
  { projectId, ownKeys }: Pick<ProjectRead, 'projectId' | 'ownKeys'>,
  nowMs: number,
): KeyExpiry {
  return keyExpiryOf(catalog.rows(listedManagementKeys), catalog.rows(listedProjects), {
    projectId,
    own: ownKeys ?? [],
    nowMs,
  });
}
