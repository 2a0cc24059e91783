import { printableJson } from '../answers/printable.ts';
import { printable } from '../printable.ts';
import { type DecidedRow, scopeInWords } from '../review/format.ts';
import { countOutcomes, outcomes } from '../review/results.ts';
import { nameOf } from '../review/revokes.ts';
import { type ReviewStatus, statusOf } from '../review/status.ts';
import type { CommandContext } from './command-context.ts';
import { prose } from './results.ts';
import { readReviewFile, resultsAt, resultsPathOf } from './review-files.ts';
import { counted } from './table.ts';

export interface ReviewStatusFlags {
  readonly results?: string;
  readonly json?: boolean;
}

/** Of each list, on a screen. */
const mostShown = 20;

/** Tells how far a review is: what is decided, what is open, who decides, until when. */
export async function reviewStatus(
  path: string,
  { results: resultsPath = resultsPathOf(path), json }: ReviewStatusFlags,
  { print }: Pick<CommandContext, 'print'>,
): Promise<void> {
  const file = await readReviewFile(path);
  const status = statusOf(file, Date.now(), await resultsAt(resultsPath, file.review));
  print(json === true ? printableJson(status) : linesOf(status).join('\n'));
}

function linesOf(status: ReviewStatus): string[] {
  const { about, counts, review, savedAt, results } = status;
  const { keep, revoke, question, open, withoutReason } = counts;
  const numbers = Object.entries({ keep, revoke, question, open })
    .map(([word, count]) => `${count.toLocaleString('en')} ${word}`)
    .join(', ');
  const { sync } = about;
  const scope = about.scope.kind === 'all' ? 'everything' : scopeInWords(about.scope);
  const what = `Review of ${printable(scope)} in project ${printable(about.projectId)}`;
  const file = `${printable(sync.file)}, which was read ${sync.finishedAt}: ${printable(sync.contentHash)}`;
  const heads = prose(
    `${what}, by ${printable(about.reviewer)}${dueOf(status)}.`,
    `Made ${about.madeAt} from ${file}.`,
    `The review is ${review}.`,
    `${counted(about.rows, 'holding')}: ${numbers}.${savedAt === undefined ? '' : ` Saved ${savedAt}.`}`,
    ...(withoutReason.length === 0
      ? []
      : [`${counted(withoutReason.length, 'revoke')} without a reason: none is applied before it says why.`]),
    ...(results === undefined ? [] : [`Applied ${results.finishedAt}: ${resultsInWords(results)}.`]),
  );
  return [
    ...heads,
    ...section('Open', status.open),
    ...section('To revoke without a reason', withoutReason),
    ...section('Questions', status.questions),
  ];
}

function dueOf({ about: { due }, isOverdue }: ReviewStatus): string {
  return due === undefined
    ? ', without a day by which it is due'
    : isOverdue
      ? `, overdue since ${due}`
      : `, due ${due}`;
}

function resultsInWords({ rows }: NonNullable<ReviewStatus['results']>): string {
  const counts = countOutcomes(rows);
  return outcomes
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${outcome.replaceAll('-', ' ')}`)
    .join(', ');
}

function section(title: string, rows: readonly DecidedRow[]): string[] {
  if (rows.length === 0) {
    return [];
  }
  const shown = rows.slice(0, mostShown).map((row) => {
    const reason = row.reason === undefined || row.reason === '' ? '' : ` (${printable(row.reason)})`;
    return prose(`  ${nameOf(row)}${reason}`);
  });
  const more =
    rows.length > mostShown ? [`  and ${(rows.length - mostShown).toLocaleString('en')} more (--json has all)`] : [];
  return [`${title}:`, ...shown.flat(), ...more];
}
