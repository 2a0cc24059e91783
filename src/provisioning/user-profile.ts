import type { CustomAttribute } from '../descope/custom-attributes.ts';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { SignInUser } from '../descope/users/sign-in.ts';
import type { User } from '../descope/users/user.ts';
import { ConnectorError } from '../errors.ts';
import { nameOfUser } from '../model/names.ts';
import { printable } from '../printable.ts';
import { checkAttributes } from './account-attributes.ts';
import type { OperationTools } from './provisioner.ts';
import { emailForm, personTextFlaw, phoneForm } from './person-text.ts';
import { updating, type UserOperation, type UserStep } from './user-operation.ts';

/** What is to be so of a user; what is absent stays as it is. */
export interface ProfileChange {
  readonly texts: Readonly<Partial<Record<TextName, string>>>;
  readonly contacts: Readonly<Partial<Record<'email' | 'phone', string>>>;
  readonly verified: Readonly<Partial<Record<'email' | 'phone', boolean>>>;
  /** By name; null takes the value away. */
  readonly attributes: JsonObject;
  /** The names of what was given and is not changed by this connector, or by nobody. */
  readonly skipped: readonly string[];
}

const textFields = {
  display_name: 'name',
  given_name: 'givenName',
  middle_name: 'middleName',
  family_name: 'familyName',
} as const satisfies Record<string, keyof User>;

type TextName = keyof typeof textFields;

/**
 * The change that a profile asks for: a value sets, null clears, what is absent stays. Names that are no such field, and
 * custom attributes that the project does not define, are skipped and told: a mapping of a platform brings more than
 * there is. Throws `invalid`, with the field and never the value, for what is no such value.
 */
export function readProfile(profile: JsonObject, defined: readonly CustomAttribute[]): ProfileChange {
  const skipped: string[] = [];
  const texts: Partial<Record<TextName, string>> = {};
  const contacts: Partial<Record<'email' | 'phone', string>> = {};
  const verified: Partial<Record<'email' | 'phone', boolean>> = {};
  let attributes: JsonObject = {};
  for (const [name, value] of Object.entries(profile)) {
    if (Object.hasOwn(textFields, name)) {
      texts[name as TextName] = textOf(name, value);
    } else if (name === 'email') {
      contacts.email = checked(name, textOf(name, value), emailForm, 'an email address');
    } else if (name === 'phone') {
      const phone = textOf(name, value).replaceAll(/[\s().-]/g, '');
      contacts.phone = checked(name, phone, phoneForm, 'a phone number with the code of the country');
    } else if (name === 'verified_email' || name === 'verified_phone') {
      verified[name === 'verified_email' ? 'email' : 'phone'] = switchOf(name, value);
    } else if (name === 'custom_attributes') {
      attributes = attributesOf(value, defined, skipped);
    } else {
      skipped.push(printable(name.slice(0, 100)));
    }
  }
  return { texts, contacts, verified, attributes, skipped };
}

/**
 * Changes what of a user is not as it was asked for. An address that somebody else has is refused: Descope would make
 * one user of the two.
 */
export async function updatingProfile(
  userId: string,
  change: ProfileChange,
  tools: OperationTools,
  call: { readonly signal?: AbortSignal },
): Promise<UserOperation> {
  await checkFree(userId, change.contacts, tools, call);
  return {
    operation: 'update',
    done: 'updated',
    already: 'already-updated',
    gain: (seen) => movedTo(change.contacts.email, userId, seen),
    due: (seen) => {
      checkReachable(userId, seen, change);
      return stepsFor(userId, seen, change, tools);
    },
  };
}

/** A new address gives what the user holds to somebody at that address; undefined where it stays as it is. */
function movedTo(
  email: string | undefined,
  userId: string,
  { user }: SignInUser,
): ReturnType<Required<UserOperation>['gain']> {
  if (email === undefined || email === user.email) {
    return undefined;
  }
  const principal = { typeId: 'user', id: userId } as const;
  const change = { principal, name: nameOfUser(user), email, formerEmail: user.email };
  return (lists) => ({ ...change, before: user, after: user, lists });
}

/** The names of fields in which the user is not as it was asked for. */
export function changedFields({ user }: SignInUser, change: ProfileChange): readonly string[] {
  const { texts, contacts, verified, attributes } = change;
  return [
    ...Object.entries(texts)
      .filter(([name, value]) => user[textFields[name as TextName]] !== value)
      .map(([name]) => name),
    ...(['email', 'phone'] as const).filter((kind) => contacts[kind] !== undefined && user[kind] !== contacts[kind]),
    ...(['email', 'phone'] as const)
      .filter((kind) => verified[kind] !== undefined && isVerified(user, kind) !== verified[kind])
      .map((kind) => `verified_${kind}`),
    ...Object.entries(attributes)
      .filter(([name, value]) => !isSame(user.customAttributes[name] as JsonValue | undefined, value))
      .map(([name]) => `custom_attributes.${name}`),
  ];
}

