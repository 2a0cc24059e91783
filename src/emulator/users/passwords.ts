import type { PasswordSettings } from '../password-settings.ts';
import { hash } from '../random.ts';

/** A password as somebody set it. */
export interface Password {
  readonly value: string;
  /** The user must choose another at the next login. */
  readonly mustChange: boolean;
}

/** The passwords of users, which no call of the management API shows. */
export interface Passwords {
  of(userId: string): Password | undefined;
  set(userId: string, password: Password): void;
  /** Those before the one in force, the last one first. */
  before(userId: string): readonly string[];
}

export function createPasswords(): Passwords {
  const byUser = new Map<string, readonly [Password, ...Password[]]>();
  return {
    of: (userId) => byUser.get(userId)?.[0],
    before: (userId) => (byUser.get(userId) ?? []).map(({ value }) => value),
    set: (userId, password) => void byUser.set(userId, [password, ...(byUser.get(userId) ?? [])]),
  };
}

/** The longest that the service takes, after the vendor's Terraform provider. */
export const longestPassword = 64;

interface Chosen {
  readonly value: string;
  readonly email: string;
  readonly before: readonly string[];
}

/** What of a policy a password breaks, in words; undefined for a good one. */
export function breachOf(settings: PasswordSettings, { value, email, before }: Chosen): string | undefined {
  const { minLength, disallowedCharacters, reuse, reuseAmount } = settings;
  const rules: readonly (readonly [boolean, string])[] = [
    [value.length < minLength, `must have ${minLength} characters`],
    [value.length > longestPassword, `must have at most ${longestPassword} characters`],
    [settings.lowercase && !/[a-z]/.test(value), 'must have a lower case letter'],
    [settings.uppercase && !/[A-Z]/.test(value), 'must have an upper case letter'],
    [settings.number && !/\d/.test(value), 'must have a digit'],
    [settings.nonAlphanumeric && !/[^A-Za-z0-9]/.test(value), 'must have a symbol'],
    [settings.anyLetter && !/[A-Za-z]/.test(value), 'must have a letter'],
    [Array.from(disallowedCharacters).some((one) => value.includes(one)), 'has a character that is not allowed'],
    [settings.disallowEmailMatch && email !== '' && value.includes(email), 'must not be the email address'],
    [reuse && before.slice(0, reuseAmount).includes(value), 'was used before'],
  ];
  return rules.find(([isBroken]) => isBroken)?.[1];
}

/** What the service makes up where it was given none: the same each time, so that tests can name it. */
export function madeUp(seed: number, userId: string): string {
  return `Made-${hash(seed, Array.from(userId).reduce((sum, one) => sum * 31 + (one.codePointAt(0) ?? 0), 7) % 1_000_000, 9)}x`;
}
