import type { ReportConsoleGrant } from '../../answers/report-things.ts';
import type { Project } from './project.ts';

/** A role of the console that changes nothing; every other, and every role that is not known, counts as privileged. */
const harmless: ReadonlySet<string> = new Set(['auditor']);

/** Whether a grant in the console is privileged. What roles of management keys allow is not published: all are. */
export function isPrivilegedGrant({ isKey, roles }: Pick<ReportConsoleGrant, 'isKey' | 'roles'>): boolean {
  return isKey || roles.some((role) => !harmless.has(role));
}

const byKeys = new WeakMap<Project, ReadonlyMap<number, readonly ReportConsoleGrant[]>>();

/** What a management key may do, in which projects. */
export function grantsOfKey(project: Project, key: number): readonly ReportConsoleGrant[] {
  const known = byKeys.get(project) ?? Map.groupBy(keyGrants(project), ({ holder }) => holder);
  byKeys.set(project, known);
  return known.get(key) ?? [];
}

function keyGrants({ console: { grants } }: Project): readonly ReportConsoleGrant[] {
  return grants.filter(({ isKey }) => isKey);
}

/** How somebody comes to a role in a project, in words. */
export function viaInWords({ via, tags, isUncertain }: ReportConsoleGrant): string {
  const words =
    via === ''
      ? 'named for the project'
      : via === 'tag'
        ? `by tag ${tags.join(', ')}`
        : via === 'company_admin'
          ? 'company administrator'
          : via === 'company_role'
            ? 'role in the whole company'
            : via;
  return isUncertain ? `${words}, uncertain` : words;
}
