import { describe, expect, it } from 'vitest';
import { keyEndsCheck } from '../../src/doctor/key-ends-check.ts';
import type { KeyEnd, KeyExpiry } from '../../src/resources/key-expiry.ts';

const endsAtMs = Date.UTC(2026, 11, 20);
const end = (ours: KeyEnd['ours']): KeyEnd => ({ keyId: 'K2ABCDEF', name: 'CI', endsAtMs, daysLeft: 20, ours });

function check(more: Partial<KeyExpiry>): ReturnType<typeof keyEndsCheck> {
  return keyEndsCheck({ isOwnKnown: false, ownEndsAtMs: undefined, perhapsEndsAtMs: undefined, soon: [], ...more });
}

describe('what doctor says of the end of a management key', () => {
  it('warns of ours alone where it is known', () => {
    expect(check({ isOwnKnown: true, soon: [end('yes')] })).toMatchObject({
      level: 'warn',
      text: 'the key in use ends soon: "CI" (ABCDEF) on 2026-12-20, in 20 days',
    });
  });

  it('claims nothing where it is not: each that ends soon is named, with whether it may be ours', () => {
    const { level, text, remedy } = check({ soon: [end('perhaps'), end('no')] });

    expect(level).toBe('warn');
    expect(text).toBe(
      'which key is in use cannot be seen; of the company\'s, these end soon: "CI" (ABCDEF) on 2026-12-20, in 20 days, ' +
        'perhaps ours; "CI" (ABCDEF) on 2026-12-20, in 20 days, which may not act on this project',
    );
    expect(remedy).toMatch(/^Is one of them ours\?/);
  });

  it.each<[Partial<KeyExpiry>, string]>([
    [{}, 'no key of the company ends within 30 days; which of them is in use cannot be seen'],
    [{ isOwnKnown: true }, 'the key in use never ends'],
    [{ isOwnKnown: true, ownEndsAtMs: endsAtMs }, 'the key in use ends on 2026-12-20'],
  ])('is at ease where none ends soon: %j', (expiry, text) => {
    expect(check(expiry)).toEqual({ name: 'key expiry', level: 'ok', text });
  });
});
