import type { DecidedRow, Decision, Decisions, ReviewAbout } from './format.ts';
import type { Results } from './results.ts';

/** How far a review is. */
export interface ReviewStatus {
  readonly review: string;
  readonly about: ReviewAbout;
  readonly savedAt?: string | undefined;
  readonly counts: Readonly<Record<Decision | 'open', number>> & { readonly withoutReason: readonly DecidedRow[] };
  readonly isOverdue: boolean;
  readonly open: readonly DecidedRow[];
  readonly questions: readonly DecidedRow[];
  readonly results?: Results | undefined;
}

/** A review is overdue when something is open and its last day, in UTC, is over. */
export function statusOf(
  { review, about, savedAt, rows }: Pick<Decisions, 'review' | 'about' | 'rows'> & { readonly savedAt?: string },
  nowMs: number,
  results?: Results,
): ReviewStatus {
  const of = (decision: Decision | undefined): readonly DecidedRow[] => rows.filter((row) => row.decision === decision);
  const open = of(undefined);
  const questions = of('question');
  const revokes = of('revoke');
  const endOfDue = about.due === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${about.due}T23:59:59.999Z`);
  return {
    review,
    about,
    ...(savedAt !== undefined && { savedAt }),
    counts: {
      keep: of('keep').length,
      revoke: revokes.length,
      question: questions.length,
      open: open.length,
      withoutReason: revokes.filter(({ reason = '' }) => reason.trim() === ''),
    },
    isOverdue: open.length > 0 && nowMs > endOfDue,
    open,
    questions,
    ...(results !== undefined && { results }),
  };
}
