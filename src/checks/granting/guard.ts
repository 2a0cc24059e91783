import { listedPermissions } from '../../access/catalog-list.ts';
import { ConnectorError } from '../../errors.ts';
import { type Logger, silentLogger } from '../../log.ts';
import { foundingTypeIds } from '../../model/ids.ts';
import { printable } from '../../printable.ts';
import {
  type AccessGuard,
  type Gain,
  type PolicyEnd,
  nothingBroken,
  PolicyRefusal,
  type PolicyWord,
} from '../../provisioning/access-guard.ts';
import type { Policy } from '../policy/schema.ts';
import { allHolders, lacksOf } from '../needs.ts';
import { type AskedRule, askedRules, gainedIn, isUncertainWithout, judgeGain } from './judge-gain.ts';
import { createMissingNames } from './missing-names.ts';
import { asking, type Picture } from './picture.ts';
import { createShownSince, keyOfPrincipal } from './shown-since.ts';

/** What is done about a grant that breaks the policy, or of which that is not known. */
export type Answer = 'warn' | 'refuse';

export interface GuardOptions {
  readonly policy: Policy;
  readonly projectId: string;
  readonly onViolation: Answer;
  readonly whenStale: Answer;
  readonly maxAgeMs: number;
  /** The newest sync that it can be looked up in; undefined where none was named. Throws where there is none to be read. */
  readonly picture: (() => Promise<Picture>) | undefined;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  readonly logger?: Logger;
  readonly onEnd?: (end: PolicyEnd) => void;
}

/**
 * Asks the conflicts and limits of a policy before access is given. What the principal itself holds, and what roles allow,
 * is what Descope shows at that moment; how many others hold something, and who is in which group, is looked up in a sync.
 * Whatever a grant breaks that was broken before is not new, but for one holder more of what too many hold; what a waiver
 * accepts is not broken.
 */
