import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../../src/descope/http/retry-after.ts';

const serverTimeMs = Date.parse('Tue, 04 Mar 2025 10:00:00 GMT');

describe('parseRetryAfter', () => {
  it.each([
    ['7', 7_000],
    [' 60 ', 60_000],
    ['0', 1_000],
    ['1', 1_000],
    ['600', 600_000],
    ['3600', 3_600_000],
    ['999999999', 86_400_000],
  ])('takes %j as whole seconds, between one second and a day', (header, expected) => {
    expect(parseRetryAfter(header, serverTimeMs)).toBe(expected);
  });

  it.each([
    ['half a minute ahead', 'Tue, 04 Mar 2025 10:00:30 GMT', 30_000],
    ['now', 'Tue, 04 Mar 2025 10:00:00 GMT', 1_000],
    ['in the past', 'Tue, 04 Mar 2025 09:00:00 GMT', 1_000],
    ['a day ahead', 'Wed, 05 Mar 2025 10:00:00 GMT', 86_400_000],
  ])('measures a date that is %s against the Date header of the same answer', (_, header, expected) => {
    expect(parseRetryAfter(header, serverTimeMs)).toBe(expected);
  });

  it('does not measure a date against our own clock', () => {
    expect(parseRetryAfter(new Date(Date.now() + 30_000).toUTCString(), undefined)).toBeUndefined();
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['blanks', '  '],
    ['a negative number', '-5'],
    ['a fraction', '1.5'],
    ['a signed number', '+5'],
    ['hexadecimal', '0x10'],
    ['an exponent', '1e3'],
    ['a unit', '5s'],
    ['a word', 'soon'],
    ['two values', '5, 6'],
    ['a number beyond any sense', '99999999999'],
    ['an ISO date', '2025-03-04T10:00:30Z'],
    ['a date without a time zone, which would be read in ours', 'Tue Mar  4 10:00:30 2025'],
    ['a broken date', 'Tue, 99 Mar 2025 10:00:30 GMT'],
  ])('makes nothing of %s', (_, header) => {
    expect(parseRetryAfter(header, serverTimeMs)).toBeUndefined();
  });
});
