import { type AccessTruth, accessTruthOf } from './access-truth.ts';
import { pairsIn } from './inherited-truth.ts';
import type { TruthRows } from './truth.ts';

/** What somebody has because they hold it in a tenant above: the same, computed without a line of src. */
export interface InheritedTruth extends AccessTruth {
  /** The tenant where it is held. */
  readonly from: string;
  /** Why it is uncertain; '' where it is not. */
  readonly reason: string;
}

/**
 * Everything that is inherited: for each thing that somebody holds in a tenant, a row for each tenant that inherits from
 * that. What is held in the whole project is not inherited, and nothing inherited is inherited again.
 */
export function inheritedAccessOf(rows: TruthRows, mode = 'auto'): InheritedTruth[] {
  const pairs = pairsIn(rows.tenants, mode);
  return accessTruthOf(rows)
    .filter(({ tenantId }) => tenantId !== '')
    .flatMap((held) =>
      pairs
        .filter(({ ancestor }) => ancestor === held.tenantId)
        .map(({ tenantId, ancestor, membership, roles }): InheritedTruth => {
          const isMember = held.kind === 'tenant';
          const kind = isMember ? 'tenant' : 'binding';
          return Object.assign({}, held, {
            kind,
            tenantId,
            from: ancestor,
            reason: isMember ? membership : roles,
          } as const);
        }),
    );
}