export function createGuard({
  policy,
  projectId,
  onViolation,
  whenStale,
  maxAgeMs,
  picture: openPicture,
  clock = Date.now,
  logger = silentLogger,
  onEnd = () => undefined,
}: GuardOptions): AccessGuard {
  const shown = createShownSince(policy.limits, clock);
  const missingIn = createMissingNames(policy);

  async function look(): Promise<{ readonly picture?: Picture; readonly unknown?: string }> {
    if (openPicture === undefined) {
      return {};
    }
    try {
      const picture = await openPicture();
      shown.forget(picture.startedMs);
      const unknown = staleness(picture, clock(), maxAgeMs);
      return { picture, ...(unknown !== undefined && { unknown }) };
    } catch (thrown) {
      if (thrown instanceof ConnectorError && thrown.kind !== 'cancelled') {
        return { unknown: `the policy could not be looked up for certain: ${thrown.message}` };
      }
      throw thrown;
    }
  }

  /** Nothing waits in it: of two grants at a time, the second one knows of the first. */
  function judge(gain: Gain, asked: readonly AskedRule[], looked: Awaited<ReturnType<typeof look>>): PolicyWord {
    const { picture } = looked;
    const ask = picture && asking(picture);
    const unknowns = [...(looked.unknown === undefined ? [] : [looked.unknown]), ...missingIn(gain.lists.catalog)];
    const isBlind = (rule: AskedRule): boolean => isUncertainWithout(rule, picture);
    const self = keyOfPrincipal(gain.principal);
    const { broken, unknown } = judgeGain(
      gain,
      asked.filter((rule) => !isBlind(rule)),
      {
        projectId,
        policy,
        nowMs: clock(),
        // Of the principal itself all is known: Descope shows what it holds, a key or not, and what it inherits.
        types: new Set([...(picture?.index.types ?? foundingTypeIds), 'access_key']),
        uncounted: picture && lacksOf(allHolders, picture.index),
        groupsOf: () => (gain.principal.typeId === 'user' ? ask?.groupsOf(gain.principal.id) : []),
        othersUpTo: (limit, most) => {
          const since = shown.holders(limit).filter((holder) => holder !== self).length;
          return since + (ask?.holders(limit, most, shown.all().add(self)) ?? 0);
        },
      },
    );
    const blind = asked.filter(isBlind).map(({ id }) => ({ id, reason: 'no sync could be looked in' }));
    for (const { id, reason } of [...blind, ...unknown]) {
      unknowns.push(`${id} of the policy could not be looked up: ${reason}`);
    }
    return { broken, ...(unknowns.length > 0 && { unknown: unknowns.join('; ') }) };
  }

  function told(word: PolicyWord, isRefused = false): void {
    const isKnown = word.broken.length > 0 || word.unknown === undefined;
    const end = isKnown ? (word.broken.length > 0 ? 'warned' : 'passed') : 'unknown';
    onEnd(isRefused ? (isKnown ? 'refused' : 'refused-unknown') : end);
    if (end !== 'passed' || isRefused) {
      const rules = word.broken.map(({ rule }) => rule).join(', ');
      logger.warn(isRefused ? 'the policy refuses a change' : 'the policy is against a change', {
        reason: rules === '' ? word.unknown : rules,
      });
    }
  }

  const isOfPermissions = [
    ...policy.conflicts.flatMap(({ first, second }) => [first, second]),
    ...policy.limits.map(({ held }) => held),
  ].some(({ permissions }) => permissions !== undefined);
  return {
    ...(isOfPermissions && { lists: [listedPermissions] }),
    before: async (gain) => {
      const gained = gainedIn(gain);
      const asked = askedRules(policy, gain);
      if (asked.length === 0 && (gained.length === 0 || missingIn(gain.lists.catalog).length === 0)) {
        shown.put(gain.principal, gain.after, gain.lists);
        return nothingBroken;
      }
      const word = judge(gain, asked, asked.length === 0 ? {} : await look());
      const refusal = refusalOf(gain, word, { onViolation, whenStale });
      told(word, refusal !== undefined);
      if (refusal !== undefined) {
        throw refusal;
      }
      shown.put(gain.principal, gain.after, gain.lists);
      return word;
    },
    afterwards: async (gain) => {
      const asked = askedRules(policy, gain);
      return asked.length === 0 ? nothingBroken : judge(gain, asked, await look());
    },
    saw: (principal, holder, lists) => shown.put(principal, holder, lists),
  };
}

function staleness({ finishedMs }: Picture, nowMs: number, maxAgeMs: number): string | undefined {
  if (Number.isNaN(finishedMs)) {
    return 'the sync that the policy is looked up in does not tell when it was';
  }
  return nowMs - finishedMs <= maxAgeMs
    ? undefined
    : `the sync that the policy is looked up in is of ${new Date(finishedMs).toISOString()}, and older than --policy-max-age allows`;
}

function refusalOf(
  { principal: { typeId, id }, formerEmail }: Gain,
  word: PolicyWord,
  { onViolation, whenStale }: Pick<GuardOptions, 'onViolation' | 'whenStale'>,
): PolicyRefusal | undefined {
  const { broken, unknown } = word;
  const [first, ...others] = broken;
  if (first !== undefined && onViolation === 'refuse') {
    const besides = [...new Set(others.map(({ rule }) => rule))].filter((rule) => rule !== first.rule);
    const more = besides.length === 0 ? '' : `; so do ${besides.join(' and ')}`;
    const would =
      formerEmail === undefined && /^(user|access key) \S+ has /.test(first.detail)
        ? first.detail.replace(' has ', ' would have ')
        : `then ${first.detail}`;
    return new PolicyRefusal(
      `${first.rule} of the policy forbids it: ${printable(would)}${more} (refused because of --policy-on-violation refuse)`,
      word,
    );
  }
  if (unknown !== undefined && whenStale === 'refuse') {
    const who = typeId === 'user' ? `user ${printable(id)}` : `access key ${printable(id)}`;
    return new PolicyRefusal(
      `whether ${who} may have it by the policy is not known for certain: ${printable(unknown)} (refused because of ` +
        '--policy-when-stale refuse)',
      word,
    );
  }
  return undefined;
}
