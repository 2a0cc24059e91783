import type { CompanyRecords, DescoperRecord, ManagementKeyRecord, ProjectRecord } from './company-records.ts';
import {
  accountTraits,
  addResource,
  distinct,
  filled,
  type Json,
  keyRow,
  named,
  nameOfKey,
  secretTrait,
  trait,
  type TruthInMaking,
  whole,
} from './truth-words.ts';

const consoleRoles = ['admin', 'developer', 'support', 'auditor'];

const adminStatuses = new Map([
  ['enabled', 'ENABLED'],
  ['invited', 'ENABLED'],
  ['disabled', 'DISABLED'],
]);

/** What records say of the console: projects, administrators, management keys, and who may do what in which project. */
export function addConsole(truth: TruthInMaking, records: CompanyRecords, nowMs: number): void {
  for (const project of records.projects) {
    const { id, name, environment, tags } = project;
    addResource(truth, 'project', id, {
      displayName: named(name, id),
      profile: { project_id: id, name: whole(name), environment: whole(environment), tags: distinct(filled(tags)) },
    });
    for (const admin of records.descopers) {
      for (const role of consoleRoles) {
        const held = adminHolds(admin, role, project);
        if (held !== undefined) {
          truth.grants.set(`project:${id}:${role}:console_admin:${admin.id}`, held.note);
        }
      }
    }
    for (const key of records.managementKeys) {
      const note = keyNote(key, project);
      if (note !== undefined) {
        truth.grants.set(`project:${id}:management_key_role:management_key:${key.id}`, note);
      }
    }
  }
  for (const admin of records.descopers) {
    addResource(truth, 'console_admin', admin.id, adminRow(admin, records.projects));
  }
  for (const key of records.managementKeys) {
    const { companyRoles, projectRoles, tagRoles } = key.reBac;
    const row = keyRow(key, nameOfKey(key, records.managementKeys), nowMs, {
      company_roles: distinct(companyRoles),
      ...unlisted(projectRoles, tagRoles, records.projects),
    });
    addResource(truth, 'management_key', key.id, { ...row, annotations: accountTraits(row, 'descope.management_key') });
    const identity = { identityId: { resourceType: 'management_key', resource: key.id } };
    addResource(truth, 'management_key_secret', key.id, {
      ...row,
      annotations: [secretTrait(key, 'descope.management_key', identity)],
    });
  }
}

interface TagEntry {
  readonly tags: readonly string[];
}

/** How entries by tag reach a project; undefined where none does. */
function byTag(entries: readonly TagEntry[], project: ProjectRecord): Json | undefined {
  const tags = distinct(filled(project.tags));
  const reaching = entries.filter((entry) => entry.tags.some((tag) => tags.includes(tag)));
  const isSure = reaching.some((entry) => entry.tags.every((tag) => tags.includes(tag)));
  return reaching.length === 0
    ? undefined
    : {
        via: 'tag',
        tags: tags.filter((tag) => reaching.some((entry) => entry.tags.includes(tag))),
        ...(!isSure && { certainty: 'uncertain' }),
      };
}

function adminHolds(
  { rbac }: DescoperRecord,
  role: string,
  project: ProjectRecord,
): { readonly note: Json | undefined } | undefined {
  if (rbac.projects.some((entry) => entry.role === role && entry.projectIds.includes(project.id))) {
    return { note: undefined };
  }
  if (rbac.isCompanyAdmin && role === 'admin') {
    return { note: { via: 'company_admin' } };
  }
  const note = byTag(
    rbac.tags.filter((entry) => entry.role === role),
    project,
  );
  return note === undefined ? undefined : { note };
}

/**
 * The roles of a key in a project. One that only an entry gives of whose tags the project lacks some is not sure, and
 * is named where others are.
 */
function keyNote({ reBac }: ManagementKeyRecord, project: ProjectRecord): Json | undefined {
  const direct = reBac.projectRoles
    .filter((entry) => entry.projectIds.includes(project.id))
    .flatMap(({ roles }) => roles);
  const tagEntries = reBac.tagRoles.filter((entry) => entry.roles.length > 0);
  const tagged = byTag(tagEntries, project);
  const reaching = tagEntries.filter((entry) => byTag([entry], project) !== undefined);
  const sure = new Set([
    ...direct,
    ...reBac.companyRoles,
    ...reaching.filter((entry) => byTag([entry], project)?.['certainty'] === undefined).flatMap(({ roles }) => roles),
  ]);
  const roles = distinct([...direct, ...reaching.flatMap((entry) => entry.roles), ...reBac.companyRoles]);
  const unsure = roles.filter((role) => !sure.has(role));
  const how =
    direct.length > 0 ? {} : tagged === undefined ? { via: 'company_role' } : { via: 'tag', tags: tagged['tags'] };
  return roles.length === 0
    ? undefined
    : {
        roles,
        ...how,
        ...(unsure.length > 0 && { certainty: 'uncertain' }),
        ...(unsure.length > 0 && unsure.length < roles.length && { uncertain_roles: unsure }),
      };
}

function unlisted(
  inProjects: readonly { readonly projectIds: readonly string[] }[],
  byTags: readonly TagEntry[],
  projects: readonly ProjectRecord[],
): Json {
  const ids = distinct(inProjects.flatMap(({ projectIds }) => projectIds));
  const tags = distinct(byTags.flatMap((entry) => entry.tags));
  return {
    unlisted_projects: ids.filter((id) => projects.every((project) => project.id !== id)),
    unlisted_tags: tags.filter((tag) => projects.every((project) => !project.tags.includes(tag))),
  };
}

function adminRow(
  { id, attributes, status: given, rbac, ...rest }: DescoperRecord,
  projects: readonly ProjectRecord[],
): Json {
  const [name, email, word] = [attributes.displayName ?? '', attributes.email ?? '', given].map(whole);
  const logins = distinct(filled([...(rest.loginIDs ?? []), ...(rest.loginIds ?? [])])).map(whole);
  const status = adminStatuses.get(word ?? '') ?? 'UNSPECIFIED';
  const details = word === 'enabled' ? '' : word;
  const others = (entries: readonly { readonly role: string; readonly places: readonly string[] }[]): string[] =>
    entries
      .filter(({ role }) => role !== '' && !consoleRoles.includes(role))
      .flatMap(({ role, places }) => distinct(places).map((place) => `${place}: ${role}`));
  const profile = {
    descoper_id: id,
    name,
    email,
    login_ids: logins,
    status: word,
    company_admin: rbac.isCompanyAdmin,
    other_roles: [
      ...others(rbac.projects.map(({ role, projectIds }) => ({ role, places: projectIds }))),
      ...others(rbac.tags.map(({ role, tags }) => ({ role, places: tags.map((tag) => `tag ${tag}`) }))),
    ],
    ...unlisted(rbac.projects, rbac.tags, projects),
  };
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(email ?? '');
  return {
    displayName: [name, email, ...logins.slice(0, 1)].find((text) => (text ?? '').trim() !== '') ?? id,
    status: { status: `RESOURCE_STATUS_${status}`, details },
    profile,
    annotations: [
      trait('UserTrait', {
        accountType: 'ACCOUNT_TYPE_HUMAN',
        status: { status: `STATUS_${status}`, details },
        profile,
        emails: isAddress ? [{ address: email, isPrimary: true }] : [],
        login: logins[0],
        loginAliases: logins.slice(1),
      }),
    ],
  };
}
