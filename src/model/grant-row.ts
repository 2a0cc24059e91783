import { toGrant } from './builders.ts';
import { checkId, type EntitledTypeId, entitlementId, maxIdBytes, type ResourceTypeId } from './ids.ts';
import type { Grant } from './messages.ts';
import type { GrantRow } from './row.ts';
import { encode } from './wire-writer.ts';

/** What all grants of one resource share: its entitlement, written once. */
class GrantedEntitlement {
  readonly typeId: EntitledTypeId;
  readonly resourceId: string;
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly json: string;
  readonly #jsonOfId: string;

  constructor(typeId: EntitledTypeId, resourceId: string) {
    this.typeId = typeId;
    this.resourceId = resourceId;
    this.id = entitlementId(typeId, resourceId);
    this.bytes = encode((writer) => {
      writer.textField(2, this.id);
      const resourceFrom = writer.length;
      writer.textField(2, resourceId);
      writer.textField(1, typeId);
      writer.close(1, resourceFrom);
      writer.close(1, resourceFrom);
      writer.close(1, 0);
    });
    this.#jsonOfId = JSON.stringify(this.id).slice(1, -1);
    this.json = `{"entitlement":{"resource":{"id":{"resourceType":"${typeId}","resource":${JSON.stringify(resourceId)}}},"id":"${this.#jsonOfId}"}`;
  }

  jsonFor(principalTypeId: ResourceTypeId, principalId: string): string {
    const principal = JSON.stringify(principalId).slice(1, -1);
    return `${this.json},"principal":{"id":{"resourceType":"${principalTypeId}","resource":"${principal}"}},"id":"${this.#jsonOfId}:${principalTypeId}:${principal}"}`;
  }
}

/** A grant by identities only, of which a project has up to millions: equal to the message, to the byte. */
class IdentityGrantRow implements GrantRow {
  readonly #entitlement: GrantedEntitlement;
  readonly #principalId: string;
  #bytes: Uint8Array | undefined;

  constructor(entitlement: GrantedEntitlement, principalId: string) {
    this.#entitlement = entitlement;
    this.#principalId = principalId;
    if ((entitlement.id.length + principalId.length + 6) * 3 > maxIdBytes) {
      checkId(`${entitlement.id}:user:${principalId}`);
    }
  }

  get typeId(): EntitledTypeId {
    return this.#entitlement.typeId;
  }

  get message(): Grant {
    const { typeId, resourceId } = this.#entitlement;
    return toGrant(typeId, resourceId, 'user', this.#principalId);
  }

  get maxSize(): number {
    const { bytes, id } = this.#entitlement;
    return bytes.length + (id.length + 2 * this.#principalId.length) * 3 + 40;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= encode((writer) => {
      const { id, bytes } = this.#entitlement;
      const idFrom = writer.length;
      writer.text(this.#principalId);
      const principal = writer.since(idFrom);
      writer.text(':user:');
      writer.text(id);
      writer.close(3, idFrom);
      const principalFrom = writer.length;
      writer.raw(principal);
      writer.close(2, principalFrom);
      writer.textField(1, 'user');
      writer.close(1, principalFrom);
      writer.close(2, principalFrom);
      writer.raw(bytes);
    });
    return this.#bytes;
  }

  json(): string {
    return this.#entitlement.jsonFor('user', this.#principalId);
  }
}

/** Makes the rows of one entitlement's grants to users, by their ids. */
export function grantRowsOf(typeId: EntitledTypeId, resourceId: string): (userId: string) => GrantRow {
  const entitlement = new GrantedEntitlement(typeId, resourceId);
  return (userId) => new IdentityGrantRow(entitlement, userId);
}