/** Each address by its own call, which can refuse one in use; all else by one patch. */
function stepsFor(userId: string, seen: SignInUser, change: ProfileChange, tools: OperationTools): readonly UserStep[] {
  const isLeft = (names: readonly string[]) => (shown: SignInUser) =>
    !changedFields(shown, change).some((name) => names.includes(name));
  const due = changedFields(seen, change);
  const contacts = (['email', 'phone'] as const)
    .filter((kind) => due.includes(kind))
    .map((kind) => {
      const isVerifiedNow = change.verified[kind] === true;
      const update = { kind, userId, value: change.contacts[kind] ?? '', isVerified: isVerifiedNow } as const;
      return updating(tools, update, isLeft([kind]), { loginId: userId, fields: [kind, `verified_${kind}`] });
    });
  // What a new address says of itself goes with it.
  const others = due.filter((name) => !['email', 'phone'].some((kind) => name.endsWith(kind) && due.includes(kind)));
  if (others.length === 0) {
    return contacts;
  }
  const patch = { kind: 'patch', userId, fields: patchOf(others, change) } as const;
  return [...contacts, updating(tools, patch, isLeft(others), { loginId: userId, fields: others })];
}

function patchOf(names: readonly string[], { texts, verified, attributes }: ProfileChange): JsonObject {
  const given = Object.entries(texts).filter(([name]) => names.includes(name));
  const custom = Object.entries(attributes).filter(([name]) => names.includes(`custom_attributes.${name}`));
  return {
    ...Object.fromEntries(given.map(([name, value]) => [textFields[name as TextName], value])),
    ...(names.includes('verified_email') && { verifiedEmail: verified.email ?? false }),
    ...(names.includes('verified_phone') && { verifiedPhone: verified.phone ?? false }),
    ...(custom.length > 0 && { customAttributes: Object.fromEntries(custom) }),
  };
}

async function checkFree(
  userId: string,
  contacts: ProfileChange['contacts'],
  { client }: OperationTools,
  call: { readonly signal?: AbortSignal },
): Promise<void> {
  for (const value of [contacts.email, contacts.phone].filter((one) => one !== undefined && one !== '')) {
    const takers = await client.findTakers({ loginIds: [value ?? ''], email: value ?? '' }, call);
    const other = takers.find((taker) => taker.userId !== userId);
    if (other !== undefined) {
      throw new ConnectorError(
        'conflict',
        `another user has this address, ${printable(other.userId)}: Descope would make one user of the two; nothing was sent`,
      );
    }
  }
}

/** Without a verified address or number nobody could reach the user any more. */
function checkReachable(userId: string, { user }: SignInUser, { contacts, verified }: ProfileChange): void {
  const isLost = (kind: 'email' | 'phone'): boolean =>
    user[kind] !== '' && isVerified(user, kind) && (contacts[kind] === '' || verified[kind] === false);
  const isKept = (kind: 'email' | 'phone'): boolean =>
    (contacts[kind] ?? user[kind]) !== '' && (verified[kind] ?? isVerified(user, kind)) && contacts[kind] !== '';
  if ((isLost('email') || isLost('phone')) && !isKept('email') && !isKept('phone')) {
    throw new ConnectorError(
      'refused',
      `user ${printable(userId)} would have no verified address or phone number any more: verify another one first`,
    );
  }
}

function isVerified(user: User, kind: 'email' | 'phone'): boolean {
  return kind === 'email' ? user.verifiedEmail : user.verifiedPhone;
}

function attributesOf(value: JsonValue, defined: readonly CustomAttribute[], skipped: string[]): JsonObject {
  const given = typeof value === 'string' ? parsed(value) : value;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid('custom_attributes must be an object of values by name');
  }
  const known = new Set(defined.map(({ name }) => name));
  const all = Object.entries(given);
  const unknown = all.filter(([name]) => !known.has(name));
  skipped.push(...unknown.map(([name]) => `custom_attributes.${printable(name.slice(0, 100))}`));
  const set = all.filter(([name, one]) => known.has(name) && one !== null);
  const cleared = all.filter(([name, one]) => known.has(name) && one === null);
  return { ...checkAttributes(Object.fromEntries(set), defined), ...Object.fromEntries(cleared) } as JsonObject;
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

function isSame(shown: JsonValue | undefined, asked: JsonValue): boolean {
  return asked === null ? shown === undefined || shown === null : JSON.stringify(shown) === JSON.stringify(asked);
}

function textOf(name: string, value: JsonValue): string {
  if (value === null) {
    return '';
  }
  if (typeof value !== 'string') {
    throw invalid(`${name} must be a text, or null to clear it`);
  }
  const flaw = personTextFlaw(value.trim());
  if (flaw !== undefined) {
    throw invalid(`${name} ${flaw}`);
  }
  return value.trim();
}

function checked(name: string, value: string, form: RegExp, what: string): string {
  if (value !== '' && !form.test(value)) {
    throw invalid(`${name} must be ${what}`);
  }
  return value;
}

function switchOf(name: string, value: JsonValue): boolean {
  if (value === true || value === 'true') {
    return true;
  }
  if (value === false || value === 'false' || value === null) {
    return false;
  }
  throw invalid(`${name} must be "true" or "false"`);
}

function invalid(what: string): ConnectorError {
  return new ConnectorError('invalid', `user_profile: ${what}`);
}
