import type { NewUser } from '../descope/users/user-lifecycle.ts';
import type { User } from '../descope/users/user.ts';
import type { RecordStep } from './record-work.ts';

/** What Descope shows of an account that is to be made. */
export interface AccountSeen {
  /** All users who have one of its login ids, or its address. */
  readonly takers: readonly User[];
  /** The user whom an answer said to be made. */
  readonly made: User | undefined;
}

export type AccountStep = RecordStep<AccountSeen>;

/** The fields in which a user is not as it was asked for, by their names in a request; of the status nothing. */
export function differences(user: User, asked: NewUser): readonly string[] {
  const shown: Readonly<Record<string, boolean>> = {
    login_id: hasAll(user.loginIds.map(folded), [asked.loginId, ...asked.additionalLoginIds].map(folded)),
    email: folded(user.email) === folded(asked.email) || asked.email === '',
    phone: digits(user.phone) === digits(asked.phone) || asked.phone === '',
    display_name: isSame(user.name, asked.displayName),
    given_name: isSame(user.givenName, asked.givenName),
    middle_name: isSame(user.middleName, asked.middleName),
    family_name: isSame(user.familyName, asked.familyName),
    tenant_ids: hasAll(
      user.userTenants.map(({ tenantId }) => tenantId),
      asked.tenantIds,
    ),
    custom_attributes: Object.entries(asked.customAttributes).every(
      ([name, value]) => JSON.stringify(user.customAttributes[name]) === JSON.stringify(value),
    ),
    verified_email: user.verifiedEmail || !asked.isEmailVerified,
    verified_phone: user.verifiedPhone || !asked.isPhoneVerified,
    test: user.test === asked.isTest,
  };
  return Object.keys(shown).filter((name) => shown[name] === false);
}

/** The status that a new user is to have. */
export function askedStatus({ isInvited, isDisabled }: NewUser): 'invited' | 'disabled' | 'enabled' {
  return isInvited ? 'invited' : isDisabled ? 'disabled' : 'enabled';
}

/** What is not asked for may be anything: Descope makes a name of the parts of one. */
function isSame(shown: string, asked: string): boolean {
  return asked === '' || shown.normalize('NFC') === asked.normalize('NFC');
}

function hasAll(shown: readonly string[], asked: readonly string[]): boolean {
  return asked.every((one) => shown.includes(one));
}

function folded(text: string): string {
  return text.toLowerCase();
}

function digits(phone: string): string {
  return phone.replaceAll(/\D/g, '');
}
