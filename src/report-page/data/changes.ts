import type { ReportChange } from '../../answers/report-format.ts';
import type { Analysis } from './analysis.ts';
import { isShut } from './findings.ts';
import type { Project } from './project.ts';

/** Why a change is to be looked at first. */
export type Flag = 'new privileged access' | 'gained while disabled' | 'enabled again, privileged';

/** One change since the older file, with what a reviewer has to look at first. */
export interface ChangeRow extends ReportChange {
  readonly flags: readonly Flag[];
}

/** The changes in the groups in which `diff` counts them; in each, those that are flagged come first. */
export interface Changes {
  /** Of all groups. */
  readonly flagged: readonly ChangeRow[];
  /** Memberships and roles. */
  readonly gained: readonly ChangeRow[];
  readonly lost: readonly ChangeRow[];
  /** People who came, went, or whose status changed. */
  readonly people: readonly ChangeRow[];
  /** Tenants, roles and permissions that came and went, and permissions that roles gained and lost. */
  readonly model: readonly ChangeRow[];
  readonly all: readonly ChangeRow[];
}

const made = new WeakMap<Project, Changes>();

/** All changes, flagged ones first. Worked out once. */
export function listChanges(project: Project, analysis: Analysis): Changes {
  const known = made.get(project);
  if (known !== undefined) {
    return known;
  }
  const all = project.changes
    .map((change): ChangeRow => Object.assign({ flags: flagsOf(project, analysis, change) }, change))
    .sort((left, right) => right.flags.length - left.flags.length);
  const changes = {
    all,
    flagged: all.filter(({ flags }) => flags.length > 0),
    gained: all.filter((change) => groupOf(change) === 'gained'),
    lost: all.filter((change) => groupOf(change) === 'lost'),
    people: all.filter((change) => groupOf(change) === 'people'),
    model: all.filter((change) => groupOf(change) === 'model'),
  };
  made.set(project, changes);
  return changes;
}

function groupOf({ kind, verb }: ReportChange): 'gained' | 'lost' | 'people' | 'model' {
  if (kind === 'user') {
    return 'people';
  }
  return kind !== 'role-permission' && (verb === 'gained' || verb === 'lost') ? verb : 'model';
}

function flagsOf(project: Project, { privilege, levelOfPermission, userPrivileged }: Analysis, { kind, verb, user, role, permission, before, after, holders }: ReportChange): Flag[] {
  const word = (status: number): string => project.statuses[status] ?? '';
  if (kind === 'user') {
    const wasShut = ['disabled', 'expired'].includes(word(before));
    const isBack = verb === 'changed' && wasShut && !['disabled', 'expired'].includes(word(after));
    return isBack && userPrivileged[user] === 1 ? ['enabled again, privileged'] : [];
  }
  if (verb !== 'gained') {
    return [];
  }
  if (kind === 'role-permission') {
    return holders > 0 && levelOfPermission[permission] === 'administrative' ? ['new privileged access'] : [];
  }
  const isPower = (privilege[role]?.length ?? 0) > 0;
  return [...(isPower ? (['new privileged access'] as const) : []), ...(isShut(project, user) ? (['gained while disabled'] as const) : [])];
}
