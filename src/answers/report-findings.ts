import { findingBlockSize } from './report-format.ts';
import type { ReportTableBuilder } from './report-tables.ts';
import type { ReportFinding, ReportFindings, ReportRule, ReportWaiver } from './report-things.ts';
import type { UserBlocks } from './report-users.ts';

/** A finding by ids, before users and tenants are numbers. */
export interface JudgedFinding {
  readonly rule: string;
  readonly subject: { readonly type: string; readonly id: string; readonly name: string };
  readonly where?: { readonly tenantId: string } | undefined;
  readonly detail: string;
  readonly waiver?: ReportWaiver | undefined;
}

/** What the rules of `check` say of the file; findings of one rule come one after the other. */
export interface ReportJudgement {
  readonly rules: readonly ReportRule[];
  readonly findings: Iterable<JudgedFinding>;
}

export interface FindingBlocks {
  blocks(judgement: ReportJudgement): Generator<ReportFindings>;
  /** Undefined where nothing was judged. */
  readonly rules: readonly ReportRule[] | undefined;
  readonly count: number;
}

/** Gives findings out in blocks of one rule, with users and tenants by their numbers. */
export function createReportFindings(
  tables: Pick<ReportTableBuilder, 'ordinalOfTenant'>,
  users: Pick<UserBlocks, 'find'>,
): FindingBlocks {
  let rules: readonly ReportRule[] | undefined;
  let count = 0;

  function toRow({ subject: { type, id, name }, where, detail, waiver }: JudgedFinding): ReportFinding {
    const subject = type === 'user' ? (users.find(id) ?? ([type, id, name] as const)) : ([type, id, name] as const);
    const place = where === undefined ? -1 : tables.ordinalOfTenant(where.tenantId);
    return waiver === undefined ? [subject, place, detail] : [subject, place, detail, waiver];
  }

  return {
    *blocks(judgement) {
      rules = judgement.rules;
      const places = new Map(judgement.rules.map(({ id }, place) => [id, place]));
      let block: { readonly rule: string; readonly rows: ReportFinding[] } = { rule: '', rows: [] };
      const ready = function* (): Generator<ReportFindings> {
        const rule = places.get(block.rule);
        if (rule !== undefined && block.rows.length > 0) {
          count += block.rows.length;
          yield { rule, rows: block.rows };
        }
      };
      for (const finding of judgement.findings) {
        if (finding.rule !== block.rule || block.rows.length === findingBlockSize) {
          yield* ready();
          block = { rule: finding.rule, rows: [] };
        }
        block.rows.push(toRow(finding));
      }
      yield* ready();
    },
    get rules() {
      return rules;
    },
    get count() {
      return count;
    },
  };
}
