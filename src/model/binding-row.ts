import { ScopeBindingTraitSchema } from '../gen/c1/connector/v2/annotation_trait_pb.ts';
import { checkId, type ResourceRef } from './ids.ts';
import type { Resource } from './messages.ts';
import { type ResourceParts, toResource } from './resource-message.ts';
import type { PlainResource, ResourceRow } from './row.ts';
import { type CutCounter, fitText, maxDescriptionBytes, maxDisplayNameBytes, noCuts } from './text.ts';
import type { TextWriter } from './text-writer.ts';
import { scopeBindingTrait } from './traits.ts';
import { writeResourceId } from './wire-id.ts';
import { maxStructSize, type WireWriter } from './wire-writer.ts';

const traitUrl = `type.googleapis.com/${ScopeBindingTraitSchema.typeName}`;

export interface BindingParts extends ResourceParts {
  readonly roleResourceId: string;
  readonly tenantId: string;
}

/** The message of a role inside a tenant, which is the binding's parent and scope. */
function toBindingResource(parts: BindingParts, cuts: CutCounter): Resource {
  const tenant = { typeId: 'tenant', id: parts.tenantId };
  const trait = scopeBindingTrait({ typeId: 'role', id: parts.roleResourceId }, tenant);
  return toResource('role_binding', { ...parts, parent: tenant }, [trait], cuts);
}

/**
 * A role inside a tenant: both encodings are written from the parts, since a project has roles times tenants of them.
 */
class BindingRow implements ResourceRow {
  readonly typeId = 'role_binding';
  readonly #parts: BindingParts;

  constructor(parts: BindingParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  get displayName(): string {
    return this.#parts.displayName;
  }

  get parent(): ResourceRef {
    return { typeId: 'tenant', id: this.#parts.tenantId };
  }

  get plain(): PlainResource {
    const { id, displayName, description = '', tenantId, profile } = this.#parts;
    return {
      id: { resourceType: 'role_binding', resource: id },
      parentResourceId: { resourceType: 'tenant', resource: tenantId },
      displayName,
      description,
      profile,
    };
  }

  get message(): Resource {
    return toBindingResource(this.#parts, noCuts);
  }

  get maxSize(): number {
    const { id, displayName, description = '', tenantId, roleResourceId, profile } = this.#parts;
    return (
      400 +
      3 * (id.length + displayName.length + description.length + 2 * tenantId.length + roleResourceId.length) +
      maxStructSize(profile)
    );
  }

  write(out: WireWriter): void {
    const { id, displayName, description = '', tenantId, roleResourceId, profile } = this.#parts;
    const profileFrom = out.length;
    out.struct(profile);
    out.close(9, profileFrom);
    out.optionalText(5, description);
    const annotationFrom = out.length;
    writeResourceId(out, 2, 'tenant', tenantId);
    writeResourceId(out, 1, 'role', roleResourceId);
    out.close(2, annotationFrom);
    out.textField(1, traitUrl);
    out.close(4, annotationFrom);
    out.optionalText(3, displayName);
    writeResourceId(out, 2, 'tenant', tenantId);
    writeResourceId(out, 1, 'role_binding', id);
  }

  writeJson(out: TextWriter): void {
    const { id, displayName, description = '', tenantId, roleResourceId, profile } = this.#parts;
    const text = JSON.stringify;
    const tenant = `{"resourceType":"tenant","resource":${text(tenantId)}}`;
    out.text(
      `{"id":{"resourceType":"role_binding","resource":${text(id)}},"parentResourceId":${tenant}${displayName === '' ? '' : `,"displayName":${text(displayName)}`}` +
        `,"annotations":[{"roleId":{"resourceType":"role","resource":${text(roleResourceId)}},"scopeResourceId":${tenant},"@type":"${traitUrl}"}]` +
        `${description === '' ? '' : `,"description":${text(description)}`},"profile":${text(profile)}}`,
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
