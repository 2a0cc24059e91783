import { choice, sure } from './switch-table.ts';
import type { SwitchValues } from './switch-table.ts';

/** Switches that decide what flows down the tree of tenants, and what a parent takes along when it goes. */
export const treeSwitches = {
  inheritanceGovernedBy: sure('inferred', choice('child', 'parent')),
  userOnlyInheritance: sure('inferred', choice('membership', 'roles')),
  parentDeletion: sure('invented', choice('reject', 'cascade', 'orphan')),
} as const;

export type TreeSwitches = SwitchValues<typeof treeSwitches>;

/** What of the tenants makes the tree. */
interface Tree {
  /** Ids of the direct children. */
  readonly successors: (tenantId: string) => readonly string[];
  readonly roleInheritance: (tenantId: string) => string | undefined;
}

/** A tenant that inherits from one above it. */
export interface Heir {
  readonly tenantId: string;
  /** False where the membership alone flows. */
  readonly withRoles: boolean;
}

/**
 * The tenants below one that inherit what a user holds there, by the one reading that the switches choose. A value
 * that nobody knows lets everything through, as an empty one does; a disabled tenant changes nothing.
 */
export function heirsOf(tree: Tree, tenantId: string, switches: TreeSwitches): readonly Heir[] {
  const heirs: Heir[] = [];
  const seen = new Set([tenantId]);
  const walk = (above: string, withRoles: boolean): void => {
    for (const id of tree.successors(above)) {
      const value = tree.roleInheritance(switches.inheritanceGovernedBy === 'parent' ? above : id);
      if (value === 'none' || seen.has(id)) continue;
      seen.add(id);
      const flows = withRoles && (value !== 'userOnly' || switches.userOnlyInheritance === 'roles');
      heirs.push({ tenantId: id, withRoles: flows });
      walk(id, flows);
    }
  };
  walk(tenantId, true);
  return heirs;
}
