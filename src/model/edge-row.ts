import { create, type JsonObject } from '@bufbuild/protobuf';
import {
  GrantExpandableSchema,
  GrantImmutableSchema,
  GrantMetadataSchema,
} from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { annotate } from './annotations.ts';
import { toGrant } from './grant-message.ts';
import { entitlementIdOf, type EntitlementRef, grantId, type ResourceRef } from './ids.ts';
import type { Grant } from './messages.ts';
import type { GrantRow } from './row.ts';
import type { TextWriter } from './text-writer.ts';
import { writeResourceId } from './wire-id.ts';
import { encode, maxStructSize, type WireWriter } from './wire-writer.ts';

const expandableUrl = `type.googleapis.com/${GrantExpandableSchema.typeName}`;
const immutableUrl = `type.googleapis.com/${GrantImmutableSchema.typeName}`;
const metadataUrl = `type.googleapis.com/${GrantMetadataSchema.typeName}`;
/** More than the tags, lengths and constant texts take on the wire. */
const fixedSize = 520;

interface PassedOn {
  readonly entitlementId: string;
  readonly typeIds: readonly string[];
}

/** A grant to something that is no person, and what it means for those who hold that. */
export interface EdgeParts {
  readonly entitlement: EntitlementRef;
  readonly principal: ResourceRef;
  /** Passed on to those of the named types who hold the entitlement directly; absent where nothing is passed on. */
  readonly passedOn?: PassedOn;
  /** What it comes from, where it can be neither granted nor revoked by itself. */
  readonly sourceId?: string;
  readonly metadata?: JsonObject;
}

/** The message of an edge; its annotations in the order expandable, immutable, metadata. */
export function toEdge({ entitlement, principal, passedOn, sourceId, metadata }: EdgeParts): Grant {
  return toGrant(entitlement, principal, [
    ...(passedOn === undefined
      ? []
      : [
          annotate(
            GrantExpandableSchema,
            create(GrantExpandableSchema, {
              entitlementIds: [passedOn.entitlementId],
              shallow: true,
              resourceTypeIds: [...passedOn.typeIds],
            }),
          ),
        ]),
    ...(sourceId === undefined ? [] : [annotate(GrantImmutableSchema, create(GrantImmutableSchema, { sourceId }))]),
    ...(metadata === undefined ? [] : [annotate(GrantMetadataSchema, create(GrantMetadataSchema, { metadata }))]),
  ]);
}

/**
 * An edge as a row. A project has up to roles times permissions times tenants of them, so both encodings are written
 * from the parts; they equal those of `toEdge`'s message to the byte.
 */
class EdgeRow implements GrantRow {
  readonly #parts: EdgeParts;
  readonly #entitlementId: string;
  readonly #grantId: string;

  constructor(parts: EdgeParts) {
    this.#parts = parts;
    this.#entitlementId = entitlementIdOf(parts.entitlement);
    this.#grantId = grantId(this.#entitlementId, parts.principal);
  }

  get typeId(): string {
    return this.#parts.entitlement.typeId;
  }

  get resourceId(): string {
    return this.#parts.entitlement.resourceId;
  }

  get entitlementId(): string {
    return this.#entitlementId;
  }

  get principalTypeId(): string {
    return this.#parts.principal.typeId;
  }

  get principalId(): string {
    return this.#parts.principal.id;
  }

  get id(): string {
    return this.#grantId;
  }

  get expansion(): Uint8Array | undefined {
    const { passedOn } = this.#parts;
    return passedOn === undefined ? undefined : encode((out) => writeExpandable(out, passedOn));
  }

