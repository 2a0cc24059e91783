import type { ConsoleAdmin } from '../descope/console-admins.ts';
import type { Project } from '../descope/projects.ts';
import type { ResourceStatus } from '../model/resource-message.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import { fitText, maxDisplayNameBytes } from '../model/text.ts';
import { personTrait } from '../model/traits.ts';
import { consoleCatalog, listedAdmins, listedManagementKeys, listedProjects, unlistedIn } from './console.ts';
import { consoleRoleNames } from './project.ts';
import type { ResourceType } from './resource-type.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';

const statuses: Readonly<Record<string, ResourceStatus>> = {
  enabled: 'enabled',
  invited: 'enabled',
  disabled: 'disabled',
};

/** What the protocol's rules accept as an email address; anything else stays in the profile only. */
const emailPattern = /^[^\s@]+@[^\s@]+$/;

/** Whoever administers the console: no user of the project, even where one has the same address. */
function toAdmin(admin: ConsoleAdmin, projects: readonly Project[], { cuts }: SyncSession): ResourceRow {
  const { id, isCompanyAdmin, roles } = admin;
  const [login = '', ...loginAliases] = admin.loginIds.map((loginId) => fitText(loginId, maxDisplayNameBytes, cuts));
  const email = fitText(admin.email, maxDisplayNameBytes, cuts);
  const status = admin.status.toWellFormed();
  const profile = {
    descoper_id: id,
    name: fitText(admin.name, maxDisplayNameBytes, cuts),
    email,
    login_ids: [login, ...loginAliases].filter((loginId) => loginId !== ''),
    status,
    company_admin: isCompanyAdmin,
    other_roles: otherRoles(admin),
    ...unlistedIn(roles, projects),
  };
  const parts = {
    id,
    displayName: [admin.name, email, login].find((name) => name.trim() !== '') ?? id,
    status: Object.hasOwn(statuses, status) ? (statuses[status] ?? 'unspecified') : 'unspecified',
    statusDetail: status === 'enabled' ? '' : status,
    profile,
  };
  const trait = personTrait({ ...parts, emails: emailPattern.test(email) ? [email] : [], login, loginAliases });
  return resourceRow(toResource('console_admin', parts, [trait], cuts));
}

/** Roles that no entitlement of ours stands for, with what they are given in: they are not told otherwise. */
function otherRoles({ roles: { inProjects, byTags } }: ConsoleAdmin): string[] {
  const known: readonly string[] = consoleRoleNames;
  return [
    ...inProjects.map(({ roles, projectIds }) => ({ roles, where: projectIds })),
    ...byTags.map(({ roles, tags }) => ({ roles, where: tags.map((tag) => `tag ${tag}`) })),
  ].flatMap(({ roles, where }) =>
    roles.filter((role) => !known.includes(role)).flatMap((role) => where.map((place) => `${place}: ${role}`)),
  );
}

export const consoleAdminType: ResourceType = {
  words: {
    id: 'console_admin',
    displayName: 'Console administrator',
    plural: 'Console administrators',
    description: 'Somebody who administers projects in the Descope console; not a user of a project.',
    traits: ['user'],
    skips: 'entitlements and grants',
  },
  isOptIn: true,
  includedWith: 'console',
  reads: [listedAdmins, listedProjects].map(({ whole }) => whole.endpoint),
  lists: [listedAdmins, listedProjects, listedManagementKeys],
  parentTypeIds: [],
  entitlements: [],
  list: async (session, { cursor, limit, signal }) => {
    const catalog = await consoleCatalog(session, 'console_admin', signal);
    const projects = catalog.rows(listedProjects);
    return fillPage(
      rowsAfter(catalog.rows(listedAdmins), cursor, listedAdmins.idOf, (admin) => toAdmin(admin, projects, session)),
      limit,
    );
  },
  get: async (session, id, signal) => {
    const catalog = await consoleCatalog(session, undefined, signal);
    const admin = catalog.row(listedAdmins, id);
    return admin && toAdmin(admin, catalog.rows(listedProjects), session);
  },
};
