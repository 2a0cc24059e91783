import type { Finding } from '../check.ts';
import type { Found } from '../found.ts';
import type { Controls, Rule } from '../rule.ts';
import type { Waiver } from './schema.ts';

/** Waivers at work: which finding is waived by which, and what is to be said of the waivers themselves. */
export interface Waivers {
  /** The waiver that accepts a finding; undefined where none does, or only one that is over. */
  readonly of: (finding: Finding) => Waiver | undefined;
  /** Rules that look at the waivers: those that are over, and those that nothing needs. */
  readonly rules: readonly Rule[];
}

/** The ids of `Waivers.rules`. */
export const waiverRuleIds: readonly string[] = ['waiver-expired', 'waiver-unused'];

const controls: Controls = { soc2: ['CC3.2', 'CC6.3'], iso27001: ['A.5.18'], nist: ['CA-5'] };

/**
 * `isAsked` tells whether a rule was evaluated in this run, and without a rule whether all were: a waiver of what was not
 * asked may still be needed.
 */
export function createWaivers(
  waivers: readonly Waiver[],
  nowMs: number,
  isAsked: (rule: string | undefined) => boolean,
): Waivers {
  const used = new Set<number>();
  const isOver = ({ until }: Waiver): boolean => Date.parse(`${until}T23:59:59.999Z`) < nowMs;
  const found = (waiver: Waiver, detail: string): Found => {
    const { rule = '', subject, fingerprint = '' } = waiver;
    const about = fingerprint === '' ? `${rule} of ${subject?.type} ${subject?.id}` : fingerprint;
    return { type: 'waiver', id: about, name: '', tenant: waiver.in ?? '', about: waiver.until, detail };
  };
  const inOrder = (list: readonly Found[]): readonly Found[] =>
    list.toSorted(
      (one, other) => compare(one.id, other.id) || compare(one.tenant, other.tenant) || compare(one.about, other.about),
    );
  return {
    of: (finding) => {
      const places = waivers.flatMap((waiver, place) => (isMeant(waiver, finding) ? [place] : []));
      places.forEach((place) => used.add(place));
      return places.map((place) => waivers[place]).find((waiver) => waiver !== undefined && !isOver(waiver));
    },
    rules: [
      {
        id: 'waiver-expired',
        group: 'policy',
        severity: 'medium',
        title: 'Waiver that is over',
        why: 'What was accepted for a while is not accepted any more, and is told again.',
        fix: 'Mend what was waived, or decide anew and give the waiver another end.',
        controls,
        needs: [],
        evaluate: () =>
          inOrder(
            waivers
              .filter(isOver)
              .map((waiver) => found(waiver, `was over on ${waiver.until}; ${waiver.owner} answers for it`)),
          ),
      },
      {
        id: 'waiver-unused',
        group: 'policy',
        severity: 'info',
        title: 'Waiver that nothing needs',
        why: 'What it accepts is not there any more, or its subject is written wrongly.',
        fix: 'Take it out of the policy.',
        controls,
        needs: [],
        evaluate: () =>
          inOrder(
            waivers.flatMap((waiver, place) =>
              used.has(place) || !isAsked(waiver.rule) || isOver(waiver)
                ? []
                : [found(waiver, `accepts nothing that was found; ${waiver.owner} answers for it`)],
            ),
          ),
      },
    ],
  };
}

function isMeant({ rule, subject, fingerprint, in: place }: Waiver, finding: Finding): boolean {
  const isItsRule = rule === undefined || rule === finding.rule;
  const isThere = place === undefined || place === finding.where?.tenantId;
  return fingerprint === undefined
    ? isItsRule && isThere && subject?.type === finding.subject.type && subject.id === finding.subject.id
    : fingerprint === finding.fingerprint && isItsRule && isThere;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
