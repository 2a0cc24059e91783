import { changeFlags, type ChangeFlag, type ReportChange } from '../../answers/report-format.ts';
import type { Project } from './project.ts';

/** One change since the older file, with what a reviewer has to look at first, as `diff` judges it. */
export interface ChangeRow extends Omit<ReportChange, 'flags'> {
  readonly flags: readonly ChangeFlag[];
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
export function listChanges(project: Project): Changes {
  const known = made.get(project);
  if (known !== undefined) {
    return known;
  }
  const all = project.changes
    .map((change): ChangeRow =>
      Object.assign({}, change, { flags: changeFlags.filter((_, at) => (change.flags & (1 << at)) !== 0) }),
    )
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

function groupOf({ kind, verb }: ChangeRow): 'gained' | 'lost' | 'people' | 'model' {
  if (kind === 'user') {
    return 'people';
  }
  return kind !== 'role-permission' && (verb === 'gained' || verb === 'lost') ? verb : 'model';
}
