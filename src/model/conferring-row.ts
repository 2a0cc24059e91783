import { GrantExpandableSchema, GrantMetadataSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { type ConferringRef, toConferringGrant } from './grant-message.ts';
import { entitlementId, grantId } from './ids.ts';
import type { Grant } from './messages.ts';
import type { GrantRow } from './row.ts';
import type { TextWriter } from './text-writer.ts';
import { writeResourceId } from './wire-id.ts';
import type { WireWriter } from './wire-writer.ts';

const expandableUrl = `type.googleapis.com/${GrantExpandableSchema.typeName}`;
const metadataUrl = `type.googleapis.com/${GrantMetadataSchema.typeName}`;
/** More than the tags, lengths and constant texts take on the wire. */
const fixedSize = 388;

/**
 * A permission that a role, or a role inside a tenant, confers. A project has up to permissions times tenants of them,
 * so both encodings are written from the parts; they equal those of `toConferringGrant`'s message to the byte.
 */
class ConferringGrantRow implements GrantRow {
  readonly typeId = 'permission';
  readonly #permissionName: string;
  readonly #by: ConferringRef;
  readonly #holderTypeIds: readonly string[];
  readonly #entitlementId: string;
  readonly #grantId: string;
  readonly #heldId: string;

  constructor(permissionName: string, by: ConferringRef, holderTypeIds: readonly string[]) {
    this.#permissionName = permissionName;
    this.#by = by;
    this.#holderTypeIds = holderTypeIds;
    this.#entitlementId = entitlementId('permission', permissionName);
    this.#grantId = grantId(this.#entitlementId, by);
    this.#heldId = entitlementId(by.typeId, by.id);
  }

  get message(): Grant {
    return toConferringGrant(this.#permissionName, this.#by, this.#holderTypeIds);
  }

  get maxSize(): number {
    return (
      fixedSize +
      3 *
        (this.#permissionName.length +
          this.#entitlementId.length +
          this.#grantId.length +
          this.#by.id.length +
          this.#heldId.length +
          this.#by.tenantId.length +
          this.#holderTypeIds.reduce((sum, typeId) => sum + typeId.length, 0))
    );
  }

  write(out: WireWriter): void {
    if (this.#by.tenantId !== '') {
      this.#writeMetadata(out);
    }
    this.#writeExpandable(out);
    out.textField(3, this.#grantId);
    const principalFrom = out.length;
    writeResourceId(out, 1, this.#by.typeId, this.#by.id);
    out.close(2, principalFrom);
    const entitlementFrom = out.length;
    out.textField(2, this.#entitlementId);
    const resourceFrom = out.length;
    writeResourceId(out, 1, 'permission', this.#permissionName);
    out.close(1, resourceFrom);
    out.close(1, entitlementFrom);
  }

  writeJson(out: TextWriter): void {
    const text = JSON.stringify;
    const where =
      this.#by.tenantId === '' ? '' : `,{"metadata":{"tenant_id":${text(this.#by.tenantId)}},"@type":"${metadataUrl}"}`;
    out.text(
      `{"entitlement":{"resource":{"id":{"resourceType":"permission","resource":${text(this.#permissionName)}}},"id":${text(this.#entitlementId)}}` +
        `,"principal":{"id":{"resourceType":"${this.#by.typeId}","resource":${text(this.#by.id)}}},"id":${text(this.#grantId)}` +
        `,"annotations":[{"entitlementIds":[${text(this.#heldId)}],"shallow":true,"resourceTypeIds":${text(this.#holderTypeIds)},"@type":"${expandableUrl}"}${where}]}`,
    );
  }

  #writeExpandable(out: WireWriter): void {
    const from = out.length;
    this.#holderTypeIds.toReversed().forEach((typeId) => out.textField(3, typeId));
    out.optionalNumber(2, 1);
    out.textField(1, this.#heldId);
    out.close(2, from);
    out.textField(1, expandableUrl);
    out.close(4, from);
  }

  #writeMetadata(out: WireWriter): void {
    const from = out.length;
    out.struct({ tenant_id: this.#by.tenantId });
    out.close(1, from);
    out.close(2, from);
    out.textField(1, metadataUrl);
    out.close(4, from);
  }
}

/** The row of a permission that a role confers on those who hold it and are of one of the named types. */
export function conferringGrantRow(
  permissionName: string,
  by: ConferringRef,
  holderTypeIds: readonly string[],
): GrantRow {
  return new ConferringGrantRow(permissionName, by, holderTypeIds);
}
