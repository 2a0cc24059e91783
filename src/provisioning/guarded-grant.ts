import { gainedBetween } from '../access/holding.ts';
import { type AccessGuard, hearing, type PolicyWord } from './access-guard.ts';
import { afterSteps } from './after-steps.ts';
import type { Lists } from './look-up.ts';
import type { Progress } from './plan.ts';
import type { PrincipalRecord } from './principal.ts';
import type { Asked } from './provisioned-type.ts';
import type { Step } from './step.ts';

/** A grant before the policy: what was said of it so far. */
export interface GuardedGrant {
  readonly word: () => PolicyWord;
  /** Asks before the next write, with all writes that are due. */
  before(progress: Progress, steps: readonly Step[]): Promise<void>;
  /** Asks again of what came with the change, and remembers what the record shows now. */
  ended(was: PrincipalRecord | undefined, is: PrincipalRecord | undefined, lists: Lists): Promise<void>;
  /** The change came to nothing; where something was sent, and not looked at since, it may have happened. */
  failed(progress: Progress): void;
}

/**
 * Asks the guard of a grant of membership or a role. Applications and consents give neither; a revoke gives nothing, and
 * is only remembered.
 */
export function guardedGrant(
  guard: AccessGuard | undefined,
  operation: 'grant' | 'revoke',
  { target, subject }: Pick<Asked, 'target' | 'subject'>,
): GuardedGrant {
  const principal = { typeId: subject.type.typeId, id: subject.id };
  const isOfRoles = target.appId === undefined && target.typeId !== 'third_party_app';
  const asked = isOfRoles ? guard : undefined;
  const { word, hear } = hearing();
  let looks = 0;
  let asAsked: PrincipalRecord | undefined;
  return {
    word,
    before: async (progress, steps) => {
      looks = progress.seen.length;
      const seen = progress.seen.at(-1);
      if (asked === undefined || operation !== 'grant' || seen?.record === undefined) {
        return;
      }
      const { record, catalog, inheritance } = seen;
      asAsked = afterSteps(record, steps);
      const gain = { before: record, after: asAsked, lists: { catalog, inheritance } };
      await hear(asked.before({ principal, name: record.name, email: record.email ?? '', ...gain }));
    },
    ended: async (was, is, lists) => {
      if (asked === undefined || is === undefined) {
        return;
      }
      asked.saw(principal, is, lists);
      if (operation === 'grant' && was !== undefined && gainedBetween(asAsked ?? was, is).length > 0) {
        const { name, email = '' } = is;
        await hear(asked.afterwards({ principal, name, email, before: was, after: is, lists }));
      }
    },
    failed: ({ seen, sent }) => {
      const last = seen.at(-1);
      if ((sent.length === 0 || seen.length > looks) && last?.record !== undefined) {
        asked?.saw(principal, last.record, last);
      }
    },
  };
}
