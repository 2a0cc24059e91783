import type { JsonValue } from '@bufbuild/protobuf';
import { createHash } from 'node:crypto';
import { foldAddress } from '../model/address.ts';
import type { ResourceRef } from '../model/ids.ts';
import type { Section } from '../sync-format/layout.ts';
import { messageFromBytes, messageFromJson, messageToBytes, messageToJson } from '../sync-format/stored-rows.ts';

/** Somebody who is to be forgotten. */
export interface Forgotten extends ResourceRef {
  /** What stands in the place of every name of theirs. */
  readonly token: string;
  /** Logins, addresses and telephone numbers that they ever had, folded: these name them in rows of others, too. */
  readonly addresses: ReadonlySet<string>;
  /** Names that they ever had: findings tell of people by name. */
  readonly names: ReadonlySet<string>;
}

/** The same for a person of a project each time; it is made of the id, which stays. */
export function tokenOf(projectId: string, { typeId, id }: ResourceRef): string {
  return `forgotten-${createHash('sha256').update(`${projectId}\0${typeId}\0${id}`).digest('hex').slice(0, 12)}`;
}

interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Fields of a person that name nobody: ids, words of the protocol and of Descope, times and flags. All others go. */
const keptFields: ReadonlySet<string> = new Set([
  '@type',
  'accountType',
  'annotations',
  'company_admin',
  'createdAt',
  'descoper_id',
  'id',
  'lastLogin',
  'mfaEnabled',
  'mfaStatus',
  'other_roles',
  'parentResourceId',
  'profile',
  'resource',
  'resourceType',
  'scim',
  'sso_app_ids',
  'ssoEnabled',
  'ssoStatus',
  'status',
  'test',
  'user_id',
  'verified_email',
  'verified_phone',
]);
/** Fields whose texts become the token, one for each: how many logins there were stays. */
const namingFields: ReadonlySet<string> = new Set([
  'displayName',
  'email',
  'login',
  'loginAliases',
  'login_ids',
  'name',
  'phone',
]);
const statusWords: ReadonlySet<string> = new Set(['enabled', 'disabled', 'invited', 'expired']);

/**
 * A message without what names somebody: their own record, wherever it stands in it, and their addresses as values of
 * others. Undefined where there is nothing of the kind.
 */
export function withoutPerson(section: Section, bytes: Uint8Array, person: Forgotten): Uint8Array | undefined {
  const json = messageToJson(messageFromBytes(section, bytes));
  const clean = cleaned(json, person);
  return JSON.stringify(clean) === JSON.stringify(json) ? undefined : messageToBytes(messageFromJson(section, clean));
}

function cleaned(value: JsonValue, person: Forgotten): JsonValue {
  if (typeof value === 'string') {
    return isAddressOf(person, value) ? person.token : value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => cleaned(item, person));
  }
  if (!isObject(value)) {
    return value;
  }
  if (isFinding(value)) {
    return unnamed(value, wordsOf(person), person);
  }
  return isRecordOf(value, person)
    ? kept(value, person.token)
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleaned(item, person)]));
}

/** Whether an object is the record of the person: it may stand for itself, or inside a grant. */
function isRecordOf({ id }: JsonObject, person: Forgotten): boolean {
  return isObject(id) && id['resourceType'] === person.typeId && id['resource'] === person.id;
}

function isFinding({ id }: JsonObject): boolean {
  return isObject(id) && id['resourceType'] === 'finding';
}

function isAddressOf({ addresses }: Forgotten, text: string): boolean {
  return addresses.has(foldAddress(text));
}

const inWord = String.raw`[\p{L}\p{M}\p{N}]`;

/** Whatever may name the person, where it stands by itself in a sentence: in any case. */
function wordsOf({ addresses, names }: Forgotten): RegExp {
  const forms = Array.from(addresses, (text) => text.normalize('NFD')); // addresses are folded, which is NFC
  const texts = [...new Set([...addresses, ...forms, ...names])].toSorted((one, other) => other.length - one.length);
  if (texts.length === 0) {
    return /(?!)/gu;
  }
  return new RegExp(
    `(?<!${inWord}|${inWord}[._+-])(?:${texts.map((text) => RegExp.escape(text)).join('|')})(?!${inWord}|[.@-]${inWord})`,
    'giu',
  );
}

/** A finding tells in sentences who it is about, and of whom besides. */
function unnamed(value: JsonValue, words: RegExp, person: Forgotten): JsonValue {
  if (typeof value === 'string') {
    return value.replaceAll(words, (found) =>
      person.names.has(found) || isAddressOf(person, found) ? person.token : found,
    );
  }
  if (Array.isArray(value)) {
    return value.map((item) => unnamed(item, words, person));
  }
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unnamed(item, words, person)]))
    : value;
}

function kept(record: JsonObject, token: string): JsonObject {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]): [string, JsonValue][] => {
      if (namingFields.has(key)) {
        return [[key, named(value, token)]];
      }
      if (key === 'details' && typeof value === 'string' && statusWords.has(value)) {
        return [[key, value]]; // Descope's status, in words
      }
      if (!keptFields.has(key)) {
        return [];
      }
      return [[key, Array.isArray(value) ? value.map((item) => within(item, token)) : within(value, token)]];
    }),
  );
}

function within(value: JsonValue, token: string): JsonValue {
  return isObject(value) ? kept(value, token) : value;
}

function named(value: JsonValue, token: string): JsonValue {
  return Array.isArray(value) ? value.map((item) => named(item, token)) : value === '' ? '' : token;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
