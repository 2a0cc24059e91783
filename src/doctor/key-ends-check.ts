import { type KeyEnd, type KeyExpiry, soonDays } from '../resources/key-expiry.ts';
import { printable } from '../printable.ts';
import { type Check, ok, warn } from './check.ts';

const name = 'key expiry';

/** Whether a key with which we ask ends soon. No call tells which key asks: what is not known is not claimed. */
export function keyEndsCheck({ isOwnKnown, ownEndsAtMs, soon }: KeyExpiry): Check {
  const ours = soon.filter((end) => end.ours === 'yes');
  const others = soon.filter((end) => end.ours !== 'yes');
  const remedy =
    'Make a key with the same rights now, and put it in place: rights and end are fixed when a key is made.';
  if (ours.length > 0) {
    return warn(name, `the key in use ends soon: ${ours.map(inWords).join('; ')}`, remedy);
  }
  if (others.length > 0) {
    return warn(
      name,
      `which key is in use cannot be seen; of the company's, these end soon: ${others.map(inWords).join('; ')}`,
      `Is one of them ours? ${remedy}`,
    );
  }
  if (!isOwnKnown) {
    return ok(name, `no key of the company ends within ${soonDays} days; which of them is in use cannot be seen`);
  }
  return ok(
    name,
    ownEndsAtMs === undefined ? 'the key in use never ends' : `the key in use ends on ${day(ownEndsAtMs)}`,
  );
}

const whose = { yes: '', perhaps: ', perhaps ours', no: ', which may not act on this project' } as const;

function inWords({ name: called, keyId, endsAtMs, daysLeft, ours }: KeyEnd): string {
  return `"${printable(called)}" (${printable(keyId.slice(-6))}) on ${day(endsAtMs)}, in ${daysLeft} days${whose[ours]}`;
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
