import { foldAddress } from '../../model/address.ts';
import type { BrokenRule, Gain } from '../../provisioning/access-guard.ts';
import type { Finding } from '../check.ts';
import { checkByPolicy } from '../policy/check-by-policy.ts';
import { setInWords } from '../policy/held.ts';
import type { HeldSet, Limit, Policy } from '../policy/schema.ts';
import { type HeldRole, heldNow, isOf, keyOf } from './held-now.ts';
import { type Group, indexOfOne, type OnePrincipal } from './one-principal.ts';
import type { Picture } from './picture.ts';
import { isCounted } from './shown-since.ts';

/** A conflict or limit that speaks of what is given. */
export interface AskedRule {
  /** "conflict/two-eyes". */
  readonly id: string;
  readonly limit: Limit | undefined;
  /** The two sides of a conflict. */
  readonly sides: readonly HeldSet[];
  /** What is gained, and counts for it. */
  readonly gained: HeldRole;
}

/** What is known besides the principal's own record. */
export interface Known {
  readonly projectId: string;
  readonly policy: Policy;
  readonly nowMs: number;
  readonly types: ReadonlySet<string>;
  /** The groups of the user; undefined where they are not known. */
  readonly groupsOf: () => readonly Group[] | undefined;
  /** How many others have what is limited; of more than so many it is enough to know that they are more. */
  readonly othersUpTo: (limit: Limit, most: number) => number;
  /** Why there may be others who were not counted; undefined where there are none. */
  readonly uncounted: string | undefined;
}

/** What the principal has after and not before. */
export function gainedIn({ principal, before, after, lists }: Gain): readonly HeldRole[] {
  const had = new Set(heldNow(principal, before, lists).map(keyOf));
  return heldNow(principal, after, lists).filter((held) => !had.has(keyOf(held)));
}

/** The rules that could be broken by what is gained, or by the new address of somebody who holds something. */
export function askedRules({ conflicts, limits }: Policy, gain: Gain): AskedRule[] {
  const gained = gainedIn(gain);
  const moved = gain.formerEmail === undefined ? [] : heldNow(gain.principal, gain.after, gain.lists);
  const asked = (
    rule: Omit<AskedRule, 'gained'>,
    counts: (held: HeldRole) => boolean,
    isOfAddress = false,
  ): readonly AskedRule[] => {
    const first = (isOfAddress ? [...gained, ...moved] : gained).find(counts);
    return first === undefined ? [] : [{ ...rule, gained: first }];
  };
  return [
    ...conflicts.flatMap(({ id, first, second }) =>
      asked(
        { id: `conflict/${id}`, limit: undefined, sides: [first, second] },
        (held) => isOf(first, held) || isOf(second, held),
      ),
    ),
    ...limits.flatMap((limit) =>
      asked(
        { id: `limit/${limit.id}`, limit, sides: [] },
        (held) => isCounted(limit, held),
        limit.only?.domains !== undefined,
      ),
    ),
  ];
}

/** Whether a rule says nothing without a sync to look in: what Descope tells at once is of one principal alone. */
export function isUncertainWithout({ limit }: Pick<AskedRule, 'limit'>, picture: Picture | undefined): boolean {
  return picture === undefined && limit !== undefined && needsPicture(limit);
}

/** Limits that count others, or go by groups. */
export function needsPicture(limit: Limit): boolean {
  return limit['at-most'] !== undefined || limit.only?.groups !== undefined;
}

export interface Judged {
  readonly broken: readonly BrokenRule[];
  /** Rules of which that cannot be said, with the reason. */
  readonly unknown: readonly { readonly id: string; readonly reason: string }[];
}

/** What rules find after the change and not before it. */
export function judgeGain(gain: Gain, rules: readonly AskedRule[], known: Known): Judged {
  const held = heldNow(gain.principal, gain.after, gain.lists);
  const open = rules.flatMap((rule) => {
    const most = rule.limit?.['at-most'];
    const count = rule.limit === undefined || most === undefined ? undefined : known.othersUpTo(rule.limit, most);
    // Where fewer have it, the limit is kept. One more than may is as many as any: with one too many already, no number is told.
    const others =
      count !== undefined && most !== undefined && count >= most
        ? { count: Math.min(count, most + 1), held: rule.gained }
        : undefined;
    return mayBreak(rule, held, { email: gain.email, count }) ? [{ rule, others }] : [];
  });
  const alone = open.filter(({ others }) => others !== undefined).map((one) => [one]);
  const together = open.filter(({ others }) => others === undefined);
  const judged = [together, ...alone]
    .filter((some) => some.length > 0)
    .map((some) =>
      judgeTogether(
        gain,
        some.map(({ rule }) => rule),
        { known, held, others: some[0]?.others },
      ),
    );
  const over = new Set(judged.flatMap((one) => one.over));
  return {
    broken: judged.flatMap(({ broken }) => broken),
    unknown: [
      ...judged.flatMap(({ unknown }) => unknown),
      ...rules.filter(({ id }) => !over.has(id)).flatMap((rule) => unsureOf(rule, gain, known)),
    ],
  };
}

