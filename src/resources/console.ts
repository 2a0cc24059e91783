import type { Catalog } from '../access/catalog.ts';
import type { CatalogList } from '../access/catalog-list.ts';
import { type ConsoleAdmin, consoleAdminList } from '../descope/console-admins.ts';
import type { ConsoleRoles } from '../descope/console-roles.ts';
import { companyKeyNeeded } from '../descope/http/errors.ts';
import { type ManagementKey, managementKeyList } from '../descope/management-keys.ts';
import { type Project, projectList } from '../descope/projects.ts';
import { ConnectorError } from '../errors.ts';
import type { SyncSession } from './sync/sync-session.ts';

/** What the types of the console share: their lists, and who has which role in which project. */
export const listedProjects: CatalogList<Project> = {
  typeId: 'project',
  whole: projectList,
  idOf: ({ id }) => id,
  bytesOf: ({ tags }) => 400 + tags.length * 60,
};

export const listedAdmins: CatalogList<ConsoleAdmin> = {
  typeId: 'console_admin',
  whole: consoleAdminList,
  idOf: ({ id }) => id,
  bytesOf: ({ roles }) => 800 + bytesOfRoles(roles),
};

export const listedManagementKeys: CatalogList<ManagementKey> = {
  typeId: 'management_key',
  whole: managementKeyList,
  idOf: ({ id }) => id,
  bytesOf: ({ roles, companyRoles }) => 900 + companyRoles.length * 60 + bytesOfRoles(roles),
};

function bytesOfRoles({ inProjects, byTags }: ConsoleRoles): number {
  const named = [...inProjects.map((entry) => entry.projectIds), ...byTags.map((entry) => entry.tags)];
  return named.reduce((sum, names) => sum + 200 + names.length * 60, 0);
}

/**
 * The catalog, for a type of the console. Throws `forbidden` where the lists are those of a key that a project limits: a
 * company has the project that is synced and the key that asks, so nothing there is an answer to somebody else.
 */
export async function consoleCatalog(session: SyncSession, typeId?: string, signal?: AbortSignal): Promise<Catalog> {
  const catalog = await (typeId === undefined ? session.catalog(signal) : session.beginListing(typeId, signal));
  const isWhole =
    catalog.row(listedProjects, session.project.projectId) !== undefined &&
    catalog.rows(listedManagementKeys).length > 0;
  if (!isWhole) {
    throw new ConnectorError(
      'forbidden',
      `the company's lists have ${catalog.rows(listedProjects).length} projects and ` +
        `${catalog.rows(listedManagementKeys).length} management keys, and miss this project or its key: ` +
        companyKeyNeeded,
    );
  }
  return catalog;
}

/** Roles that somebody has in a project, and how, where the project is not named itself. */
export interface HeldInProject {
  readonly roles: readonly string[];
  readonly via: '' | 'tag';
  /** The tags of the project that give them. */
  readonly tags: readonly string[];
  /**
   * Roles that only entries give of whose tags the project lacks some: Descope does not say whether one of them is
   * enough.
   */
  readonly uncertainRoles: readonly string[];
}

/** The roles in one project; those that it is named for come first. */
export function heldInProject({ inProjects, byTags }: ConsoleRoles, { id, tags }: Project): HeldInProject {
  const direct = inProjects.filter(({ projectIds }) => projectIds.includes(id)).flatMap(({ roles }) => roles);
  const tagged = byTags
    .filter((entry) => entry.roles.length > 0)
    .filter((entry) => entry.tags.some((tag) => tags.includes(tag)));
  const roles = [...new Set([...direct, ...tagged.flatMap((entry) => entry.roles)])];
  const certain = new Set([
    ...direct,
    ...tagged.filter((entry) => entry.tags.every((tag) => tags.includes(tag))).flatMap((entry) => entry.roles),
  ]);
  const uncertainRoles = roles.filter((role) => !certain.has(role));
  if (direct.length > 0 || tagged.length === 0) {
    return { roles, via: '', tags: [], uncertainRoles };
  }
  return {
    roles,
    via: 'tag',
    tags: tags.filter((tag) => tagged.some((entry) => entry.tags.includes(tag))),
    uncertainRoles,
  };
}

/** What the roles name that no listed project has: no grant can say it, so that the profile does. */
export function unlistedIn(
  { inProjects, byTags }: ConsoleRoles,
  projects: readonly Project[],
): { readonly unlisted_projects: string[]; readonly unlisted_tags: string[] } {
  const ids = new Set(projects.map(({ id }) => id));
  const tags = new Set(projects.flatMap((project) => project.tags));
  return {
    unlisted_projects: missing(
      inProjects.flatMap(({ projectIds }) => projectIds),
      ids,
    ),
    unlisted_tags: missing(
      byTags.flatMap((entry) => entry.tags),
      tags,
    ),
  };
}

function missing(names: readonly string[], known: ReadonlySet<string>): string[] {
  return [...new Set(names)].filter((name) => !known.has(name));
}
