import type { ResourceBid } from '../model/bid.ts';
import type { SyncType } from '../sync-format/c1z.ts';

/** What of a project a sync brings, where that is not all. */
export interface SyncShape {
  /** Only these types: no row of another one, and no grant to one. Parents of another type are named. */
  readonly typeIds?: ReadonlySet<string>;
  /** Only these resources, each asked for by itself, with what they grant. */
  readonly targets?: readonly ResourceBid[];
  readonly skips?: 'grants' | 'entitlements-and-grants';
}

/** What Baton's tools call a sync of this shape. */
export function syncTypeOf({ targets, skips }: SyncShape): SyncType {
  return targets !== undefined ? 'partial' : skips === 'entitlements-and-grants' ? 'resources_only' : 'full';
}

/** Whether a sync of this shape leaves something out. */
export function isNarrow({ typeIds, targets, skips }: SyncShape): boolean {
  return typeIds !== undefined || targets !== undefined || skips !== undefined;
}
