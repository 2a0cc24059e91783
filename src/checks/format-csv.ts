import { csvBytes } from '../answers/csv.ts';
import type { Finding } from './check.ts';
import type { Told } from './told.ts';

export const findingHeader = [
  'severity',
  'rule',
  'subject_type',
  'subject_id',
  'subject',
  'tenant_id',
  'tenant',
  'detail',
  'fingerprint',
  'waived_until',
  'waived_by',
] as const;

/** A finding a row. What was not evaluated is told beside it: a table has no place for that. */
export function csvPieces({ findings }: Told): AsyncGenerator<Uint8Array> {
  return csvBytes(findingHeader, cells(findings));
}

function* cells(findings: Iterable<Finding>): Generator<string[]> {
  for (const { severity, rule, subject, where, detail, fingerprint, waiver } of findings) {
    yield [
      severity,
      rule,
      subject.type,
      subject.id,
      subject.name,
      where?.tenantId ?? '',
      where?.tenant ?? '',
      detail,
      fingerprint,
      waiver?.until ?? '',
      waiver?.owner ?? '',
    ];
  }
}
