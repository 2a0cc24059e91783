import type { KeyExpiry } from '../connector.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { SyncSummary } from '../sync/summary.ts';
import { counted } from './table.ts';
import { quoted } from '../printable.ts';

type EndsOf = NonNullable<SyncSummary['console']>;

const whose: Readonly<Record<EndsOf['keys_ending_soon'][number]['ours'], string>> = {
  yes: 'with which this sync asks',
  perhaps: 'which may be the one with which this sync asks',
  no: 'which may not act on this project',
};

/** A warning for each management key that ends soon and whose end matters here; none where the console is not read. */
export function keyEndLines({ console: read }: Pick<SyncSummary, 'console'>): readonly string[] {
  return (read?.keys_ending_soon ?? []).map(
    ({ key_id: id, name, expires_at: at, days_left: days, ours }) =>
      `the management key ${quoted(name)} (${id.slice(-6)}), ${whose[ours]}, ends on ${at.slice(0, 10)}, in ` +
      `${counted(days, 'day')}: make another one in time`,
  );
}

/** What a serving process does when it learns when keys end: it tells the metrics, and the log, which holds no names. */
export function watchingKeyEnds(logger: Logger, metrics: Pick<Metrics, 'onKeyExpiry'>): (expiry: KeyExpiry) => void {
  return ({ soon, ownEndsAtMs, perhapsEndsAtMs }) => {
    metrics.onKeyExpiry({ yes: ownEndsAtMs, perhaps: perhapsEndsAtMs });
    for (const { endsAtMs, ours } of soon.filter((end) => end.ours !== 'no')) {
      logger.warn('a management key ends soon', {
        until: new Date(endsAtMs).toISOString(),
        note: ours === 'yes' ? 'it is ours' : 'it may be ours: Descope does not tell which key asks',
      });
    }
  };
}
