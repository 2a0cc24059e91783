import { readFile } from 'node:fs/promises';
import { printable, printableJson } from '../answers/printable.ts';
import { reading } from '../answers/faults.ts';
import { ConnectorError } from '../errors.ts';
import { writeWholeFile } from '../output/whole-file.ts';
import { checkTarget } from '../output/place.ts';
import { type Applied, applyDecisions, createAuditNotes } from '../review/apply.ts';
import type { Decisions } from '../review/format.ts';
import { readReviewPage } from '../review/read-page.ts';
import {
  countOutcomes,
  type Outcome,
  type Results,
  resultsFormat,
  resultsText,
  type RowResult,
  withEarlier,
} from '../review/results.ts';
import { nameOf, type Revoke, revokesIn } from '../review/revokes.ts';
import type { CommandContext } from './command-context.ts';
import { confirmed, type OperationFlags, withProvisioner } from './operation.ts';
import { prose } from './results.ts';
import { readDecisionsFile, resultsAt, resultsPathOf } from './review-files.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';

export type ReviewApplyFlags = OperationFlags & {
  readonly review?: string;
  readonly results?: string;
};

/** The exit code where a revoke was refused, or failed. */
const refusedCode = 1;

/** Revokes what a reviewer decided to revoke, and writes down what became of each. */
export async function reviewApply(
  path: string,
  flags: ReviewApplyFlags,
  context: Pick<CommandContext, 'env' | 'signal' | 'print' | 'endWith'>,
): Promise<void> {
  const { signal, print, endWith } = context;
  const isDry = flags.dryRun === true;
  const decisions = await readDecisionsFile(path);
  await checkReview(decisions, flags.review);
  const revokes = revokesIn(path, decisions);
  const resultsPath = flags.results ?? resultsPathOf(path);
  const earlier = await resultsAt(resultsPath, decisions.review);
  if (!isDry) {
    await checkTarget(resultsPath);
  }
  const startedAt = new Date().toISOString();
  const keep = async (results: Results): Promise<void> =>
    await writeText(resultsPath, resultsText(withEarlier(results, earlier)));
  const notes = createAuditNotes();
  const applied = await withProvisioner(
    flags,
    context,
    async ({ provisioner, settings }) => {
      checkProject(path, decisions, settings.projectId);
      if (revokes.length > 0) {
        await confirmed(questionOf(decisions, revokes), flags, signal, {
          because: 'whatever is revoked has to be granted again to come back',
        });
      }
      return await applyDecisions({
        decisions,
        revokes,
        provisioner,
        now: () => Date.now(),
        signal,
        notes,
        onResult: (result, revoke) => {
          if (flags.json !== true) {
            print(prose(lineOf(result, revoke)).join('\n')); // as they come: many of them take minutes
          }
        },
        // What was done must not be lost with a process that dies.
        keep: isDry
          ? async () => undefined
          : async (rows) => await keep(resultsOf(decisions, { rows, isStopped: true }, startedAt)),
      });
    },
    { note: notes.note },
  );
  const results = resultsOf(decisions, { rows: applied.rows, isStopped: applied.stoppedBy !== undefined }, startedAt);
  if (!isDry) {
    await keep(results);
  }
  const open = decisions.rows.filter(({ decision }) => decision === undefined || decision === 'question').length;
  print(
    flags.json === true
      ? printableJson(results)
      : prose(...summaryOf(results.rows, open, isDry ? undefined : resultsPath)).join('\n'),
  );
  if (applied.stoppedBy !== undefined) {
    throw applied.stoppedBy;
  }
  if (results.rows.some(({ outcome }) => outcome === 'refused' || outcome === 'failed')) {
    endWith(refusedCode);
  }
}

/** Refuses decisions that are not of the review that was given out. */
async function checkReview({ review }: Decisions, given: string | undefined): Promise<void> {
  if (given === undefined) {
    return;
  }
  const wanted = given.startsWith('sha256:')
    ? given
    : readReviewPage(given, await reading(given, () => readFile(given, 'utf8'))).review;
  if (wanted !== review) {
    throw new ConnectorError(
      'config',
      `the decisions are of another review: of ${review}, not of ${printable(wanted)}`,
    );
  }
}

function checkProject(path: string, { about }: Decisions, projectId: string): void {
  if (about.projectId !== projectId) {
    throw new ConnectorError(
      'config',
      `${printable(path)} is of project ${printable(about.projectId)}, and the settings name ${printable(projectId)}: nothing was sent`,
    );
  }
}

function questionOf({ about }: Decisions, revokes: readonly Revoke[]): string {
  const holders = new Set(revokes.map(({ principal: { typeId, id } }) => `${typeId}:${id}`)).size;
  return [
    `Revoke ${counted(revokes.length, 'holding')} of ${counted(holders, 'holder')}`,
    `in project ${printable(about.projectId)}, as ${printable(about.reviewer)} decided`,
  ].join(' ');
}

function resultsOf(
  { review, seal, about }: Decisions,
  { rows, isStopped }: Pick<Applied, 'rows'> & { readonly isStopped: boolean },
  startedAt: string,
): Results {
  return {
    format: resultsFormat,
    version: 1,
    review,
    seal,
    projectId: about.projectId,
    reviewer: about.reviewer,
    startedAt,
    finishedAt: new Date().toISOString(),
    isWhole: !isStopped,
    rows: [...rows],
  };
}

const words: Readonly<Record<Outcome, string>> = {
  revoked: 'Revoked',
  'gone-before': 'Gone before',
  planned: 'Would be revoked',
  refused: 'Refused',
  failed: 'Failed',
  'not-tried': 'Not tried',
};

function lineOf({ outcome, error, alsoLost, stillInherited, mayReturn }: RowResult, { row }: Revoke): string {
  return [
    `${words[outcome]}: ${nameOf(row)}`,
    ...(error === undefined ? [] : [printable(error)]),
    ...(alsoLost === undefined ? [] : [`with it went ${printable(alsoLost.join(', '))}`]),
    ...(stillInherited === undefined ? [] : [`still held by inheritance: ${printable(stillInherited)}`]),
    ...(mayReturn === undefined ? [] : [`may come back at the next login, by ${printable(mayReturn)}`]),
  ].join('; ');
}

function summaryOf(rows: readonly RowResult[], open: number, resultsPath: string | undefined): string[] {
  const counts = countOutcomes(rows);
  const told = (Object.keys(words) as Outcome[])
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${words[outcome].toLowerCase()}`);
  return [
    rows.length === 0 ? 'Nothing was decided to be revoked: nothing sent.' : `${told.join(', ')}.`,
    ...(open === 0 ? [] : [`${counted(open, 'holding')} still open or questioned: those stay as they are.`]),
    ...(resultsPath === undefined ? ['Nothing was sent: a dry run.'] : [`Results: ${printable(resultsPath)}`]),
  ];
}

async function writeText(path: string, text: string): Promise<void> {
  try {
    await writeWholeFile(path, [text]);
  } catch (thrown) {
    tell('error', `what was revoked stands in the audit log; the results could not be written to ${printable(path)}`);
    throw thrown;
  }
}
