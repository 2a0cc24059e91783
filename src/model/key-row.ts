import {
  NonHumanIdentityTraitSchema,
  SecretTrait_CredentialType,
  SecretTraitSchema,
  UserTrait_AccountType,
  UserTraitSchema,
} from '../gen/c1/connector/v2/annotation_trait_pb.ts';
import type { Any } from '@bufbuild/protobuf/wkt';
import { checkId, type ResourceRef } from './ids.ts';
import type { Resource } from './messages.ts';
import { type ResourceParts, type ResourceStatus, toResource } from './resource-message.ts';
import type { ResourceRow } from './row.ts';
import {
  type CutCounter,
  fitText,
  maxDescriptionBytes,
  maxDisplayNameBytes,
  maxStatusDetailBytes,
  noCuts,
} from './text.ts';
import type { TextWriter } from './text-writer.ts';
import { isValidTimestamp, rfc3339OfSeconds } from './time.ts';
import { type SecretParts, secretTrait, serviceAccountTraits, userStatuses } from './traits.ts';
import { writeResourceId } from './wire-id.ts';
import { maxStructSize, type WireWriter } from './wire-writer.ts';

/** A principal that is no person, or the secret of one: of either a project may have tens of thousands. */
export interface ServiceAccountParts extends ResourceParts {
  /** Its kind, such as "descope.access_key"; never empty. */
  readonly detail: string;
}

const accountUrl = `type.googleapis.com/${UserTraitSchema.typeName}`;
const identityUrl = `type.googleapis.com/${NonHumanIdentityTraitSchema.typeName}`;
const secretUrl = `type.googleapis.com/${SecretTraitSchema.typeName}`;
const statusWords: Readonly<Record<ResourceStatus, string>> = {
  enabled: 'ENABLED',
  disabled: 'DISABLED',
  unspecified: '',
};
/** More than the tags, lengths, times and constant texts take on the wire. */
const fixedSize = 600;
/** UTF-8 takes at most three bytes a unit. */
const bytesPerUnit = 3;

/**
 * Both encodings are written straight from the parts, equal to those of the message to the byte (a test holds them
 * against each other).
 */
abstract class KeyRow<Parts extends ServiceAccountParts> implements ResourceRow {
  readonly typeId: string;
  readonly parent = undefined;
  protected readonly parts: Parts;

  constructor(typeId: string, parts: Parts) {
    this.typeId = typeId;
    this.parts = parts;
  }

  get id(): string {
    return this.parts.id;
  }

  get displayName(): string {
    return this.parts.displayName;
  }

  get message(): Resource {
    return toResource(this.typeId, this.parts, this.traits(), noCuts);
  }

  get maxSize(): number {
    const { id, displayName, description = '', statusDetail = '', detail, profile } = this.parts;
    const units = id.length + displayName.length + description.length + 2 * statusDetail.length + detail.length;
    return fixedSize + bytesPerUnit * units + this.maxTraitSize(maxStructSize(profile));
  }

  write(out: WireWriter): void {
    const { createdTime, displayName, description = '', profile } = this.parts;
    if (createdTime !== undefined) {
      out.timestamp(12, createdTime);
    }
    writeStatus(out, 11, this.parts);
    const profileFrom = out.length;
    out.struct(profile);
    const written = out.since(profileFrom);
    out.close(9, profileFrom);
    out.optionalText(5, description);
    this.writeTraits(out, written);
    out.optionalText(3, displayName);
    writeResourceId(out, 1, this.typeId, this.parts.id);
  }

  writeJson(out: TextWriter): void {
    const text = JSON.stringify;
    const { id, displayName, description = '' } = this.parts;
    const profile = text(this.parts.profile);
    out.text(
      `{"id":{"resourceType":"${this.typeId}","resource":${text(id)}}${displayName === '' ? '' : `,"displayName":${text(displayName)}`}` +
        `,"annotations":[${this.traitsJson(profile)}]${description === '' ? '' : `,"description":${text(description)}`}` +
        `,"profile":${profile},"status":${statusJson('RESOURCE_', this.parts)}${createdJson(this.parts)}}`,
    );
  }

  protected abstract traits(): readonly Any[];
  /** What the traits add to the size, given that of the profile. */
  protected abstract maxTraitSize(profileSize: number): number;
  protected abstract writeTraits(out: WireWriter, profile: Uint8Array): void;
  protected abstract traitsJson(profile: string): string;
}

class ServiceAccountRow extends KeyRow<ServiceAccountParts> {
  protected traits(): readonly Any[] {
    return serviceAccountTraits(this.parts, this.parts.detail);
  }

  /** The profile stands in the trait, too. */
  protected maxTraitSize(profileSize: number): number {
    return 2 * profileSize;
  }

