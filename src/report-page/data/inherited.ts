import type { ReportFlow } from '../../answers/report-format.ts';
import type { Project, Target } from './project.ts';

/** What stands for an edge where something is held directly. */
export const direct = -1;

/** Numbers of the edges by which the direct holders of target number n have something below. */
export function edgesFrom({ inherited }: Project, target: number): Uint32Array {
  return inherited.edgesFrom.subarray(inherited.fromStart[target], inherited.fromStart[target + 1]);
}

/** Numbers of the edges by which something is inherited into a tenant. */
export function edgesInto({ inherited }: Project, tenant: number): Uint32Array {
  return inherited.edgesInto.subarray(inherited.intoStart[tenant], inherited.intoStart[tenant + 1]);
}

/** What is held above, by everybody to whom the edge applies. */
export function sourceOf({ inherited, holdings }: Project, edge: number): Target | undefined {
  return holdings.targets[inherited.source[edge] ?? -1];
}

/** The tenant above in which it is held; -1 for what is held directly. */
export function heldAbove(project: Project, edge: number): number {
  const { role = -1, tenant = -1 } = sourceOf(project, edge) ?? {};
  return tenant === -1 ? (project.roles[role]?.tenant ?? -1) : tenant;
}

const sure: ReportFlow = { certainty: 'derived', keys: '', reason: '' };

/** How sure an edge is; what is held directly is sure. */
export function flowOf({ inherited }: Project, edge: number): ReportFlow {
  return inherited.flows[inherited.flow[edge] ?? -1] ?? sure;
}

export function isUncertain(project: Project, edge: number): boolean {
  return flowOf(project, edge).certainty === 'uncertain';
}

/** Why something is uncertain, in words; '' for no reason. */
export function reasonInWords(reason: string): string {
  return reason
    .split(',')
    .filter((word) => word !== '')
    .map((word) => (Object.hasOwn(reasons, word) ? (reasons[word] ?? word) : word))
    .join('; ');
}

const reasons: Readonly<Record<string, string>> = {
  'parent-governs': 'only if the setting of the upper tenant decides, which Descope’s texts leave open',
  'child-governs': 'only if the setting of the lower tenant decides, which Descope’s texts leave open',
  'user-only': '“userOnly” on the way may pass on the membership without the roles',
  'tenant-disabled': 'a tenant on the way is disabled',
  'unknown-value': 'a tenant on the way has a setting that this program does not know',
};

/** What a page can say about inheritance. */
export type Knowledge = 'derived' | 'switched-off' | 'untold';

/**
 * Whether the file tells what is inherited: `switched-off` by the setting of the sync, `untold` where an older version
 * or another tool wrote it.
 */
export function inheritanceKnown({ about, inherited }: Project): Knowledge {
  const mode = about.summary.inheritance?.mode;
  if (mode === 'none') {
    return 'switched-off';
  }
  return mode !== undefined || inherited.count > 0 ? 'derived' : 'untold';
}
