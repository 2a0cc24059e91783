import { incomplete } from './faults.ts';
import type { FileIndex } from './file-index.ts';
import { textIn } from './access-path.ts';
import { type Diff, diffOf } from './diff.ts';
import type { ReportComparison } from './report-builder.ts';
import type { FileUser } from './rows.ts';

/** The changes between two files for a report; the same as those of `diff`. */
export interface Comparison extends ReportComparison, Disposable {
  readonly counts: Diff['counts'];
}

/** Compares two indexes, which must stay open as long as the changes are read. */
export function compare(before: FileIndex, after: FileIndex): Comparison {
  const diff = diffOf(before, after);
  const find = before.database.prepare('select * from user where id = ?');
  return {
    summary: before.summary,
    counts: diff.counts,
    changes: { [Symbol.iterator]: () => diff.changes() },
    readFormerUser: (id) => {
      const row = find.get(id);
      if (row === undefined) {
        throw incomplete(before.path, 'a user disappeared from it while it was read');
      }
      return toUserRow(row);
    },
    [Symbol.dispose]: () => diff[Symbol.dispose](),
  };
}

function toUserRow(row: Readonly<Record<string, unknown>>): FileUser {
  const text = (name: string): string => textIn(row, name);
  const flag = (name: string): boolean => row[name] === 1;
  return {
    kind: 'user',
    id: text('id'),
    name: text('name'),
    status: text('status'),
    loginIds: [text('login')],
    email: text('email'),
    isEmailVerified: flag('is_email_verified'),
    phone: text('phone'),
    isPhoneVerified: flag('is_phone_verified'),
    isTest: flag('is_test'),
    isScim: flag('is_scim'),
    hasMfa: flag('has_mfa'),
    hasSso: flag('has_sso'),
    createdAt: text('created_at'),
  };
}
