import type { SheetColumn, SheetOfTexts } from '../answers/xlsx.ts';
import { type Decisions, scopeInWords } from './format.ts';
import { countOutcomes, outcomes, type Results } from './results.ts';
import { statusOf } from './status.ts';

const decisionColumns: readonly SheetColumn[] = [
  { header: 'Holder', width: 28 },
  { header: 'Type', width: 12 },
  { header: 'Id', width: 32 },
  { header: 'Login', width: 32 },
  { header: 'Holds', width: 36 },
  { header: 'Tenant', width: 24 },
  { header: 'Tenant id', width: 24 },
  { header: 'Entitlement', width: 40 },
  { header: 'Decision', width: 12 },
  { header: 'Reason', width: 44 },
  { header: 'Decided at', width: 24 },
  { header: 'Reviewer', width: 26 },
  { header: 'Applied', width: 14 },
  { header: 'Applied at', width: 24 },
  { header: 'Request', width: 38 },
  { header: 'Remark', width: 60 },
];
const coverColumns: readonly SheetColumn[] = [
  { header: 'Access review', width: 30 },
  { header: '', width: 110 },
];

/** The sheets of a review that was decided: a cover, and a row for each holding. */
export function reviewSheets(
  decisions: Decisions,
  { results, nowMs, file }: { readonly results: Results | undefined; readonly nowMs: number; readonly file: string },
): readonly SheetOfTexts[] {
  return [
    { name: 'Cover', columns: coverColumns, rows: coverRows(decisions, { results, nowMs, file }), isWrapped: true },
    { name: 'Decisions', columns: decisionColumns, rows: decisionRows(decisions, results) },
  ];
}

function coverRows(
  decisions: Decisions,
  { results, nowMs, file }: { readonly results: Results | undefined; readonly nowMs: number; readonly file: string },
): string[][] {
  const { about, review, seal, savedAt } = decisions;
  const { counts, isOverdue } = statusOf(decisions, nowMs);
  const { sync } = about;
  const applied = results === undefined ? undefined : countOutcomes(results.rows);
  const isProved = sync.proof === 'stable' || sync.proof === 'overlap';
  return [
    ['Descope project', about.projectId],
    ['Scope', scopeInWords(about.scope)],
    ['Reviewer', about.reviewer],
    ['Due', about.due === undefined ? 'no day was set' : `${about.due}${isOverdue ? ', overdue' : ''}`],
    ['Review made', `${about.madeAt}, by baton-descope ${about.madeBy}`],
    ['From the sync', `${sync.file}, read ${sync.startedAt} to ${sync.finishedAt}, ${sync.users} users`],
    ['Completeness', isProved ? `everything was read, and that is proved (${sync.proof})` : 'not proved'],
    ['Content hash of the sync', sync.contentHash],
    ['Hash of the review', review],
    ['Seal of the decisions', seal],
    ['Decisions', `${file}, saved ${savedAt}`],
    ['Holdings', String(about.rows)],
    ['Keep', String(counts.keep)],
    ['Revoke', String(counts.revoke)],
    ['Question', String(counts.question)],
    ['Open', String(counts.open)],
    ['Shown besides', `${about.shown.count} that follow from something else, and were not decided`],
    ...(results === undefined || applied === undefined
      ? [['Applied', 'not yet']]
      : [
          [
            'Applied',
            `${results.startedAt} to ${results.finishedAt}${results.isWhole ? '' : ', stopped before its end'}`,
          ],
          ...(results.seal === seal ? [] : [['', 'other decisions of this review than these were applied last']]),
          ...outcomes
            .filter((outcome) => applied[outcome] > 0)
            .map((outcome) => [
              outcome.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase()),
              String(applied[outcome]),
            ]),
        ]),
    ['Signature', ''],
    ['Date', ''],
  ];
}

function* decisionRows({ rows, about }: Decisions, results: Results | undefined): Generator<string[]> {
  const applied = new Map(results?.rows.map((result) => [result.row, result]));
  for (const [
    place,
    { principal, entitlement, held, tenantId, tenant, decision, reason = '', at = '' },
  ] of rows.entries()) {
    const result = applied.get(place);
    yield [
      principal.name === '' ? principal.id : principal.name,
      principal.type,
      principal.id,
      principal.login,
      held,
      tenantId === '' ? '(whole project)' : tenant,
      tenantId,
      entitlement,
      decision ?? 'open',
      reason,
      at,
      decision === undefined ? '' : about.reviewer,
      result?.outcome.replaceAll('-', ' ') ?? '',
      result?.at ?? '',
      result?.requestId ?? '',
      remarkOf(result),
    ];
  }
}

function remarkOf(result: Results['rows'][number] | undefined): string {
  return [
    result?.error,
    result?.alsoLost && `with it went ${result.alsoLost.join(', ')}`,
    result?.stillInherited && `still held by inheritance: ${result.stillInherited}`,
    result?.mayReturn && `may come back at the next login, by ${result.mayReturn}`,
  ]
    .filter((text) => text !== undefined)
    .join('; ');
}
