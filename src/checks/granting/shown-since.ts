import type { Holder } from '../../access/holding.ts';
import type { Principal } from '../../access/principal.ts';
import type { Lists } from '../../provisioning/look-up.ts';
import type { Limit } from '../policy/schema.ts';
import { type HeldRole, heldNow, isOf } from './held-now.ts';

/**
 * What records showed since a picture was taken: whom we changed, or looked at before a change. A count of holders goes by
 * it before it goes by the picture, so that many grants in a row do not pass a limit one by one.
 */
export interface ShownSince {
  put(principal: Principal, holder: Holder, lists: Lists): void;
  /** Principals that have what is limited, as "user U2abc". */
  holders(limit: Limit): readonly string[];
  /** All of whom something was shown. */
  all(): Set<string>;
  /** Forgets what a picture knows that began at this time. */
  forget(beforeMs: number): void;
}

/** Whether a role is counted for a limit, where it is held. */
export function isCounted(limit: Limit, held: HeldRole): boolean {
  return (limit.in === undefined || held.place === '' || held.place === limit.in) && isOf(limit.held, held);
}

export function keyOfPrincipal({ typeId, id }: Principal): string {
  return `${typeId} ${id}`;
}

export function createShownSince(limits: readonly Limit[], clock: () => number): ShownSince {
  const shown = new Map<string, { readonly at: number; readonly limits: ReadonlySet<string> }>();
  return {
    put: (principal, holder, lists) => {
      if (limits.length > 0) {
        const held = heldNow(principal, holder, lists);
        const own = limits.filter((limit) => held.some((one) => isCounted(limit, one))).map(({ id }) => id);
        shown.set(keyOfPrincipal(principal), { at: clock(), limits: new Set(own) });
      }
    },
    all: () => new Set(shown.keys()),
    holders: ({ id }) => Array.from(shown, ([key, { limits: own }]) => (own.has(id) ? [key] : [])).flat(),
    forget: (beforeMs) => {
      for (const [key, { at }] of shown) {
        if (at < beforeMs) {
          shown.delete(key);
        }
      }
    },
  };
}
