import { type DescMessage, type JsonObject, type MessageShape, toBinary, toJson } from '@bufbuild/protobuf';
import { EntitlementSchema } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { GrantSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import { ResourceSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import { annotationRegistry } from './annotations.ts';
import { expansionOf, withoutExpansion } from './expansion.ts';
import type { IdBytes } from './grant-template.ts';
import type { ResourceRef } from './ids.ts';
import type { Any, Entitlement, Grant, Resource } from './messages.ts';
import type { TextWriter } from './text-writer.ts';
import { encode, type WireWriter } from './wire-writer.ts';

/**
 * A row of a listing on its way out. What a walk needs to know of it is at hand; the message and its two encodings are
 * made when somebody asks for them, so that writing a file encodes nothing for the wire, and answering a call makes no
 * JSON. All three say the same.
 */
export interface Row<Message> {
  readonly message: Message;
  /** At least as many bytes as `write` writes, without writing them. */
  readonly maxSize: number;
  /** Puts the message, as it is on the wire, in front of what was written. */
  write(out: WireWriter): void;
  /** Appends the message as protobuf JSON, on one line. */
  writeJson(out: TextWriter): void;
}

/** How many bytes a row takes on the wire. */
export function wireSize(row: Row<unknown>): number {
  return encode((out) => row.write(out)).length;
}

export interface ResourceRow extends Row<Resource> {
  readonly typeId: string;
  readonly id: string;
  readonly displayName: string;
  readonly parent: ResourceRef | undefined;
  /** What its JSON says, for a row of which there are many; undefined where only the message tells it. */
  readonly plain?: PlainResource;
}

/** A resource as protobuf JSON has it, without what only platforms ask for. */
export interface PlainResource {
  readonly id: PlainId;
  readonly parentResourceId?: PlainId;
  readonly displayName: string;
  readonly description?: string;
  readonly profile: JsonObject;
  /** RFC 3339. */
  readonly createdAt?: string;
  /** Of a user's trait. */
  readonly annotations?: readonly {
    readonly mfaStatus: { readonly mfaEnabled: boolean };
    readonly ssoStatus: { readonly ssoEnabled: boolean };
  }[];
}

interface PlainId {
  readonly resourceType: string;
  readonly resource: string;
}

export interface EntitlementRow extends Row<Entitlement> {
  /** Of the resource that it hangs on; the same for `resourceId`. */
  readonly typeId: string;
  readonly resourceId: string;
  readonly id: string;
}

export interface GrantRow extends Row<Grant> {
  /** Of the resource that the grant is about; the same for `resourceId`. */
  readonly typeId: string;
  readonly resourceId: string;
  readonly entitlementId: string;
  readonly principalTypeId: string;
  readonly principalId: string;
  readonly id: string;
  /**
   * Of a grant that says nothing but who holds what: among which ids that of its principal is kept, and at which place. An
   * id keeps its place.
   */
  readonly principals?: IdBytes;
  readonly principalPlace?: number;
  /** What it is passed on to, a GrantExpandable by itself; undefined where it is not passed on. */
  readonly expansion: Uint8Array | undefined;
  /** As `write`, without the annotation that `expansion` is made of. */
  writeUnexpanded(out: WireWriter): void;
}

/** One page of a listing, as a connector answers it. */
export interface RowPage<R> {
  readonly list: readonly R[];
  readonly nextPageToken: string;
  readonly annotations: readonly Any[];
}

/** A row made of its message: for what is not listed by the hundred thousand, or came from elsewhere. */
class MessageRow<Desc extends DescMessage> implements Row<MessageShape<Desc>> {
  readonly message: MessageShape<Desc>;
  readonly #schema: Desc;
  #bytes: Uint8Array | undefined;

  constructor(schema: Desc, message: MessageShape<Desc>) {
    this.#schema = schema;
    this.message = message;
  }

  get maxSize(): number {
    return this.#encoded.length;
  }

  write(out: WireWriter): void {
    out.raw(this.#encoded);
  }

  writeJson(out: TextWriter): void {
    out.text(JSON.stringify(toJson(this.#schema, this.message, { registry: annotationRegistry })));
  }

  get #encoded(): Uint8Array {
    this.#bytes ??= toBinary(this.#schema, this.message);
    return this.#bytes;
  }
}

class ResourceMessageRow extends MessageRow<typeof ResourceSchema> implements ResourceRow {
  get typeId(): string {
    return this.message.id?.resourceType ?? '';
  }

  get id(): string {
    return this.message.id?.resource ?? '';
  }

  get displayName(): string {
    return this.message.displayName;
  }

  get parent(): ResourceRef | undefined {
    const { parentResourceId: parent } = this.message;
    return parent === undefined ? undefined : { typeId: parent.resourceType, id: parent.resource };
  }
}

class EntitlementMessageRow extends MessageRow<typeof EntitlementSchema> implements EntitlementRow {
  get typeId(): string {
    return this.message.resource?.id?.resourceType ?? '';
  }

  get resourceId(): string {
    return this.message.resource?.id?.resource ?? '';
  }

  get id(): string {
    return this.message.id;
  }
}

class GrantMessageRow extends MessageRow<typeof GrantSchema> implements GrantRow {
  get typeId(): string {
    return this.message.entitlement?.resource?.id?.resourceType ?? '';
  }

  get resourceId(): string {
    return this.message.entitlement?.resource?.id?.resource ?? '';
  }

  get entitlementId(): string {
    return this.message.entitlement?.id ?? '';
  }

  get principalTypeId(): string {
    return this.message.principal?.id?.resourceType ?? '';
  }

  get principalId(): string {
    return this.message.principal?.id?.resource ?? '';
  }

  get id(): string {
    return this.message.id;
  }

  get expansion(): Uint8Array | undefined {
    return expansionOf(this.message);
  }

  writeUnexpanded(out: WireWriter): void {
    out.raw(toBinary(GrantSchema, withoutExpansion(this.message)));
  }
}

export function resourceRow(message: Resource): ResourceRow {
  return new ResourceMessageRow(ResourceSchema, message);
}

export function entitlementRow(message: Entitlement): EntitlementRow {
  return new EntitlementMessageRow(EntitlementSchema, message);
}

export function grantRow(message: Grant): GrantRow {
  return new GrantMessageRow(GrantSchema, message);
}