  get message(): Grant {
    return toEdge(this.#parts);
  }

  get maxSize(): number {
    const { entitlement, principal, passedOn, sourceId, metadata } = this.#parts;
    const passedOnSize =
      passedOn === undefined
        ? 0
        : passedOn.typeIds.reduce((sum, typeId) => sum + typeId.length + 4, passedOn.entitlementId.length);
    const texts =
      2 * entitlement.resourceId.length +
      this.#entitlementId.length +
      this.#grantId.length +
      principal.id.length +
      principal.typeId.length +
      passedOnSize +
      (sourceId?.length ?? 0);
    return fixedSize + 3 * texts + (metadata === undefined ? 0 : maxStructSize(metadata));
  }

  write(out: WireWriter): void {
    const { passedOn } = this.#parts;
    this.#writeNotes(out);
    if (passedOn !== undefined) {
      const from = out.length;
      writeExpandable(out, passedOn);
      out.close(2, from);
      out.textField(1, expandableUrl);
      out.close(4, from);
    }
    this.#writeIdentity(out);
  }

  writeUnexpanded(out: WireWriter): void {
    this.#writeNotes(out);
    this.#writeIdentity(out);
  }

  #writeIdentity(out: WireWriter): void {
    const { entitlement, principal } = this.#parts;
    out.textField(3, this.#grantId);
    const principalFrom = out.length;
    writeResourceId(out, 1, principal.typeId, principal.id);
    out.close(2, principalFrom);
    const entitlementFrom = out.length;
    out.textField(2, this.#entitlementId);
    const resourceFrom = out.length;
    writeResourceId(out, 1, entitlement.typeId, entitlement.resourceId);
    out.close(1, resourceFrom);
    out.close(1, entitlementFrom);
  }

  writeJson(out: TextWriter): void {
    const text = JSON.stringify;
    const { entitlement, principal, passedOn, sourceId, metadata } = this.#parts;
    let annotations = '';
    if (passedOn !== undefined) {
      annotations = `{"entitlementIds":[${text(passedOn.entitlementId)}],"shallow":true,"resourceTypeIds":${jsonOfTypes(passedOn.typeIds)},"@type":"${expandableUrl}"}`;
    }
    if (sourceId !== undefined) {
      annotations += `${annotations === '' ? '' : ','}{"sourceId":${text(sourceId)},"@type":"${immutableUrl}"}`;
    }
    if (metadata !== undefined) {
      annotations += `${annotations === '' ? '' : ','}{"metadata":${jsonOfMetadata(metadata)},"@type":"${metadataUrl}"}`;
    }
    const annotated = annotations === '' ? '' : `,"annotations":[${annotations}]`;
    out.text(
      `{"entitlement":{"resource":{"id":{"resourceType":"${entitlement.typeId}","resource":${text(entitlement.resourceId)}}},"id":${text(this.#entitlementId)}}` +
        `,"principal":{"id":{"resourceType":"${principal.typeId}","resource":${text(principal.id)}}},"id":${text(this.#grantId)}` +
        `${annotated}}`,
    );
  }

  /** The annotations behind the first one. */
  #writeNotes(out: WireWriter): void {
    const { metadata, sourceId } = this.#parts;
    if (metadata !== undefined) {
      const from = out.length;
      out.struct(metadata);
      out.close(1, from);
      out.close(2, from);
      out.textField(1, metadataUrl);
      out.close(4, from);
    }
    if (sourceId !== undefined) {
      const from = out.length;
      out.optionalText(1, sourceId);
      out.close(2, from);
      out.textField(1, immutableUrl);
      out.close(4, from);
    }
  }
}

/** A GrantExpandable, without a tag. */
function writeExpandable(out: WireWriter, { entitlementId, typeIds }: PassedOn): void {
  for (let place = typeIds.length - 1; place >= 0; place -= 1) {
    out.textField(3, typeIds[place] ?? '');
  }
  out.optionalNumber(2, 1);
  out.textField(1, entitlementId);
}

/** The same few lists of types stand on all edges. */
const typesInJson = new WeakMap<readonly string[], string>();

function jsonOfTypes(typeIds: readonly string[]): string {
  let json = typesInJson.get(typeIds);
  if (json === undefined) {
    json = JSON.stringify(typeIds);
    typesInJson.set(typeIds, json);
  }
  return json;
}

/** Most have one text: that is written without a walk through the object. */
function jsonOfMetadata(metadata: JsonObject): string {
  const { tenant_id: tenantId } = metadata;
  return typeof tenantId === 'string' && Object.keys(metadata).length === 1
    ? `{"tenant_id":${JSON.stringify(tenantId)}}`
    : JSON.stringify(metadata);
}

/** The row of an edge. */
export function edgeRow(parts: EdgeParts): GrantRow {
  return new EdgeRow(parts);
}
