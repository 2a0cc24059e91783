import { RowsDigest } from '../digest.ts';
import { throwIfCancelled } from '../../errors.ts';
import { identityBytes } from '../grant-messages.ts';
import { versionTables } from '../schema.ts';
import type { Verified } from '../store.ts';
import { SyncSums } from '../sync-sums.ts';
import { bytesIn, copyOut } from './copy.ts';
import { identityOf } from './identities.ts';
import { keptSyncs } from './kept.ts';
import { beginReading } from './reading.ts';

/** Makes the hash of every sync anew from the rows that are kept. The pages below them are the server's to check. */
export async function verifyPostgres(url: string, signal?: AbortSignal): Promise<Verified> {
  await using connection = await beginReading(url);
  const syncs = await keptSyncs(connection);
  const sums = new SyncSums(syncs);
  for (const table of versionTables) {
    const names = table === 'grant_row';
    const query = `select r.project, r.since, r.until, r.data${names ? ', o.type, o.id, s.type, s.id, p.type, p.id' : ''} from ${table} r
      ${names ? 'left join entity o on o.n = r.on_n left join entity s on s.n = r.slug left join entity p on p.n = r.to_n' : ''}`;
    for await (const rows of copyOut(connection, query)) {
      throwIfCancelled(signal);
      for (const [project, since, until = null, data = null, onType, onId, slugType, slug, toType, toId] of rows) {
        const bytes =
          data !== null
            ? bytesIn(data)
            : names
              ? identityBytes(
                  identityOf(
                    { type: onType ?? '', id: onId ?? '' },
                    { type: slugType ?? '', id: slug ?? '' },
                    { type: toType ?? '', id: toId ?? '' },
                  ),
                )
              : new Uint8Array(0); // its message is gone: the sums tell
        sums.add(bytes, {
          project: Number(project),
          since: Number(since),
          until: until === null ? undefined : Number(until),
        });
      }
    }
  }
  const kept = await connection.rows<{ readonly n: number; readonly digest: Buffer }>('select n, digest from sync');
  const digests = new Map(kept.map(({ n, digest }) => [n, new RowsDigest(digest).text]));
  const found = sums.all();
  return { syncs, faults: [], changed: syncs.filter(({ n }) => found.get(n)?.text !== digests.get(n)) };
}
