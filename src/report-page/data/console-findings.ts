import type { ReportConsoleAdmin } from '../../answers/report-things.ts';
import type { Finding, ThingRef } from './finding.ts';
import { managementKeyRef } from './key-findings.ts';
import { isRead, showsKeys } from './keys.ts';
import type { Project } from './project.ts';

/** So many company administrators and no more are usual: one, and one more for when that one is away. */
export const fewCompanyAdmins = 2;

/** Findings about who runs the console; none where it was not read: the page says once what was not. */
export function consoleFindings(project: Project): Finding[] {
  return isRead(project, 'project')
    ? [
        disabledAdmins(project),
        companyAdmins(project),
        invitedAdmins(project),
        ...(showsKeys(project, 'management_key') ? [companyKeys(project)] : []),
      ]
    : [];
}

function adminRef({ id, name, email, login }: ReportConsoleAdmin): ThingRef {
  return {
    kind: 'admin',
    name,
    id,
    marks: ['console administrator', email || login || id],
    route: ['console', id],
  };
}

/** How many rights each administrator has. */
function rightsOf({ console: { admins, grants } }: Project): Uint32Array {
  const counts = new Uint32Array(admins.length);
  grants.forEach(({ isKey, holder }) => {
    if (!isKey) {
      counts[holder] = (counts[holder] ?? 0) + 1;
    }
  });
  return counts;
}

function companyAdmins(project: Project): Finding {
  const rows = project.console.admins
    .filter(({ isCompanyAdmin, status }) => isCompanyAdmin && status !== 'disabled')
    .map((admin) => ({ what: adminRef(admin), state: admin.status, why: 'administers every project' }));
  return {
    id: 'company-admins',
    urgency: 'look',
    title: 'Many company administrators',
    rule:
      'They may change everything in every project of the company, also in those that are made later. Listed are those ' +
      `who are not disabled, where they are more than ${fewCompanyAdmins}. Name the projects that somebody ` +
      'needs instead.',
    none:
      'The company has ' +
      `${rows.length === 0 ? 'no company administrator' : rows.length === 1 ? 'one company administrator' : `${rows.length} company administrators`} ` +
      'who can log in.',
    columns: ['what', 'state', 'why'],
    rows: rows.length > fewCompanyAdmins ? rows : [],
  };
}

function invitedAdmins(project: Project): Finding {
  return {
    id: 'admins-invited',
    urgency: 'look',
    title: 'Console administrators who were invited and never joined',
    rule: 'Whoever gets at the mailbox can accept the invitation and has the rights at once. Take back what is not needed.',
    none: 'Everybody who was invited to the console has joined.',
    columns: ['what', 'state', 'why'],
    rows: rowsOfStatus(project, 'invited'),
  };
}

function disabledAdmins(project: Project): Finding {
  return {
    id: 'admins-disabled',
    urgency: 'act',
    title: 'Disabled console administrators with rights',
    rule: 'They cannot log in to the console today. Whoever enables them again gives all of it back at once, so take it away first.',
    none: 'No disabled administrator has rights in the console.',
    columns: ['what', 'state', 'why'],
    rows: rowsOfStatus(project, 'disabled').filter(({ why }) => why !== ''),
  };
}

function rowsOfStatus(project: Project, status: string) {
  const rights = rightsOf(project);
  return project.console.admins.flatMap((admin, at) => {
    const count = rights[at] ?? 0;
    const words = [
      ...(admin.isCompanyAdmin ? ['company administrator'] : []),
      ...(count === 0 || admin.isCompanyAdmin ? [] : [count === 1 ? '1 right' : `${count} rights`]),
      ...(admin.otherRoles.length === 0 ? [] : [admin.otherRoles.join(', ')]),
      ...(admin.unlisted.length === 0 ? [] : [`named for ${admin.unlisted.join(', ')}, which is not listed`]),
    ];
    return admin.status === status ? [{ what: adminRef(admin), state: admin.status, why: words.join('; ') }] : [];
  });
}

function companyKeys({ console: { keys } }: Project): Finding {
  return {
    id: 'keys-company',
    urgency: 'look',
    title: 'Management keys of the whole company',
    rule:
      'The key is active and has a role in every project, also in those that are made later. Make one for the projects ' +
      'that it is used for.',
    none: 'No active management key has a role in the whole company.',
    columns: ['what', 'state', 'why'],
    rows: keys
      .filter(({ companyRoles, status }) => companyRoles.length > 0 && status === 'active')
      .map((key) => ({ what: managementKeyRef(key), state: key.status, why: key.companyRoles.join(', ') })),
  };
}