  protected writeTraits(out: WireWriter, profile: Uint8Array): void {
    const { detail, createdTime } = this.parts;
    const identityFrom = out.length;
    out.textField(2, detail);
    out.close(2, identityFrom);
    out.textField(1, identityUrl);
    out.close(4, identityFrom);
    const accountFrom = out.length;
    if (createdTime !== undefined) {
      out.timestamp(8, createdTime);
    }
    out.optionalNumber(5, UserTrait_AccountType.SERVICE);
    const profileFrom = out.length;
    out.raw(profile);
    out.close(3, profileFrom);
    writeStatus(out, 2, this.parts);
    out.close(2, accountFrom);
    out.textField(1, accountUrl);
    out.close(4, accountFrom);
  }

  protected traitsJson(profile: string): string {
    const { detail } = this.parts;
    return (
      `{"status":${statusJson('', this.parts)},"profile":${profile},"accountType":"ACCOUNT_TYPE_SERVICE"${createdJson(this.parts)},"@type":"${accountUrl}"}` +
      `,{"nhiDetail":${JSON.stringify(detail)},"@type":"${identityUrl}"}`
    );
  }
}

class SecretRow extends KeyRow<SecretParts> {
  protected traits(): readonly Any[] {
    return [secretTrait(this.parts)];
  }

  protected maxTraitSize(profileSize: number): number {
    const sizeOf = (ref: ResourceRef | undefined): number =>
      ref === undefined ? 0 : bytesPerUnit * (ref.typeId.length + ref.id.length);
    return profileSize + sizeOf(this.parts.creator) + sizeOf(this.parts.identity);
  }

  protected writeTraits(out: WireWriter): void {
    const { detail, createdTime, expireTime, creator, identity } = this.parts;
    const from = out.length;
    out.textField(8, detail);
    out.optionalNumber(7, SecretTrait_CredentialType.STATIC_SECRET);
    if (identity !== undefined) {
      writeResourceId(out, 6, identity.typeId, identity.id);
    }
    if (creator !== undefined) {
      writeResourceId(out, 5, creator.typeId, creator.id);
    }
    if (expireTime !== undefined) {
      out.timestamp(3, expireTime);
    }
    if (createdTime !== undefined) {
      out.timestamp(2, createdTime);
    }
    out.close(2, from);
    out.textField(1, secretUrl);
    out.close(4, from);
  }

  protected traitsJson(): string {
    const { detail, createdTime, expireTime, creator, identity } = this.parts;
    const fields = [
      ...(createdTime === undefined ? [] : [`"createdAt":"${rfc3339OfSeconds(createdTime)}"`]),
      ...(expireTime === undefined ? [] : [`"expiresAt":"${rfc3339OfSeconds(expireTime)}"`]),
      ...(creator === undefined ? [] : [`"createdById":${refJson(creator)}`]),
      ...(identity === undefined ? [] : [`"identityId":${refJson(identity)}`]),
      '"credentialType":"CREDENTIAL_TYPE_STATIC_SECRET"',
      `"credentialDetail":${JSON.stringify(detail)}`,
    ];
    return `{${fields.join(',')},"@type":"${secretUrl}"}`;
  }
}

/** The row of a service account; what is too long is cut, and counted, here. */
export function serviceAccountRow(typeId: string, parts: ServiceAccountParts, cuts: CutCounter): ResourceRow {
  return new ServiceAccountRow(typeId, fitted(parts, cuts));
}

/** The row of a secret, likewise. */
export function secretRow(typeId: string, parts: SecretParts, cuts: CutCounter): ResourceRow {
  const { creator, identity } = parts;
  [creator, identity].forEach((ref) => ref && checkId(ref.id));
  return new SecretRow(typeId, fitted(parts, cuts));
}

function fitted<Parts extends ServiceAccountParts>(parts: Parts, cuts: CutCounter): Parts {
  const { displayName, description = '', statusDetail = '', createdTime } = parts;
  checkId(parts.id);
  return {
    ...parts,
    displayName: fitText(displayName, maxDisplayNameBytes, cuts),
    description: fitText(description, maxDescriptionBytes, cuts),
    statusDetail: fitText(statusDetail, maxStatusDetailBytes, cuts),
    createdTime: createdTime !== undefined && isValidTimestamp(createdTime) ? createdTime : undefined,
  };
}

function writeStatus(
  out: WireWriter,
  field: number,
  { status = 'unspecified', statusDetail = '' }: ResourceParts,
): void {
  const from = out.length;
  out.optionalText(2, statusDetail);
  out.optionalNumber(1, userStatuses[status]);
  out.close(field, from);
}

function statusJson(prefix: string, { status = 'unspecified', statusDetail = '' }: ResourceParts): string {
  const word = statusWords[status];
  const fields = [
    ...(word === '' ? [] : [`"status":"${prefix}STATUS_${word}"`]),
    ...(statusDetail === '' ? [] : [`"details":${JSON.stringify(statusDetail)}`]),
  ];
  return `{${fields.join(',')}}`;
}

function createdJson({ createdTime }: ResourceParts): string {
  return createdTime === undefined ? '' : `,"createdAt":"${rfc3339OfSeconds(createdTime)}"`;
}

function refJson({ typeId, id }: ResourceRef): string {
  return `{"resourceType":"${typeId}","resource":${JSON.stringify(id)}}`;
}
