import { randomInt } from 'node:crypto';
import type { PasswordPolicy } from '../descope/users/passwords.ts';
import { ConnectorError } from '../errors.ts';

/** The lengths that the protocol allows, and the one of a password for which nobody asked another. */
export const passwordLength = { least: 8, usual: 20, most: 64 } as const;

/** So many characters at least of these. */
export interface PasswordConstraint {
  readonly charSet: string;
  readonly minCount: number;
}

/** What somebody asks of a new password. */
export interface PasswordAsk {
  readonly length: number;
  /** Empty for one of each kind: an upper and a lower case letter, a digit, a symbol. */
  readonly constraints: readonly PasswordConstraint[];
}

export const usualPassword: PasswordAsk = { length: passwordLength.usual, constraints: [] };

/** Without quotes and the backslash, so that a password can be typed into any shell, and without the space. */
const kinds = {
  uppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  lowercase: 'abcdefghijklmnopqrstuvwxyz',
  number: '0123456789',
  nonAlphanumeric: '!#$%&()*+,-./:;<=>?@[]^_{|}~',
} as const;

type Kind = keyof typeof kinds;

const kindNames = Object.keys(kinds) as readonly Kind[];
const mostTries = 100;
const shortestAvoided = 3;

/**
 * A password that keeps all of these policies and what was asked, from the machine's source of chance. It holds none of
 * the texts to avoid. It gets longer than asked where a policy wants that. Throws `invalid` for a request that no
 * password meets, `precondition` for policies that none does. `pick` gives a whole number below its argument.
 */
export function randomPassword(
  asked: PasswordAsk,
  policies: readonly PasswordPolicy[],
  avoided: readonly string[] = [],
  pick: (below: number) => number = randomInt,
): string {
  checkAsk(asked);
  const { required, alphabet } = rulesOf(asked, policies);
  const length = Math.max(asked.length, required.length, ...policies.map(({ minLength }) => minLength));
  if (length > passwordLength.most) {
    throw impossible(`passwords of ${length} characters are wanted, and at most ${passwordLength.most} are taken`);
  }
  const one = (of: readonly string[]): string => of[pick(of.length)] ?? '';
  const unwanted = avoided.filter((text) => text.length >= shortestAvoided).map((text) => text.toLowerCase());
  for (let tries = 0; tries < mostTries; tries += 1) {
    const rest = Array.from({ length: length - required.length }, () => one(alphabet));
    const password = shuffled([...required.map(one), ...rest], pick).join('');
    if (!unwanted.some((text) => password.toLowerCase().includes(text))) {
      return password;
    }
  }
  throw impossible('no password without the address or a login id of the user was found');
}

function checkAsk({ length, constraints }: PasswordAsk): void {
  if (!Number.isInteger(length) || length < passwordLength.least || length > passwordLength.most) {
    throw new ConnectorError(
      'invalid',
      `random_password.length must be ${passwordLength.least} to ${passwordLength.most}`,
    );
  }
  if (constraints.some(({ charSet, minCount }) => charSet === '' && minCount > 0)) {
    throw new ConnectorError('invalid', 'random_password.constraints: a char_set is empty');
  }
  const least = constraints.reduce((sum, { minCount }) => sum + minCount, 0);
  if (least > length) {
    throw new ConnectorError(
      'invalid',
      `random_password.constraints want ${least} characters, and random_password.length is ${length}`,
    );
  }
}

/** One set of characters for each character that must be there, and what the others are taken from. */
function rulesOf(
  { constraints }: PasswordAsk,
  policies: readonly PasswordPolicy[],
): { readonly required: readonly (readonly string[])[]; readonly alphabet: readonly string[] } {
  const forbidden = new Set(policies.flatMap(({ disallowedCharacters }) => Array.from(disallowedCharacters)));
  const allowed = (charSet: string): readonly string[] => Array.from(charSet).filter((one) => !forbidden.has(one));
  const wanted = new Set(kindNames.filter((kind) => policies.some((policy) => policy[kind])));
  const byPolicy = kindNames
    .filter((kind) => wanted.has(kind) || (constraints.length === 0 && allowed(kinds[kind]).length > 0))
    .map((kind) => allowed(kinds[kind]));
  const byRequest = constraints.flatMap(({ charSet, minCount }) =>
    Array.from({ length: minCount }, () => allowed(charSet)),
  );
  const letters = policies.some(({ anyLetter }) => anyLetter) ? [allowed(kinds.lowercase + kinds.uppercase)] : [];
  const required = [...byRequest, ...byPolicy, ...letters];
  const alphabet = kindNames.flatMap((kind) => allowed(kinds[kind]));
  if (required.some((of) => of.length === 0) || alphabet.length === 0) {
    throw impossible('it demands characters that it does not allow');
  }
  return { required, alphabet };
}

function shuffled(characters: readonly string[], pick: (below: number) => number): readonly string[] {
  const all = [...characters];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = pick(at + 1);
    [all[at], all[other]] = [all[other] ?? '', all[at] ?? ''];
  }
  return all;
}

function impossible(why: string): ConnectorError {
  return new ConnectorError(
    'precondition',
    `no password keeps the password policy of the project: ${why}; change the policy in Descope`,
  );
}
