/** A grant by the ids that it is made of. */
export interface GrantIdentity {
  readonly id: string;
  readonly entitlementId: string;
  readonly typeId: string;
  readonly resourceId: string;
  readonly principalTypeId: string;
  readonly principalId: string;
}

/**
 * Tells by its size whether a grant's message holds its identity and nothing else: all of it, or its id alone, as the Go
 * SDK may write it. Grants of one entitlement follow each other: what is the same in the next one is not measured again.
 */
export class IdentitySizes {
  #entitlementId = '';
  #typeId = '';
  #resourceId = '';
  #entitlementSize = 0;

  isOf(size: number, { id, entitlementId, typeId, resourceId, principalTypeId, principalId }: GrantIdentity): boolean {
    if (entitlementId !== this.#entitlementId || resourceId !== this.#resourceId || typeId !== this.#typeId) {
      this.#entitlementSize = field(field(resourceSize(typeId, resourceId)) + textField(entitlementId));
      [this.#entitlementId, this.#typeId, this.#resourceId] = [entitlementId, typeId, resourceId];
    }
    const idSize = textField(id);
    return (
      size === idSize || size === this.#entitlementSize + field(resourceSize(principalTypeId, principalId)) + idSize
    );
  }
}

/** A resource by its id alone. */
function resourceSize(typeId: string, id: string): number {
  return field(textField(typeId) + textField(id));
}

/** A field that is left out when it is empty. */
function textField(text: string): number {
  return text === '' ? 0 : field(Buffer.byteLength(text, 'utf8'));
}

/** Tag and length before so many bytes. */
function field(size: number): number {
  let total = size + 2;
  for (let rest = size; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    total += 1;
  }
  return total;
}
