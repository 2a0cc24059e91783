import { UserTrait_AccountType, UserTraitSchema } from '../gen/c1/connector/v2/annotation_trait_pb.ts';
import { checkId } from './ids.ts';
import type { Resource } from './messages.ts';
import { type ResourceStatus, toResource } from './resource-message.ts';
import type { PlainResource, ResourceRow } from './row.ts';
import { type CutCounter, fitText, maxDisplayNameBytes, maxStatusDetailBytes, noCuts } from './text.ts';
import type { TextWriter } from './text-writer.ts';
import { isValidTimestamp, rfc3339OfSeconds } from './time.ts';
import { type UserParts, userStatuses, userTrait } from './traits.ts';
import { writeResourceId } from './wire-id.ts';
import { maxStructSize, type WireWriter } from './wire-writer.ts';

const traitUrl = `type.googleapis.com/${UserTraitSchema.typeName}`;
const statusWords: Readonly<Record<ResourceStatus, string>> = {
  enabled: 'ENABLED',
  disabled: 'DISABLED',
  unspecified: '',
};
const fixedSize = 400;
/** A text stands at most twice in a row, and UTF-8 takes at most three bytes a unit. */
const growth = 2 * 3;

/** The message of a user. */
function toUserResource(parts: UserParts, cuts: CutCounter): Resource {
  return toResource('user', parts, [userTrait(parts)], cuts);
}

/**
 * A user, of whom a project has up to millions: both encodings are written straight from the parts, equal to those of
 * the message to the byte (a test holds them against each other).
 */
class UserRow implements ResourceRow {
  readonly typeId = 'user';
  readonly parent = undefined;
  readonly #parts: UserParts;

