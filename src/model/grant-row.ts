import { toGrant } from './grant-message.ts';
import { GrantTemplate, type IdBytes } from './grant-template.ts';
import { checkId, entitlementIdOf, type EntitlementRef, maxIdBytes } from './ids.ts';
import type { Grant } from './messages.ts';
import type { GrantRow } from './row.ts';
import { type TextWriter, writtenBytes } from './text-writer.ts';
import { writeResourceId } from './wire-id.ts';
import { encode, type WireWriter } from './wire-writer.ts';

/** More than the tags, lengths and constant texts of a grant take on the wire. */
const tagsAndLengths = 72;

/** What all grants of one entitlement to principals of one type share: everything but the principal's id. */
class GrantedEntitlement {
  readonly ref: EntitlementRef;
  readonly principalTypeId: string;
  readonly id: string;
  /** Stands between the entitlement's id and the principal's in the id of a grant. */
  readonly joint: string;
  readonly idBytes: number;
  /** At least as many bytes as a grant takes on the wire, but for the two ids of its principal. */
  readonly maxSize: number;
  readonly #wireTemplates = new Map<number, GrantTemplate>();
  readonly #jsonTemplates = new Map<number, GrantTemplate>();

  constructor(ref: EntitlementRef, principalTypeId: string) {
    this.ref = ref;
    this.principalTypeId = principalTypeId;
    this.id = entitlementIdOf(ref);
    this.joint = `:${principalTypeId}:`;
    this.idBytes = Buffer.byteLength(this.id, 'utf8');
    this.maxSize = 3 * this.idBytes + 2 * principalTypeId.length + tagsAndLengths;
  }

  /** The grant on the wire, for principals' ids of so many bytes. */
  wireTemplate(length: number): GrantTemplate {
    let template = this.#wireTemplates.get(length);
    if (template === undefined) {
      template = this.#makeWireTemplate(length);
      this.#wireTemplates.set(length, template);
    }
    return template;
  }

  /** The grant as JSON, for principals' ids of so many bytes that need no escapes. */
  jsonTemplate(length: number): GrantTemplate {
    let template = this.#jsonTemplates.get(length);
    if (template === undefined) {
      template = this.#makeJsonTemplate(length);
      this.#jsonTemplates.set(length, template);
    }
    return template;
  }

  json(principalId: string): string {
    const escaped = JSON.stringify(principalId).slice(1, -1);
    return this.#jsonAround().join(escaped);
  }

  /** What stands before, between and behind the two places of the principal's id. */
  #jsonAround(): readonly [before: string, between: string, behind: string] {
    const id = JSON.stringify(this.id).slice(1, -1);
    const entitlement = `{"resource":{"id":{"resourceType":"${this.ref.typeId}","resource":${JSON.stringify(this.ref.resourceId)}}},"id":"${id}"}`;
    return [
      `{"entitlement":${entitlement},"principal":{"id":{"resourceType":"${this.principalTypeId}","resource":"`,
      `"}},"id":"${id}${this.joint}`,
      '"}',
    ];
  }

  #makeJsonTemplate(length: number): GrantTemplate {
    const [before, between, behind] = this.#jsonAround();
    let first = 0;
    let second = 0;
    const bytes = writtenBytes((out) => {
      out.text(before);
      first = out.claim(length);
      out.text(between);
      second = out.claim(length);
      out.text(behind);
    });
    return new GrantTemplate(bytes, first, second);
  }

  #makeWireTemplate(length: number): GrantTemplate {
    let behindFirst = 0;
    let behindSecond = 0;
    const bytes = encode((writer) => {
      writer.claim(length);
      behindSecond = writer.length;
      writer.text(this.joint);
      writer.text(this.id);
      writer.close(3, 0);
      const principalFrom = writer.length;
      writer.claim(length);
      behindFirst = writer.length;
      writer.close(2, principalFrom);
      writer.textField(1, this.principalTypeId);
      writer.close(1, principalFrom);
      writer.close(2, principalFrom);
      const entitlementFrom = writer.length;
      writer.textField(2, this.id);
      const resourceFrom = writer.length;
      writeResourceId(writer, 1, this.ref.typeId, this.ref.resourceId);
      writer.close(1, resourceFrom);
      writer.close(1, entitlementFrom);
    });
    return new GrantTemplate(bytes, bytes.length - behindFirst, bytes.length - behindSecond);
  }
}

/**
 * A grant by identities only. A project has up to millions, so both encodings are made from templates, equal to the
 * message's to the byte.
 */
class IdentityGrantRow implements GrantRow {
  readonly principals: IdBytes;
  readonly principalPlace: number;
  readonly #entitlement: GrantedEntitlement;

  constructor(entitlement: GrantedEntitlement, principals: IdBytes, principal: number) {
    this.#entitlement = entitlement;
    this.principals = principals;
    this.principalPlace = principal;
    if (entitlement.idBytes + entitlement.joint.length + this.#length > maxIdBytes) {
      checkId(this.id);
    }
  }

  get typeId(): string {
    return this.#entitlement.ref.typeId;
  }

  get resourceId(): string {
    return this.#entitlement.ref.resourceId;
  }

  get entitlementId(): string {
    return this.#entitlement.id;
  }

  get principalTypeId(): string {
    return this.#entitlement.principalTypeId;
  }

  get principalId(): string {
    return this.principals.at(this.principalPlace);
  }

  get id(): string {
    return this.#entitlement.id + this.#entitlement.joint + this.principalId;
  }

  get expansion(): undefined {
    return undefined;
  }

  get message(): Grant {
    const { ref, principalTypeId } = this.#entitlement;
    return toGrant(ref, { typeId: principalTypeId, id: this.principalId });
  }

  get maxSize(): number {
    return this.#entitlement.maxSize + 2 * this.#length;
  }

  write(out: WireWriter): void {
    const template = this.#entitlement.wireTemplate(this.#length);
    const at = out.claim(template.length);
    template.fill(out.buffer, at, this.principals.bytes, this.#from, this.#to);
  }

  writeUnexpanded(out: WireWriter): void {
    this.write(out);
  }

  writeJson(out: TextWriter): void {
    const { bytes } = this.principals;
    const [from, to] = [this.#from, this.#to];
    if (needsEscapes(bytes, from, to)) {
      out.text(this.#entitlement.json(this.principalId));
      return;
    }
    const template = this.#entitlement.jsonTemplate(to - from);
    const at = out.claim(template.length);
    template.fill(out.buffer, at, bytes, from, to);
  }

  get #from(): number {
    return this.principals.startOf(this.principalPlace);
  }

  get #to(): number {
    return this.principals.startOf(this.principalPlace + 1);
  }

  get #length(): number {
    return this.#to - this.#from;
  }
}

/** Whether JSON would write these bytes otherwise than they are: a control character, a quote, a backslash. */
function needsEscapes(bytes: Uint8Array, from: number, to: number): boolean {
  for (let place = from; place < to; place += 1) {
    const byte = bytes[place] ?? 0;
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) {
      return true;
    }
  }
  return false;
}

/** Makes the rows of one entitlement's grants to principals of one type, by their numbers among these ids. */
export function grantRowsOf(
  entitlement: EntitlementRef,
  principalTypeId: string,
  principals: IdBytes,
): (principal: number) => GrantRow {
  const granted = new GrantedEntitlement(entitlement, principalTypeId);
  return (principal) => new IdentityGrantRow(granted, principals, principal);
}
