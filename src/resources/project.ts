import type { JsonObject } from '@bufbuild/protobuf';
import type { CatalogList } from '../access/catalog-list.ts';
import type { ConsoleAdmin } from '../descope/console-admins.ts';
import type { ManagementKey } from '../descope/management-keys.ts';
import type { Project } from '../descope/projects.ts';
import { edgeRow } from '../model/edge-row.ts';
import { toResource } from '../model/resource-message.ts';
import { type GrantRow, type ResourceRow, resourceRow } from '../model/row.ts';
import {
  consoleCatalog,
  type HeldInProject,
  heldInProject,
  listedAdmins,
  listedManagementKeys,
  listedProjects,
} from './console.ts';
import type { EntitlementType, ResourceType } from './resource-type.ts';
import { emptyPage, fillPage, type Page, type PageRequest, rowsAfter } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';

/** What administrators may do in a project, in Descope's words, each an entitlement. */
export const consoleRoleNames = ['admin', 'developer', 'support', 'auditor'] as const;
type ConsoleRoleName = (typeof consoleRoleNames)[number];

function toProject({ id, name, environment, tags }: Project, { cuts }: SyncSession): ResourceRow {
  const profile = {
    project_id: id,
    name: name.toWellFormed(),
    environment: environment.toWellFormed(),
    tags: [...tags],
  };
  const parts = { id, displayName: name.trim() === '' ? id : name, profile };
  return resourceRow(toResource('project', parts, [], cuts));
}

/** What a grant says of itself: the roles where they are not the entitlement's own, and how they came about. */
type GrantNote = JsonObject | undefined;

/** Undefined for an administrator who does not have the role in the project. */
function noteOfAdmin(
  admin: ConsoleAdmin,
  role: ConsoleRoleName,
  project: Project,
): { readonly note: GrantNote } | undefined {
  const byRole = {
    inProjects: admin.roles.inProjects.filter(({ roles }) => roles.includes(role)),
    byTags: admin.roles.byTags.filter(({ roles }) => roles.includes(role)),
  };
  const held = heldInProject(byRole, project);
  if (held.roles.length > 0 && (held.via === '' || role !== 'admin' || !admin.isCompanyAdmin)) {
    return { note: noteOf(held, held.uncertainRoles.length > 0) };
  }
  return admin.isCompanyAdmin && role === 'admin' ? { note: { via: 'company_admin' } } : undefined;
}

/**
 * Undefined for a key that has no role in the project. What its roles mean is not published: they stand as they are.
 * Those that are uncertain are named where others are not.
 */
function noteOfKey(
  { roles: given, companyRoles }: ManagementKey,
  project: Project,
): { readonly note: GrantNote } | undefined {
  const held = heldInProject(given, project);
  const roles = [...new Set([...held.roles, ...companyRoles])];
  if (roles.length === 0) {
    return undefined;
  }
  const uncertain = held.uncertainRoles.filter((role) => !companyRoles.includes(role));
  return {
    note: {
      roles,
      ...(held.roles.length === 0 ? { via: 'company_role' } : noteOf(held, uncertain.length > 0)),
      ...(uncertain.length > 0 && uncertain.length < roles.length && { uncertain_roles: uncertain }),
    },
  };
}

function noteOf({ via, tags }: HeldInProject, isUncertain: boolean): GrantNote {
  return via === '' && !isUncertain
    ? undefined
    : { ...(via !== '' && { via, tags: [...tags] }), ...(isUncertain && { certainty: 'uncertain' }) };
}

/** A page of one entitlement of a project: those rows of a list that have it, in the order of their ids. */
async function grantPage<Row>(
  session: SyncSession,
  { projectId, slug }: { readonly projectId: string; readonly slug: string },
  list: CatalogList<Row>,
  noteIn: (row: Row, project: Project) => { readonly note: GrantNote } | undefined,
  { cursor, limit, signal }: PageRequest,
): Promise<Page<GrantRow>> {
  const catalog = await consoleCatalog(session, undefined, signal);
  const project = catalog.row(listedProjects, projectId);
  if (project === undefined) {
    return emptyPage();
  }
  const holders = catalog.rows(list).flatMap((row) => {
    const held = noteIn(row, project);
    return held === undefined ? [] : [{ id: list.idOf(row), note: held.note }];
  });
  const toRow = ({ id, note }: { readonly id: string; readonly note: GrantNote }): GrantRow =>
    edgeRow({
      entitlement: { typeId: 'project', resourceId: projectId, slug },
      principal: { typeId: list.typeId, id },
      ...(note !== undefined && { metadata: note }),
    });
  return fillPage(
    rowsAfter(holders, cursor, ({ id }) => id, toRow),
    limit,
  );
}

const meanings: Readonly<Record<ConsoleRoleName, string>> = {
  admin: 'May change all settings of the project in the console.',
  developer: 'May change flows and the configuration of the project in the console.',
  support: 'May see and manage users and read the audit of the project in the console.',
  auditor: 'May read the audit of the project in the console.',
};

const ofAdmins: readonly EntitlementType[] = consoleRoleNames.map((role) => ({
  words: {
    slug: role,
    displayName: `Console ${role}`,
    description: `${meanings[role]} Changed in the console.`,
    purpose: 'assignment',
    isImmutable: true,
  },
  grantableTo: ['console_admin'],
  grants: (session, projectId, request) =>
    grantPage(
      session,
      { projectId, slug: role },
      listedAdmins,
      (admin, project) => noteOfAdmin(admin, role, project),
      request,
    ),
}));

const ofKeys: EntitlementType = {
  words: {
    slug: 'management_key_role',
    displayName: 'Management key role',
    description: 'A management key may act on the project; each grant tells with which roles. Changed in the console.',
    purpose: 'assignment',
    isImmutable: true,
  },
  grantableTo: ['management_key'],
  grants: (session, projectId, request) =>
    grantPage(session, { projectId, slug: 'management_key_role' }, listedManagementKeys, noteOfKey, request),
};

export const projectType: ResourceType = {
  words: {
    id: 'project',
    displayName: 'Project',
    plural: 'Projects',
    description: 'A project of the company, with who may change it in the console or by a management key.',
    traits: [],
    skips: 'entitlements',
  },
  isOptIn: true,
  includedWith: 'console',
  reads: [listedProjects, listedAdmins, listedManagementKeys].map(({ whole }) => whole.endpoint),
  lists: [listedProjects, listedAdmins, listedManagementKeys],
  parentTypeIds: [],
  entitlements: [...ofAdmins, ofKeys],
  list: async (session, { cursor, limit, signal }) => {
    const projects = (await consoleCatalog(session, 'project', signal)).rows(listedProjects);
    return fillPage(
      rowsAfter(projects, cursor, listedProjects.idOf, (project) => toProject(project, session)),
      limit,
    );
  },
  get: async (session, id, signal) => {
    const project = (await consoleCatalog(session, undefined, signal)).row(listedProjects, id);
    return project && toProject(project, session);
  },
};