/** Of a limit that the counted ones keep: whether those keep it who were not counted. One who counted before adds nobody. */
function unsureOf(
  { id, limit }: AskedRule,
  { principal, before, lists }: Gain,
  { uncounted: reason }: Known,
): Judged['unknown'] {
  const isOfCount = reason !== undefined && limit?.['at-most'] !== undefined;
  return isOfCount && !heldNow(principal, before, lists).some((one) => isCounted(limit, one)) ? [{ id, reason }] : [];
}

/** The same of rules that can be asked of one index. */
function judgeTogether(
  { principal, name, email, formerEmail = email, before, lists }: Gain,
  rules: readonly AskedRule[],
  {
    known: { projectId, policy, nowMs, types, groupsOf },
    held,
    others,
  }: { readonly known: Known; readonly held: readonly HeldRole[]; readonly others: OnePrincipal['others'] },
): Judged & {
  /** Limits that more have than may, be it accepted or not. */
  readonly over: readonly string[];
} {
  const ofGroups = rules.filter(({ limit }) => limit?.only?.groups !== undefined).map(({ id }) => id);
  const groups = ofGroups.length === 0 ? [] : groupsOf();
  const ids = rules.map(({ id }) => id);
  const one = { projectId, types, nowMs, principal, name, email, groups: groups ?? [], others };
  const { found, unknown } = findingsIn({ ...one, held }, policy, ids);
  const old =
    found.length === 0
      ? []
      : findingsIn({ ...one, email: formerEmail, held: heldNow(principal, before, lists) }, policy, ids).found;
  const known = new Set(old.map(({ fingerprint }) => fingerprint));
  // One holder more of what too many hold already: the finding was there, and this grant makes it worse.
  const had = heldNow(principal, before, lists);
  const limit = others === undefined ? undefined : rules[0]?.limit;
  const isOneMore = limit !== undefined && !had.some((one) => isCounted(limit, one));
  const broken = found
    .filter(({ fingerprint, waiver, subject }) => {
      const isNew = !known.has(fingerprint) || (isOneMore && subject.type === 'limit');
      return isNew && waiver === undefined;
    })
    .map((finding) => (known.has(finding.fingerprint) && limit !== undefined ? stillMore(finding, limit) : finding));
  const isGuess = ({ rule, subject }: Finding): boolean =>
    groups === undefined && ofGroups.includes(rule) && subject.type === principal.typeId;
  const reason = 'the sync does not know the user yet, nor in which groups the user is';
  return {
    over: found.filter(({ subject }) => subject.type === 'limit').map(({ rule }) => rule),
    broken: broken.filter((finding) => !isGuess(finding)).map(toBroken),
    unknown: [
      ...unknown,
      ...ofGroups.filter((id) => broken.some((one) => one.rule === id && isGuess(one))).map((id) => ({ id, reason })),
    ],
  };
}

/** Whether a rule can find anything: most grants need no more than this. */
function mayBreak(
  { limit, sides }: AskedRule,
  held: readonly HeldRole[],
  { email, count }: { readonly email: string; readonly count: number | undefined },
): boolean {
  if (limit === undefined) {
    return sides.every((side) => held.some((one) => isOf(side, one)));
  }
  const { only } = limit;
  const domain = foldAddress(email.slice(email.indexOf('@') + 1));
  const isAllowed = email.includes('@') && only?.domains?.some((one) => foldAddress(one) === domain) === true;
  return (only !== undefined && !isAllowed) || (count !== undefined && count >= (limit['at-most'] ?? 0));
}

/** What rules find in an index of one principal, and which of them cannot be evaluated. */
function findingsIn(
  one: OnePrincipal,
  policy: Policy,
  ids: readonly string[],
): { readonly found: readonly Finding[]; readonly unknown: Judged['unknown'] } {
  const index = indexOfOne(one);
  const check = checkByPolicy(index, { policy, only: ids, nowMs: one.nowMs });
  const isOthers = ({ subject }: Finding): boolean => subject.type === 'user' && subject.id.startsWith('\u0000');
  return {
    found: [...check.findings()].filter((finding) => ids.includes(finding.rule) && !isOthers(finding)),
    unknown: check.rules.flatMap(({ rule: { id }, notEvaluated: reason }) =>
      reason === undefined || !ids.includes(id) ? [] : [{ id, reason }],
    ),
  };
}

/** Others are counted only until they are too many, so what more of them there are is not told as a number. */
function stillMore(finding: Finding, { held, 'at-most': most = 0 }: Limit): Finding {
  return { ...finding, detail: `more than ${most} users and keys have ${setInWords(held)}, and ${most} may` };
}

function toBroken({ rule, subject: { type, id }, where, detail, fingerprint }: Finding): BrokenRule {
  const who = type === 'user' ? `user ${id} ` : type === 'access_key' ? `access key ${id} ` : '';
  return { rule, ...(where !== undefined && { tenantId: where.tenantId }), detail: `${who}${detail}`, fingerprint };
}
