import { GrantExpandableSchema, GrantMetadataSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { toConferringGrant } from './builders.ts';
import { entitlementId, grantId } from './ids.ts';
import type { Grant } from './messages.ts';
import type { GrantRow } from './row.ts';
import type { TextWriter } from './text-writer.ts';
import { writeResourceId } from './wire-id.ts';
import type { WireWriter } from './wire-writer.ts';

const expandableUrl = `type.googleapis.com/${GrantExpandableSchema.typeName}`;
const metadataUrl = `type.googleapis.com/${GrantMetadataSchema.typeName}`;
/** More than the tags, lengths and constant texts take on the wire. */
const fixedSize = 400;

/**
 * A permission that a role, or a role inside a tenant, confers: as many as permissions times tenants in which somebody holds
 * a role. Equal to the message of `toConferringGrant`, to the byte.
 */
class ConferringGrantRow implements GrantRow {
  readonly typeId = 'permission';
  readonly #permissionName: string;
  readonly #principalTypeId: 'role' | 'role_binding';
  readonly #principalId: string;
  readonly #tenantId: string;
  readonly #entitlementId: string;
  readonly #grantId: string;
  readonly #heldId: string;

  constructor(permissionName: string, principalTypeId: 'role' | 'role_binding', principalId: string, tenantId: string) {
    this.#permissionName = permissionName;
    this.#principalTypeId = principalTypeId;
    this.#principalId = principalId;
    this.#tenantId = tenantId;
    this.#entitlementId = entitlementId('permission', permissionName);
    this.#grantId = grantId(this.#entitlementId, principalTypeId, principalId);
    this.#heldId = entitlementId(principalTypeId, principalId);
  }

  get message(): Grant {
    return toConferringGrant(this.#permissionName, this.#principalTypeId, this.#principalId, this.#tenantId);
  }

  get maxSize(): number {
    return (
      fixedSize +
      3 *
        (this.#permissionName.length +
          this.#entitlementId.length +
          this.#grantId.length +
          this.#principalId.length +
          this.#heldId.length +
          this.#tenantId.length)
    );
  }

  write(out: WireWriter): void {
    if (this.#tenantId !== '') {
      this.#writeMetadata(out);
    }
    this.#writeExpandable(out);
    out.textField(3, this.#grantId);
    const principalFrom = out.length;
    writeResourceId(out, 1, this.#principalTypeId, this.#principalId);
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
      this.#tenantId === '' ? '' : `,{"metadata":{"tenant_id":${text(this.#tenantId)}},"@type":"${metadataUrl}"}`;
    out.text(
      `{"entitlement":{"resource":{"id":{"resourceType":"permission","resource":${text(this.#permissionName)}}},"id":${text(this.#entitlementId)}}` +
        `,"principal":{"id":{"resourceType":"${this.#principalTypeId}","resource":${text(this.#principalId)}}},"id":${text(this.#grantId)}` +
        `,"annotations":[{"entitlementIds":[${text(this.#heldId)}],"shallow":true,"resourceTypeIds":["user"],"@type":"${expandableUrl}"}${where}]}`,
    );
  }

  #writeExpandable(out: WireWriter): void {
    const from = out.length;
    out.textField(3, 'user');
    out.optionalNumber(2, 1);
    out.textField(1, this.#heldId);
    out.close(2, from);
    out.textField(1, expandableUrl);
    out.close(4, from);
  }

  #writeMetadata(out: WireWriter): void {
    const from = out.length;
    out.struct({ tenant_id: this.#tenantId });
    out.close(1, from);
    out.close(2, from);
    out.textField(1, metadataUrl);
    out.close(4, from);
  }
}

export function conferringGrantRow(
  permissionName: string,
  principalTypeId: 'role' | 'role_binding',
  principalId: string,
  tenantId: string,
): GrantRow {
  return new ConferringGrantRow(permissionName, principalTypeId, principalId, tenantId);
}
