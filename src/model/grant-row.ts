import { BlankForm, type IdBytes } from './blank-form.ts';
import { toGrant } from './builders.ts';
import { checkId, type EntitledTypeId, entitlementId, maxIdBytes } from './ids.ts';
import type { Grant } from './messages.ts';
import type { GrantRow } from './row.ts';
import { type TextWriter, writtenBytes } from './text-writer.ts';
import { writeResourceId } from './wire-id.ts';
import { encode, type WireWriter } from './wire-writer.ts';

/** Stands between the entitlement's id and the user's in the id of a grant. */
const byUser = ':user:';

/** More than the tags, lengths and constant texts of a grant take on the wire. */
const tagsAndLengths = 80;

/** What all grants of one resource share: everything but the user's id. */
class GrantedEntitlement {
  readonly typeId: EntitledTypeId;
  readonly resourceId: string;
  readonly id: string;
  readonly idBytes: number;
  /** At least as many bytes as a grant takes on the wire, but for the two ids of its user. */
  readonly maxSize: number;
  readonly #wireForms = new Map<number, BlankForm>();
  readonly #jsonForms = new Map<number, BlankForm>();

  constructor(typeId: EntitledTypeId, resourceId: string) {
    this.typeId = typeId;
    this.resourceId = resourceId;
    this.id = entitlementId(typeId, resourceId);
    this.idBytes = Buffer.byteLength(this.id, 'utf8');
    this.maxSize = 3 * this.idBytes + tagsAndLengths;
  }

  /** The grant on the wire, for user ids of so many bytes. */
  wireForm(length: number): BlankForm {
    let form = this.#wireForms.get(length);
    if (form === undefined) {
      form = this.#makeWireForm(length);
      this.#wireForms.set(length, form);
    }
    return form;
  }

  /** The grant as JSON, for user ids of so many bytes that need no escapes. */
  jsonForm(length: number): BlankForm {
    let form = this.#jsonForms.get(length);
    if (form === undefined) {
      form = this.#makeJsonForm(length);
      this.#jsonForms.set(length, form);
    }
    return form;
  }

  json(userId: string): string {
    const escaped = JSON.stringify(userId).slice(1, -1);
    return this.#jsonAround().join(escaped);
  }

  /** What stands before, between and behind the two places of the user's id. */
  #jsonAround(): readonly [before: string, between: string, behind: string] {
    const id = JSON.stringify(this.id).slice(1, -1);
    const entitlement = `{"resource":{"id":{"resourceType":"${this.typeId}","resource":${JSON.stringify(this.resourceId)}}},"id":"${id}"}`;
    return [
      `{"entitlement":${entitlement},"principal":{"id":{"resourceType":"user","resource":"`,
      `"}},"id":"${id}${byUser}`,
      '"}',
    ];
  }

  #makeJsonForm(length: number): BlankForm {
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
    return new BlankForm(bytes, first, second);
  }

  #makeWireForm(length: number): BlankForm {
    let behindFirst = 0;
    let behindSecond = 0;
    const bytes = encode((writer) => {
      writer.claim(length);
      behindSecond = writer.length;
      writer.text(byUser);
      writer.text(this.id);
      writer.close(3, 0);
      const principalFrom = writer.length;
      writer.claim(length);
      behindFirst = writer.length;
      writer.close(2, principalFrom);
      writer.textField(1, 'user');
      writer.close(1, principalFrom);
      writer.close(2, principalFrom);
      const entitlementFrom = writer.length;
      writer.textField(2, this.id);
      const resourceFrom = writer.length;
      writeResourceId(writer, 1, this.typeId, this.resourceId);
      writer.close(1, resourceFrom);
      writer.close(1, entitlementFrom);
    });
    return new BlankForm(bytes, bytes.length - behindFirst, bytes.length - behindSecond);
  }
}

/** A grant by identities only, of which a project has up to millions: equal to the message, to the byte. */
class IdentityGrantRow implements GrantRow {
  readonly #entitlement: GrantedEntitlement;
  readonly #users: IdBytes;
  readonly #user: number;

  constructor(entitlement: GrantedEntitlement, users: IdBytes, user: number) {
    this.#entitlement = entitlement;
    this.#users = users;
    this.#user = user;
    if (entitlement.idBytes + byUser.length + this.#length > maxIdBytes) {
      checkId(entitlement.id + byUser + users.at(user));
    }
  }

  get typeId(): EntitledTypeId {
    return this.#entitlement.typeId;
  }

  get message(): Grant {
    const { typeId, resourceId } = this.#entitlement;
    return toGrant(typeId, resourceId, 'user', this.#users.at(this.#user));
  }

  get maxSize(): number {
    return this.#entitlement.maxSize + 2 * this.#length;
  }

  write(out: WireWriter): void {
    const form = this.#entitlement.wireForm(this.#length);
    const at = out.claim(form.length);
    form.fill(out.buffer, at, this.#users.bytes, this.#users.startOf(this.#user), this.#users.startOf(this.#user + 1));
  }

  writeJson(out: TextWriter): void {
    const { bytes } = this.#users;
    const from = this.#users.startOf(this.#user);
    const to = this.#users.startOf(this.#user + 1);
    if (needsEscapes(bytes, from, to)) {
      out.text(this.#entitlement.json(this.#users.at(this.#user)));
      return;
    }
    const form = this.#entitlement.jsonForm(to - from);
    const at = out.claim(form.length);
    form.fill(out.buffer, at, bytes, from, to);
  }

  get #length(): number {
    return this.#users.startOf(this.#user + 1) - this.#users.startOf(this.#user);
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

/** Makes the rows of one entitlement's grants to users, by the users' numbers among these ids. */
export function grantRowsOf(typeId: EntitledTypeId, resourceId: string, users: IdBytes): (user: number) => GrantRow {
  const entitlement = new GrantedEntitlement(typeId, resourceId);
  return (user) => new IdentityGrantRow(entitlement, users, user);
}
