import { checkByPolicy } from '../checks/policy/check-by-policy.ts';
import type { Policy } from '../checks/policy/schema.ts';
import type { Severity } from '../checks/rule.ts';
import { counting, type Told } from '../checks/told.ts';
import { type CrossFinding, type CrossRule, openCrossCheck } from '../fleet/cross-check.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { askEach, type EachOptions, type Standing } from './fleet-projects.ts';
import type { ProjectSource } from './fleet-source.ts';

/** What an overview tells of a project: nothing but its standing, where it is not known. */
export interface OverviewRow {
  readonly standing: Standing;
  readonly users?: number;
  readonly tenants?: number;
  readonly findings?: Readonly<Record<Severity, number>>;
  /** Its own page, from the folder of that of all. */
  readonly page?: string;
}

/** What a report tells of a fleet. */
export interface FleetOverview {
  readonly rows: readonly OverviewRow[];
  readonly rules: readonly CrossRule[];
  readonly findings: readonly CrossFinding[];
  readonly people: { readonly all: number; readonly inSeveral: number };
}

export interface OverviewOptions extends EachOptions {
  readonly policy: Policy;
  /** A folder of the caller's, for what projects are compared by. */
  readonly folder: string;
  /** Has the findings of each project; all of them are read when it returns. */
  readonly take: (project: FleetProject, told: Told) => void;
  /** Makes its own page. */
  readonly makePage?: (project: FleetProject, source: ProjectSource) => Promise<string>;
}

/** Looks each project over by one policy, and what they have between them. */
export async function overviewOf(projects: readonly FleetProject[], options: OverviewOptions): Promise<FleetOverview> {
  const { policy, folder, take, makePage, nowMs } = options;
  using cross = openCrossCheck(folder);
  const rows: OverviewRow[] = [];
  const asked = askEach<Omit<OverviewRow, 'standing'>>(projects, options, async (project, source) => {
    const index = await source.open();
    cross.add(project, index);
    const told = counting(index, checkByPolicy(index, { policy, nowMs }));
    take(project, told);
    const { counts } = index.summary;
    return {
      findings: told.counts.bySeverity,
      ...(counts !== undefined && { users: counts.resources['user'] ?? 0, tenants: counts.resources['tenant'] ?? 0 }),
      ...(makePage !== undefined && { page: await makePage(project, source) }),
    };
  });
  for await (const { standing, answer } of asked) {
    rows.push({ standing, ...answer });
  }
  return { rows, rules: cross.rules(), findings: [...cross.findings()], people: cross.people() };
}
