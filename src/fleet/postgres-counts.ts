import type { Db } from 'pg-boss';
import type { SharedCounts } from './engine.ts';

/** Counts in a table, by the clock of the server: those of the machines may be wrong. */
export function postgresCounts(
  db: Db,
  schema: string,
  guarded: <T>(work: () => Promise<T>) => Promise<T>,
): SharedCounts {
  const now = `(extract(epoch from ${schema}.job_now()) * 1000)::bigint`;
  const add = `
    with moment as (select ${now} as ms)
    insert into ${schema}.budget as known (name, n, ends_at) select $1, $2::bigint, ms + $3::bigint from moment
    on conflict (name) do update set
      n = case when $4 or known.ends_at <= excluded.ends_at - $3::bigint then $2::bigint else known.n + $2::bigint end,
      ends_at = case
        when known.ends_at <= excluded.ends_at - $3::bigint then excluded.ends_at
        when $4 then greatest(known.ends_at, excluded.ends_at)
        else known.ends_at
      end
    returning n, ends_at - ${now} as left_ms`;
  const read = `select n, ends_at - ${now} as left_ms from ${schema}.budget where name = $1 and ends_at > ${now}`;
  const asked = async (sql: string, values: readonly unknown[]): Promise<{ n: number; leftMs: number } | undefined> =>
    await guarded(async () => {
      const { rows } = await db.executeSql(sql, [...values]);
      const row = rows[0] as { readonly n: string; readonly left_ms: string } | undefined;
      return row === undefined ? undefined : { n: Number(row.n), leftMs: Number(row.left_ms) };
    });
  return {
    add: async (name, n, ms, isAnew) => {
      const counted = await asked(add, [name, n, ms, isAnew]);
      if (counted === undefined) {
        throw new Error('an insert returns its row');
      }
      return counted;
    },
    read: async (name) => await asked(read, [name]),
  };
}
