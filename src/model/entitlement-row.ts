import { toBinary } from '@bufbuild/protobuf';
import { EntitlementSchema } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { type EntitledResource, entitlementOf } from './entitlement-message.ts';
import { entitlementIdOf } from './ids.ts';
import type { Entitlement } from './messages.ts';
import { type EntitlementRow, entitlementRow } from './row.ts';
import { type TextWriter, writtenText } from './text-writer.ts';
import type { WireWriter } from './wire-writer.ts';

/** A resource's entitlement made of a template: what follows the id is the same for all, and written once. */
class TemplateEntitlementRow implements EntitlementRow {
  readonly #resource: EntitledResource;
  readonly #template: Entitlement;
  readonly #jsonBehindId: string;

  constructor(resource: EntitledResource, template: Entitlement, jsonBehindId: string) {
    this.#resource = resource;
    this.#template = template;
    this.#jsonBehindId = jsonBehindId;
  }

  get typeId(): string {
    return this.#resource.typeId;
  }

  get resourceId(): string {
    return this.#resource.id;
  }

  get id(): string {
    const { typeId, id } = this.#resource;
    return entitlementIdOf({ typeId, resourceId: id, slug: this.#template.slug });
  }

  get message(): Entitlement {
    return entitlementOf(this.#resource, this.#template);
  }

  get maxSize(): number {
    return this.#encoded.length;
  }

  write(out: WireWriter): void {
    out.raw(this.#encoded);
  }

  get #encoded(): Uint8Array {
    return toBinary(EntitlementSchema, this.message);
  }

  writeJson(out: TextWriter): void {
    const { typeId, id, displayName, parent } = this.#resource;
    const text = JSON.stringify;
    const within =
      parent === undefined
        ? ''
        : `,"parentResourceId":{"resourceType":"${parent.typeId}","resource":${text(parent.id)}}`;
    const name = displayName === '' ? '' : `,"displayName":${text(displayName)}`;
    out.text(
      `{"resource":{"id":{"resourceType":"${typeId}","resource":${text(id)}}${within}${name}},"id":${text(this.id)}${this.#jsonBehindId}`,
    );
  }
}

/**
 * Makes entitlements of a template as the Go syncer does. A template without a name of its own takes each
 * resource's, so that nothing of its rows is written in advance.
 */
export function entitlementRowsOf(template: Entitlement): (resource: EntitledResource) => EntitlementRow {
  if (template.displayName === '') {
    return (resource) => entitlementRow(entitlementOf(resource, template));
  }
  const behindId = new Map<string, string>();
  return (resource) => {
    const { typeId } = resource;
    let json = behindId.get(typeId);
    if (json === undefined) {
      const row = entitlementRow(entitlementOf({ typeId, id: 'x', displayName: '', parent: undefined }, template));
      const sample = writtenText((out) => row.writeJson(out));
      const id = `"id":"${entitlementIdOf({ typeId, resourceId: 'x', slug: template.slug })}"`;
      json = sample.slice(sample.indexOf(id) + id.length);
      behindId.set(typeId, json);
    }
    return new TemplateEntitlementRow(resource, template, json);
  };
}
