import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { NewUser } from '../descope/users/user-lifecycle.ts';
import { ConnectorError } from '../errors.ts';
import { quoted } from '../printable.ts';
import { type AccountField, type AccountFieldName, accountFields } from '../model/account-fields.ts';
import { emailForm, personTextFlaw, phoneForm } from './person-text.ts';

/** The account of a request, as far as it matters. */
export interface AskedAccount {
  readonly login: string;
  readonly loginAliases: readonly string[];
  readonly emails: readonly { readonly address: string; readonly isPrimary: boolean }[];
  readonly profile: JsonObject;
  /** What errors call a field: as whoever asked wrote it, a flag for instance. By its own name otherwise. */
  readonly called?: (field: string) => string;
}

/** What Go's command line says again in the profile. */
const saidElsewhere: ReadonlySet<string> = new Set(['login']);

/**
 * The user that a request asks for. Throws `invalid`, with the field and never the value, for what is no such value,
 * and for fields that there are not: who misspelt `create_disabled` must not get a user who can sign in.
 */
export function readAccount(asked: AskedAccount): NewUser {
  const { profile, called = (field) => field } = asked;
  const unknown = Object.keys(profile).find((key) => !saidElsewhere.has(key) && fieldOf(key) === undefined);
  if (unknown !== undefined) {
    throw invalid(
      `an account has no field ${quoted(unknown)}; its fields are ${accountFields.map(({ name }) => name).join(', ')}`,
    );
  }
  const text = (name: AccountFieldName): string => textOf(called(name), profile[name]);
  const isOn = (name: AccountFieldName): boolean => switchOf(called(name), profile[name]);
  const email = text('email') || primaryOf(asked.emails);
  const loginId = text('login_id') || asked.login.trim() || primaryOf(asked.emails);
  if (loginId === '') {
    throw invalid(
      asked.called === undefined
        ? 'an account needs a login_id: give it in the profile, as the login, or as the primary email address'
        : `an account needs ${called('login_id')}`,
    );
  }
  const user: NewUser = {
    loginId: checkText(called('login_id'), loginId),
    additionalLoginIds: [
      ...new Set(asked.loginAliases.map((alias) => checkText('login_aliases', alias.trim()))),
    ].filter((alias) => alias !== '' && alias !== loginId),
    email: checkForm(called('email'), checkText(called('email'), email), emailForm, 'an email address'),
    phone: checkForm(
      called('phone'),
      text('phone').replaceAll(/[\s().-]/g, ''),
      phoneForm,
      'a phone number with the code of the country, such as +442079460000',
    ),
    displayName: text('display_name'),
    givenName: text('given_name'),
    middleName: text('middle_name'),
    familyName: text('family_name'),
    tenantIds: textsOf(called('tenant_ids'), profile['tenant_ids']),
    customAttributes: mapOf(called('custom_attributes'), profile['custom_attributes']),
    isEmailVerified: isOn('verified_email'),
    isPhoneVerified: isOn('verified_phone'),
    isDisabled: isOn('create_disabled'),
    isTest: isOn('test'),
    isInvited: isOn('send_invite'),
  };
  checkTogether(user, called);
  return user;
}

/** What of a user's fields excludes each other, or needs another. */
function checkTogether(user: NewUser, called: (field: AccountFieldName) => string): void {
  const { isEmailVerified, isPhoneVerified, isInvited, isDisabled, email, phone, loginId } = user;
  if (isEmailVerified && email === '') {
    throw invalid(`${called('verified_email')} needs ${called('email')}: there is no address to be verified`);
  }
  if (isPhoneVerified && phone === '') {
    throw invalid(`${called('verified_phone')} needs ${called('phone')}: there is no number to be verified`);
  }
  if (isInvited && isDisabled) {
    throw invalid(
      `${called('send_invite')} and ${called('create_disabled')} exclude each other: who is disabled cannot accept an invitation`,
    );
  }
  const isReached = email !== '' || phone !== '' || emailForm.test(loginId) || phoneForm.test(loginId);
  if (isInvited && !isReached) {
    throw invalid(
      `${called('send_invite')} needs an address to send to: give ${called('email')} or ${called('phone')}, or a ` +
        `${called('login_id')} that is one`,
    );
  }
}

function primaryOf(emails: AskedAccount['emails']): string {
  const primary = emails.filter(({ isPrimary }) => isPrimary);
  const [one, second] = primary.length > 0 ? primary : emails;
  return second === undefined ? (one?.address.trim() ?? '') : '';
}

function fieldOf(name: string): AccountField | undefined {
  return accountFields.find((field) => field.name === name);
}

function textOf(name: string, value: JsonValue | undefined): string {
  if (value === undefined || value === null) {
    return '';
  }
  if (typeof value !== 'string') {
    throw invalid(`${name} must be a text`);
  }
  return checkText(name, value.trim());
}

/** A platform's form yields strings; whoever sends a real boolean means the same. */
function switchOf(name: string, value: JsonValue | undefined): boolean {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (word === true || word === 'true') {
    return true;
  }
  if (word === undefined || word === null || word === '' || word === false || word === 'false') {
    return false;
  }
  throw invalid(`${name} must be "true" or "false"`);
}

/** A list of texts, or one text with commas between them. */
function textsOf(name: string, value: JsonValue | undefined): readonly string[] {
  const items = typeof value === 'string' ? value.split(',') : (value ?? []);
  if (!Array.isArray(items)) {
    throw invalid(`${name} must be a list of texts`);
  }
  const texts = [...new Set(items.map((item) => textOf(name, item)))].filter((item) => item !== '');
  if (texts.length === 0 && typeof value === 'string' && value.trim() !== '') {
    throw invalid(`${name} has nothing between its commas`);
  }
  return texts;
}

/** An object, or the text of one. */
function mapOf(name: string, value: JsonValue | undefined): JsonObject {
  const map = typeof value === 'string' && value.trim() !== '' ? parsed(value) : value;
  if (map === undefined || map === null || map === '') {
    return {};
  }
  if (typeof map !== 'object' || Array.isArray(map)) {
    throw invalid(`${name} must be an object of values by name`);
  }
  return map;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return false; // no object either
  }
}

function checkForm(name: string, value: string, form: RegExp, what: string): string {
  if (value !== '' && !form.test(value)) {
    throw invalid(`${name} is not ${what}`);
  }
  return value;
}

function checkText(name: string, value: string): string {
  const flaw = personTextFlaw(value);
  if (flaw !== undefined) {
    throw invalid(`${name} ${flaw}`);
  }
  return value;
}

function invalid(message: string): ConnectorError {
  return new ConnectorError('invalid', message);
}
