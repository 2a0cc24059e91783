import { ScopeBindingTraitSchema } from '../gen/c1/connector/v2/annotation_trait_pb.ts';
import { type BindingParts, toBindingResource } from './builders.ts';
import { checkId } from './ids.ts';
import type { Resource } from './messages.ts';
import type { ResourceRow } from './row.ts';
import { type CutCounter, fitText, maxDescriptionBytes, maxDisplayNameBytes, noCuts } from './text.ts';
import { encode, maxStructSize } from './wire-writer.ts';

const traitUrl = `type.googleapis.com/${ScopeBindingTraitSchema.typeName}`;

/** A role inside a tenant, of which a project has as many as roles times tenants: equal to the message, to the byte. */
class BindingRow implements ResourceRow {
  readonly typeId = 'role_binding';
  readonly #parts: BindingParts;
  #bytes: Uint8Array | undefined;

  constructor(parts: BindingParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  get displayName(): string {
    return this.#parts.displayName;
  }

  get parentTenantId(): string {
    return this.#parts.tenantId;
  }

  get message(): Resource {
    return toBindingResource(this.#parts, noCuts);
  }

  get maxSize(): number {
    const { id, displayName, description = '', tenantId, roleResourceId, profile } = this.#parts;
    return 400 + 3 * (id.length + displayName.length + description.length + 2 * tenantId.length + roleResourceId.length) + maxStructSize(profile);
  }

  get bytes(): Uint8Array {
    this.#bytes ??= encode((writer) => {
      const { id, displayName, description = '', tenantId, roleResourceId, profile } = this.#parts;
      const idField = (field: number, typeId: string, resourceId: string): void => {
        const from = writer.length;
        writer.textField(2, resourceId);
        writer.textField(1, typeId);
        writer.close(field, from);
      };
      writer.struct(profile);
      writer.close(9, 0);
      writer.optionalText(5, description);
      const annotationFrom = writer.length;
      idField(2, 'tenant', tenantId);
      idField(1, 'role', roleResourceId);
      writer.close(2, annotationFrom);
      writer.textField(1, traitUrl);
      writer.close(4, annotationFrom);
      writer.optionalText(3, displayName);
      idField(2, 'tenant', tenantId);
      idField(1, 'role_binding', id);
    });
    return this.#bytes;
  }

  json(): string {
    const { id, displayName, description = '', tenantId, roleResourceId, profile } = this.#parts;
    const text = JSON.stringify;
    const tenant = `{"resourceType":"tenant","resource":${text(tenantId)}}`;
    return (
      `{"id":{"resourceType":"role_binding","resource":${text(id)}},"parentResourceId":${tenant}${displayName === '' ? '' : `,"displayName":${text(displayName)}`}` +
      `,"annotations":[{"roleId":{"resourceType":"role","resource":${text(roleResourceId)}},"scopeResourceId":${tenant},"@type":"${traitUrl}"}]` +
      `${description === '' ? '' : `,"description":${text(description)}`},"profile":${text(profile)}}`
    );
  }
}

/** The row of a binding; what is too long is cut, and counted, here. */
export function toBindingRow(parts: BindingParts, cuts: CutCounter): ResourceRow {
  checkId(parts.id);
  checkId(parts.tenantId);
  return new BindingRow({
    ...parts,
    displayName: fitText(parts.displayName, maxDisplayNameBytes, cuts),
    description: fitText(parts.description ?? '', maxDescriptionBytes, cuts),
  });
}
