import { createByteSink } from './report-bytes.ts';
import {
  changeBlockSize,
  changeColumns,
  changeKinds,
  changeReasons,
  changeVerbs,
  type ReportChange,
} from './report-format.ts';

/** Changes as blocks of columns of numbers. */
export function* changeBlocks(changes: Iterable<ReportChange>): Generator<Uint8Array> {
  let block: ReportChange[] = [];
  for (const change of changes) {
    if (block.push(change) === changeBlockSize) {
      yield encode(block);
      block = [];
    }
  }
  if (block.length > 0) {
    yield encode(block);
  }
}

function encode(block: readonly ReportChange[]): Uint8Array {
  const bytes = createByteSink();
  bytes.number(block.length);
  const rows = block.map(toNumbers);
  changeColumns.forEach((_, column) => rows.forEach((row) => bytes.number(row[column] ?? 0)));
  return bytes.take();
}

function toNumbers({
  verb,
  kind,
  because,
  user,
  role,
  tenant,
  permission,
  before,
  after,
  holders,
  flags,
}: ReportChange): number[] {
  const ordinals = [user, role, tenant, permission, before, after].map((ordinal) => ordinal + 1);
  return [
    changeVerbs.indexOf(verb),
    changeKinds.indexOf(kind),
    changeReasons.indexOf(because),
    ...ordinals,
    holders,
    flags,
  ];
}
