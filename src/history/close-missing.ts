import { identityBytes } from './grant-messages.ts';
import { type GrantKey, grantIdentityIn } from './grant-identity.ts';
import { versionTables } from './schema.ts';
import type { Writing } from './writing.ts';

/** Ends what stood before this sync and did not come again. */
export function closeMissing(writing: Writing): void {
  const { database, project, sync, tally, digest } = writing;
  database.function('was_found', (v) => Number(tally.isKept(Number(v))));
  for (const table of versionTables) {
    if (table !== 'grant_row' && tally.hasMissing(table)) {
      const end = database.prepare(`update ${table} set until = ? where v = ?`);
      for (const v of missingIn(`select v from ${table}`).map(([version = 0]) => version)) {
        digest.remove(writing.messageOf(v) ?? new Uint8Array(0));
        end.run(sync, v);
        tally.end(table);
      }
    }
  }
  if (tally.hasMissing('grant_row')) {
    const end = database.prepare(
      'update grant_row set until = ? where on_n = ? and slug = ? and to_n = ? and variant = ? and since = ?',
    );
    const identityOf = grantIdentityIn(database);
    for (const [v = 0, onN = 0, slug = 0, toN = 0, variant = 0, since = 0] of missingIn(
      'select v, on_n, slug, to_n, variant, since from grant_row',
    )) {
      const key: GrantKey = { onN, slug, toN };
      digest.remove(writing.messageOf(v) ?? identityBytes(identityOf(key)));
      end.run(sync, onN, slug, toN, variant, since);
      tally.end('grant_row');
    }
  }

  /** Rows that stand, are of an earlier sync, and were not found again; the first column is the version. */
  function missingIn(select: string): readonly (readonly number[])[] {
    const statement = database.prepare(
      `${select} where project = ? and until is null and since < ? and not was_found(v)`,
    );
    statement.setReturnArrays(true);
    return statement.all(project, sync) as unknown as readonly (readonly number[])[]; // numbers are all that is asked for
  }
}
