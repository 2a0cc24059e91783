import type { BrokenRule, Gain } from '../../provisioning/access-guard.ts';
import type { Finding } from '../check.ts';
import { checkByPolicy } from '../policy/check-by-policy.ts';
import { setInWords } from '../policy/held.ts';
import type { Limit, Policy } from '../policy/schema.ts';
import { type HeldRole, heldNow, isOf, keyOf } from './held-now.ts';
import { type Group, indexOfOne, type OnePrincipal } from './one-principal.ts';
import type { Picture } from './picture.ts';
import { isCounted } from './shown-since.ts';

/** A conflict or limit that speaks of what is given. */
export interface AskedRule {
  /** "conflict/two-eyes". */
  readonly id: string;
  readonly limit: Limit | undefined;
  /** What is gained, and counts for it. */
  readonly gained: HeldRole;
}

/** What is known besides the principal's own record. */
export interface Known {
  readonly projectId: string;
  readonly policy: Policy;
  readonly nowMs: number;
  readonly types: ReadonlySet<string>;
  /** Undefined where it is not known in which groups the user is. */
  readonly groups: readonly Group[] | undefined;
  /** How many others have what is limited; of more than so many it is enough to know that they are more. */
  readonly othersUpTo: (limit: Limit, most: number) => number;
}

/** The rules that could be broken by what the principal has after and not before. */
export function askedRules({ conflicts, limits }: Policy, { principal, before, after, lists }: Gain): AskedRule[] {
  const had = new Set(heldNow(principal, before, lists).map(keyOf));
  const gained = heldNow(principal, after, lists).filter((held) => !had.has(keyOf(held)));
  const asked = (id: string, limit: Limit | undefined, counts: (held: HeldRole) => boolean): readonly AskedRule[] =>
    gained
      .filter(counts)
      .slice(0, 1)
      .map((held) => ({ id, limit, gained: held }));
  return [
    ...conflicts.flatMap(({ id, first, second }) =>
      asked(`conflict/${id}`, undefined, (held) => isOf(first, held) || isOf(second, held)),
    ),
    ...limits.flatMap((limit) => asked(`limit/${limit.id}`, limit, (held) => isCounted(limit, held))),
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

/** What one rule finds after the change and not before it; `unknown` where that cannot be said. */
export function judgeGain(
  { principal, name, email, before, after, lists }: Gain,
  { id, limit, gained }: AskedRule,
  { projectId, policy, nowMs, types, groups, othersUpTo }: Known,
): { readonly broken: readonly BrokenRule[]; readonly unknown?: string } {
  const most = limit?.['at-most'];
  const others =
    limit === undefined || most === undefined ? undefined : { count: othersUpTo(limit, most), held: gained };
  const findingsOf = (held: readonly HeldRole[]): readonly Finding[] | string =>
    findingsIn({ projectId, types, nowMs, principal, name, email, held, groups: groups ?? [], others }, policy, id);
  const found = findingsOf(heldNow(principal, after, lists));
  if (typeof found === 'string') {
    return { broken: [], unknown: found };
  }
  const old = findingsOf(heldNow(principal, before, lists));
  const known = new Map((typeof old === 'string' ? [] : old).map((finding) => [finding.fingerprint, finding]));
  // One holder more of what too many hold already: the finding was there, and this grant makes it worse.
  const isOneMore = limit !== undefined && !heldNow(principal, before, lists).some((held) => isCounted(limit, held));
  const broken = found
    .filter(({ fingerprint, waiver, subject }) => {
      const isNew = !known.has(fingerprint) || (isOneMore && subject.type === 'limit');
      return isNew && waiver === undefined;
    })
    .map((finding) => (known.has(finding.fingerprint) && limit !== undefined ? stillMore(finding, limit) : finding));
  const isOfGroups = limit?.only?.groups !== undefined && groups === undefined;
  if (isOfGroups && broken.some(({ subject }) => subject.type === principal.typeId)) {
    return { broken: [], unknown: 'the sync does not know the user yet, nor in which groups the user is' };
  }
  return { broken: broken.map(toBroken) };
}

/** What one rule finds in an index of one principal; a text where it cannot be evaluated. */
function findingsIn(one: OnePrincipal, policy: Policy, id: string): readonly Finding[] | string {
  const index = indexOfOne(one);
  try {
    const check = checkByPolicy(index, { policy, only: [id], nowMs: one.nowMs });
    const reason = check.rules.find(({ rule }) => rule.id === id)?.notEvaluated;
    const isOthers = ({ subject }: Finding): boolean => subject.type === 'user' && subject.id.startsWith('\u0000');
    return reason ?? [...check.findings()].filter((finding) => finding.rule === id && !isOthers(finding));
  } finally {
    index.database.close();
  }
}

/** Others are counted only until they are too many, so what more of them there are is not told as a number. */
function stillMore(finding: Finding, { held, 'at-most': most = 0 }: Limit): Finding {
  return { ...finding, detail: `more than ${most} users and keys have ${setInWords(held)}, and ${most} may` };
}

function toBroken({ rule, subject: { type, id }, where, detail, fingerprint }: Finding): BrokenRule {
  const who = type === 'user' ? `user ${id} ` : type === 'access_key' ? `access key ${id} ` : '';
  return { rule, ...(where !== undefined && { tenantId: where.tenantId }), detail: `${who}${detail}`, fingerprint };
}
