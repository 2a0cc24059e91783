import type { Environment } from '../config/environment.ts';
import { ConnectorError } from '../errors.ts';
import { quoted } from '../printable.ts';

const namesOfUtc = /^:?(?:Etc\/)?(?:UTC|UCT|GMT|GMT[+-]?0|Zulu|Universal|Greenwich)$/i;

/**
 * A cron pattern counts in the time zone that TZ names. Node silently takes an unknown one for UTC, and
 * every sync would run at another hour than was meant.
 */
export function refuseUnknownTimeZone(
  { TZ: zone = '' }: Environment,
  syncCron: string | undefined,
  known: string | undefined = zoneInForce(),
): void {
  if (syncCron === undefined || zone.trim() === '') {
    return;
  }
  const isTaken =
    known !== undefined &&
    known !== 'Etc/Unknown' &&
    !/^[+-]\d/.test(known) &&
    (known !== 'UTC' || namesOfUtc.test(zone));
  if (!isTaken) {
    throw new ConnectorError(
      'config',
      `TZ names an unknown time zone, and --sync-cron uses it: ${quoted(zone)} must be a name such as Europe/Berlin, ` +
        'America/New_York or UTC, spelt exactly so',
    );
  }
}

/** Undefined for a TZ that is not understood, although the type does not say so. */
function zoneInForce(): string | undefined {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
