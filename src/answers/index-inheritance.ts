import type { DatabaseSync } from 'node:sqlite';
import type { FileSummary } from '../sync-format/summary.ts';

/** What is not in an answer: access that tenants inherit from those above them. Noughts where it is derived. */
export interface InheritanceGap {
  readonly inheritingTenants: number;
  /** Pairs of such a tenant and a role that somebody holds above it. */
  readonly inheritedRoles: number;
}

/** What is inherited in a file, and how sure that is. */
export interface IndexInheritance {
  /** Whether inherited access is in the answers: it is not in older files, and where it was not wanted. */
  readonly isDerived: boolean;
  /** The summary's word; '' where there is none. */
  readonly mode: string;
  /** Memberships and roles that flow from one tenant to another. */
  readonly edges: number;
  readonly uncertain: number;
  readonly loops: number;
  readonly unknownParents: number;
}

export const noGap: InheritanceGap = { inheritingTenants: 0, inheritedRoles: 0 };

/**
 * What an index holds of inheritance. A file without a summary does not say whether it was derived: where anything
 * inherits, edges say so.
 */
export function inheritanceOf(database: DatabaseSync, { inheritance }: FileSummary): IndexInheritance {
  const { edges, uncertain } = database
    .prepare("select count(*) edges, count(nullif(certainty, 'derived')) uncertain from inherits")
    .get() ?? { edges: 0, uncertain: 0 };
  return {
    isDerived: inheritance === undefined ? Number(edges) > 0 : inheritance.mode !== 'none',
    mode: inheritance?.mode ?? '',
    edges: Number(edges),
    uncertain: Number(uncertain),
    loops: inheritance?.loops ?? 0,
    unknownParents: inheritance?.unknown_parents ?? 0,
  };
}

/** The gap as an older summary counts it, for a file without one. */
export function gapOf(database: DatabaseSync): InheritanceGap {
  const parents = new Map(
    database
      .prepare("select id, parent from tenant where parent <> '' and inheritance <> 'none'")
      .all()
      .map(({ id, parent }) => [String(id), String(parent)]),
  );
  const held = database.prepare(
    "select distinct role from thing where tenant = ? and kind in ('role', 'binding') and exists (select 1 from holding where thing = n)",
  );
  const rolesIn = (tenantId: string): string[] => held.all(tenantId).map(({ role }) => String(role));
  const inherited = Array.from(parents.keys(), (heir) => new Set(ancestorsOf(parents, heir).flatMap(rolesIn)).size);
  return { inheritingTenants: parents.size, inheritedRoles: inherited.reduce((sum, count) => sum + count, 0) };
}

/** The tenants above one, nearest first; a loop of parents ends where it would repeat. */
function ancestorsOf(parents: ReadonlyMap<string, string>, heir: string): string[] {
  const chain: string[] = [];
  for (
    let parent = parents.get(heir);
    parent !== undefined && parent !== heir && !chain.includes(parent);
    parent = parents.get(parent)
  ) {
    chain.push(parent);
  }
  return chain;
}
