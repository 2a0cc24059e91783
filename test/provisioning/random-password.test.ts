import { array, assert, boolean, constantFrom, integer, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PasswordPolicy } from '../../src/descope/users/passwords.ts';
import { randomPassword, usualPassword } from '../../src/provisioning/random-password.ts';

const lax: PasswordPolicy = {
  minLength: 0,
  lowercase: false,
  uppercase: false,
  number: false,
  nonAlphanumeric: false,
  anyLetter: false,
  disallowedCharacters: '',
  disallowEmailMatch: false,
};

const policies = record<PasswordPolicy>({
  minLength: integer({ min: 0, max: 64 }),
  lowercase: boolean(),
  uppercase: boolean(),
  number: boolean(),
  nonAlphanumeric: boolean(),
  anyLetter: boolean(),
  disallowedCharacters: string({ maxLength: 20 }),
  disallowEmailMatch: boolean(),
});

/** Whether a password keeps a policy: written anew, not taken from what makes passwords. */
function keeps(password: string, policy: PasswordPolicy): boolean {
  return (
    password.length >= policy.minLength &&
    password.length <= 64 &&
    (!policy.lowercase || /[a-z]/.test(password)) &&
    (!policy.uppercase || /[A-Z]/.test(password)) &&
    (!policy.number || /[0-9]/.test(password)) &&
    (!policy.nonAlphanumeric || /[^a-zA-Z0-9]/.test(password)) &&
    (!policy.anyLetter || /[a-zA-Z]/.test(password)) &&
    !Array.from(policy.disallowedCharacters).some((one) => password.includes(one))
  );
}

describe('a random password', () => {
  it('keeps every policy, whatever they are', () => {
    assert(
      property(array(policies, { maxLength: 4 }), integer({ min: 8, max: 64 }), (all, length) => {
        const password = randomPassword({ length, constraints: [] }, all);

        expect(all.filter((policy) => !keeps(password, policy))).toEqual([]);
        expect(password.length).toBeGreaterThanOrEqual(length);
      }),
    );
  });

  it('has so many characters of each set that was asked for', () => {
    const sets = array(
      record({
        charSet: constantFrom('abc', 'XYZ', '0123', '%&', 'é'),
        minCount: integer({ min: 0, max: 4 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    assert(
      property(sets, policies, (constraints, policy) => {
        const disallowedCharacters = '';
        const password = randomPassword({ length: 30, constraints }, [{ ...policy, disallowedCharacters }]);

        for (const { charSet, minCount } of constraints) {
          const count = Array.from(password).filter((one) => charSet.includes(one)).length;
          expect(count).toBeGreaterThanOrEqual(minCount);
        }
        expect(keeps(password, { ...policy, disallowedCharacters })).toBe(true);
      }),
    );
  });

  it('has each kind of character where nothing is demanded, and is another one each time', () => {
    const made = Array.from({ length: 200 }, () => randomPassword(usualPassword, []));

    expect(new Set(made).size).toBe(200);
    expect(
      made.every((password) =>
        keeps(password, { ...lax, lowercase: true, uppercase: true, number: true, nonAlphanumeric: true }),
      ),
    ).toBe(true);
    expect(new Set(made.map(({ length }) => length))).toEqual(new Set([20]));
  });

  it('uses every character evenly, at every place', () => {
    const places = Array.from({ length: 8 }, () => new Set<string>());
    for (let at = 0; at < 4_000; at += 1) {
      Array.from(randomPassword({ length: 8, constraints: [] }, [])).forEach((one, place) => places[place]?.add(one));
    }

    expect(places.map((seen) => seen.size >= 80)).toEqual(places.map(() => true));
  });

  it('does not hold what is to be avoided, in any case', () => {
    const asked = { length: 8, constraints: [] };
    const first = randomPassword(asked, [], [], () => 0);
    let picks = 0;
    const pick = (below: number): number => ((picks += 1) <= 15 ? 0 : below - 1);

    const password = randomPassword(asked, [], [first.toLowerCase(), 'x'], pick);

    expect(password).not.toBe(first);
    expect(() => randomPassword(asked, [], [first], () => 0)).toThrow('no password without the address');
  });

  it.each([
    ['too short', { length: 7, constraints: [] }, 'must be 8 to 64'],
    ['too long', { length: 65, constraints: [] }, 'must be 8 to 64'],
    ['an empty set', { length: 8, constraints: [{ charSet: '', minCount: 1 }] }, 'char_set is empty'],
    ['more than fit', { length: 8, constraints: [{ charSet: 'a', minCount: 9 }] }, 'want 9 characters'],
  ])('is refused for a request that none meets: %s', (_what, asked, words) => {
    expect(() => randomPassword(asked, [])).toThrow(
      expect.objectContaining({ kind: 'invalid', message: expect.stringContaining(words) as string }) as Error,
    );
  });

  it.each([
    ['longer than any', { minLength: 65 }, '65 characters'],
    ['digits that it forbids', { number: true, disallowedCharacters: '0123456789' }, 'does not allow'],
  ])('is refused for a policy that none keeps: %s', (_what, policy, words) => {
    expect(() => randomPassword(usualPassword, [{ ...lax, ...policy }])).toThrow(
      expect.objectContaining({ kind: 'precondition', message: expect.stringContaining(words) as string }) as Error,
    );
  });
});
