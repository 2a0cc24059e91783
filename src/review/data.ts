import { inheritanceInWords, nextLoginInWords, notReadIn } from '../answers/limits.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { checkIndex, planOf } from '../checks/check.ts';
import { builtInRules } from '../checks/rules.ts';
import { notEvaluatedIn } from '../checks/told.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import {
  type ReviewAbout,
  type ReviewData,
  type ReviewFinding,
  type ReviewRow,
  type ReviewRule,
  reviewVersion,
  rowLine,
} from './format.ts';
import { hashOf, reviewHash } from './hash.ts';
import { type ReviewRows, rowsOfScope } from './rows.ts';
import { type AskedScope, findScope } from './scope.ts';

/** What is asked for. */
export interface AskedReview {
  readonly scope: AskedScope;
  readonly reviewer: string;
  readonly due?: string | undefined;
  /** The name of the file, without folders. */
  readonly file: string;
  readonly madeBy: string;
  readonly nowMs: number;
}

/** Everything that the page of a review shows. */
export function reviewData(index: FileIndex, asked: AskedReview): ReviewData {
  const { summary } = index;
  const projectId = summary.projectId ?? '';
  if (projectId === '') {
    throw new ConnectorError(
      'config',
      `${printable(index.path)} does not tell of which project it is, so that no decision could be applied: ` +
        'make the review from a file that "sync" wrote',
    );
  }
  const { kind, id, name, ...inIndex } = findScope(index, asked.scope);
  const table = rowsOfScope(index, { kind, id, name, ...inIndex });
  if (table.rows.principal.length === 0) {
    throw new ConnectorError(
      'not-found',
      `nobody holds anything directly in ${kind === 'all' ? 'the project' : `${kind} ${printable(name)}`}: there is nothing to decide`,
    );
  }
  const shown = rowsIn(table, 'shown');
  const rows = rowsIn(table, 'rows');
  const about: ReviewAbout = {
    projectId,
    scope: { kind, id, name },
    reviewer: asked.reviewer,
    ...(asked.due !== undefined && { due: asked.due }),
    madeAt: new Date(asked.nowMs).toISOString(),
    madeBy: asked.madeBy,
    sync: {
      file: asked.file,
      contentHash: summary.contentHash ?? '',
      startedAt: summary.startedAt ?? '',
      finishedAt: summary.finishedAt ?? '',
      proof: summary.consistency?.mode ?? '',
      users: summary.counts?.resources['user'] ?? 0,
    },
    rows: rows.length,
    shown: { count: shown.length, hash: hashOf(shown.map(rowLine).join('\n')) },
  };
  const { findings, rules, untold } = findingsOf(index, table);
  return {
    version: reviewVersion,
    review: reviewHash(about, rows),
    about,
    ...table,
    findings,
    rules,
    unread: [
      ...[notReadIn(index, ['access_key', 'application', 'third_party_app'])?.words ?? []].flat(),
      ...(kind === 'app' ? [] : [...inheritanceInWords(index), ...nextLoginInWords(index)]),
      ...untold,
    ],
  };
}

/** Rows as a file of decisions has them. */
export function rowsIn(
  { principals, things, ...columns }: Pick<ReviewRows, 'principals' | 'things' | 'rows' | 'shown'>,
  which: 'rows' | 'shown',
): readonly ReviewRow[] {
  const { principal, thing } = columns[which];
  return principal.map((place, row) => {
    const who = principals[place];
    const what = things[thing[row] ?? 0];
    if (who === undefined || what === undefined) {
      throw new Error('a row of a review without its principal or thing');
    }
    const { type, id, name, login } = who;
    const { entitlement, held, tenantId, tenant } = what;
    return { principal: { type, id, name, login }, entitlement, held, tenantId, tenant };
  });
}

/** What `check` finds of those who hold something in the review, and what it could not look for, in sentences. */
function findingsOf(
  index: FileIndex,
  { principals }: ReviewRows,
): Pick<ReviewData, 'findings' | 'rules'> & { readonly untold: readonly string[] } {
  const places = new Map(principals.map(({ type, id }, place) => [`${type}:${id}`, place]));
  const check = checkIndex(index, planOf(builtInRules));
  const rules: ReviewRule[] = check.rules.map(({ rule: { id, title }, severity }) => ({ id, title, severity }));
  const numbers = new Map(rules.map(({ id }, number) => [id, number]));
  const findings: ReviewFinding[] = [];
  for (const { rule, subject, where, detail } of check.findings()) {
    const principal = places.get(`${subject.type}:${subject.id}`);
    const number = numbers.get(rule);
    if (principal !== undefined && number !== undefined) {
      findings.push({ principal, rule: number, tenantId: where?.tenantId ?? '', detail });
    }
  }
  const untold = Array.from(
    notEvaluatedIn(check.rules),
    ([reason, ids]) => `Findings of these rules are not shown, since ${reason}: ${ids.join(', ')}.`,
  );
  return { findings, rules, untold };
}