  constructor(parts: UserParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  get displayName(): string {
    return this.#parts.displayName;
  }

  get plain(): PlainResource {
    const { id, displayName, profile, createdTime, mfaEnabled, ssoEnabled } = this.#parts;
    return {
      id: { resourceType: 'user', resource: id },
      displayName,
      profile,
      ...(createdTime !== undefined && { createdAt: rfc3339OfSeconds(createdTime) }),
      annotations: [{ mfaStatus: { mfaEnabled }, ssoStatus: { ssoEnabled } }],
    };
  }

  get message(): Resource {
    return toUserResource(this.#parts, noCuts);
  }

  get maxSize(): number {
    const {
      id,
      displayName,
      login,
      loginAliases,
      emails,
      givenName,
      middleName,
      familyName,
      profile,
      statusDetail = '',
    } = this.#parts;
    const units =
      id.length +
      displayName.length +
      login.length +
      givenName.length +
      middleName.length +
      familyName.length +
      statusDetail.length +
      unitsOf(loginAliases) +
      unitsOf(emails);
    return fixedSize + growth * units + 2 * maxStructSize(profile);
  }

  write(out: WireWriter): void {
    writeUser(out, this.#parts);
  }

  writeJson(out: TextWriter): void {
    out.text(userJson(this.#parts));
  }
}

/** The row of a user; what is too long is cut, and counted, here. */
export function toUserRow(parts: UserParts, cuts: CutCounter): ResourceRow {
  const { statusDetail = '', createdTime, lastLogin } = parts;
  checkId(parts.id);
  return new UserRow({
    ...parts,
    displayName: fitText(parts.displayName, maxDisplayNameBytes, cuts),
    statusDetail: fitText(statusDetail, maxStatusDetailBytes, cuts),
    createdTime: createdTime !== undefined && isValidTimestamp(createdTime) ? createdTime : undefined,
    lastLogin: lastLogin !== undefined && isValidTimestamp(lastLogin) ? lastLogin : undefined,
  });
}

function unitsOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 3, 0);
}

function writeUser(writer: WireWriter, parts: UserParts): void {
  const { createdTime, status = 'unspecified', statusDetail = '' } = parts;
  if (createdTime !== undefined) {
    writer.timestamp(12, createdTime);
  }
  const statusFrom = writer.length;
  writer.optionalText(2, statusDetail);
  writer.optionalNumber(1, userStatuses[status]);
  writer.close(11, statusFrom);
  const profileFrom = writer.length;
  writer.struct(parts.profile);
  const profile = writer.since(profileFrom);
  writer.close(9, profileFrom);
  const annotationFrom = writer.length;
  writeTrait(writer, parts, profile);
  writer.close(2, annotationFrom);
  writer.textField(1, traitUrl);
  writer.close(4, annotationFrom);
  writer.optionalText(3, parts.displayName);
  writeResourceId(writer, 1, 'user', parts.id);
}

function writeTrait(writer: WireWriter, parts: UserParts, profile: Uint8Array): void {
  const { createdTime, status = 'unspecified', statusDetail = '' } = parts;
  const nameFrom = writer.length;
  writer.optionalText(3, parts.middleName);
  writer.optionalText(2, parts.familyName);
  writer.optionalText(1, parts.givenName);
  writer.close(12, nameFrom);
  const ssoFrom = writer.length;
  writer.optionalNumber(1, Number(parts.ssoEnabled));
  writer.close(11, ssoFrom);
  const mfaFrom = writer.length;
  writer.optionalNumber(1, Number(parts.mfaEnabled));
  writer.close(10, mfaFrom);
  if (parts.lastLogin !== undefined) {
    writer.timestamp(9, parts.lastLogin);
  }
  if (createdTime !== undefined) {
    writer.timestamp(8, createdTime);
  }
  parts.loginAliases.toReversed().forEach((alias) => writer.textField(7, alias));
  writer.optionalText(6, parts.login);
  writer.optionalNumber(5, UserTrait_AccountType.HUMAN);
  const profileFrom = writer.length;
  writer.raw(profile);
  writer.close(3, profileFrom);
  const statusFrom = writer.length;
  writer.optionalText(2, statusDetail);
  writer.optionalNumber(1, userStatuses[status]);
  writer.close(2, statusFrom);
  parts.emails.toReversed().forEach((address, place) => {
    const from = writer.length;
    writer.optionalNumber(2, Number(place === parts.emails.length - 1));
    writer.optionalText(1, address);
    writer.close(1, from);
  });
}

function userJson(parts: UserParts): string {
  const { createdTime, status = 'unspecified', statusDetail = '' } = parts;
  const text = JSON.stringify;
  const word = statusWords[status];
  const detail = statusDetail === '' ? '' : `"details":${text(statusDetail)}`;
  const statusOf = (prefix: string): string =>
    `{${word === '' ? '' : `"status":"${prefix}STATUS_${word}"`}${word !== '' && detail !== '' ? ',' : ''}${detail}}`;
  const profile = text(parts.profile);
  const created = createdTime === undefined ? '' : `,"createdAt":"${rfc3339OfSeconds(createdTime)}"`;
  const lastLogin = parts.lastLogin === undefined ? '' : `,"lastLogin":"${rfc3339OfSeconds(parts.lastLogin)}"`;
  const emails = parts.emails
    .map((address, place) => `{"address":${text(address)}${place === 0 ? ',"isPrimary":true' : ''}}`)
    .join(',');
  const names = [
    ...(parts.givenName === '' ? [] : [`"givenName":${text(parts.givenName)}`]),
    ...(parts.familyName === '' ? [] : [`"familyName":${text(parts.familyName)}`]),
    ...(parts.middleName === '' ? [] : [`"middleNames":[${text(parts.middleName)}]`]),
  ];
  const trait =
    `{${emails === '' ? '' : `"emails":[${emails}],`}"status":${statusOf('')},"profile":${profile},"accountType":"ACCOUNT_TYPE_HUMAN"` +
    (parts.login === '' ? '' : `,"login":${text(parts.login)}`) +
    (parts.loginAliases.length === 0 ? '' : `,"loginAliases":${text(parts.loginAliases)}`) +
    `${created}${lastLogin},"mfaStatus":{${parts.mfaEnabled ? '"mfaEnabled":true' : ''}},"ssoStatus":{${parts.ssoEnabled ? '"ssoEnabled":true' : ''}},"structuredName":{${names.join(',')}},"@type":"${traitUrl}"}`;
  return (
    `{"id":{"resourceType":"user","resource":${text(parts.id)}}${parts.displayName === '' ? '' : `,"displayName":${text(parts.displayName)}`},"annotations":[${trait}]` +
    `,"profile":${profile},"status":${statusOf('RESOURCE_')}${created}}`
  );
}
