import { rfc3339OfSeconds } from '../model/time.ts';
import { UnreadWire, WireReader } from '../model/wire-reader.ts';
import { userTraitUrl } from '../sync-format/stored-rows.ts';
import { type JsonId, type JsonResource, profileKeys } from './to-row.ts';

// A sync has users by the million. Their messages are read here as far as their rows need, in the shape of protobuf
// JSON; whatever is not plain is left to the protobuf library.

/** A type that is read here, and which of its profile its rows need (see `to-row.ts`). */
class LeanType {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly keys: ReadonlyMap<Uint8Array, string>;
  readonly keyBytes: readonly Uint8Array[];

  constructor(id: string, keys: readonly string[]) {
    this.id = id;
    this.bytes = Buffer.from(id);
    this.keys = new Map(keys.map((key) => [Buffer.from(key), key]));
    this.keyBytes = [...this.keys.keys()];
  }
}

const leanTypes = [new LeanType('user', profileKeys.user), new LeanType('role_binding', profileKeys.role_binding)];
const typeBytes = leanTypes.map(({ bytes }) => bytes);
/** Of the year 9999: later ones cannot be told. */
const lastSecond = 253_402_300_799;
const traitUrls = [Buffer.from(userTraitUrl)];

/** A resource, as far as its row needs it; undefined where only the protobuf library reads all that. */
export function leanResource(bytes: Uint8Array): JsonResource | undefined {
  return orUnread(() => resourceIn(readerOf(bytes)));
}

function resourceIn(resource: WireReader): JsonResource | undefined {
  let type: LeanType | undefined;
  const found: Mutable<JsonResource> = {};
  let seen = 0;
  while (resource.next()) {
    const { field } = resource;
    once(seen, field);
    seen |= 1 << field;
    if (field === 1) {
      type = leanTypeIn(resource.message());
      if (type === undefined) {
        return undefined;
      }
      found.id = idIn(resource.message(), type.id);
    } else if (field === 2) {
      found.parentResourceId = idIn(resource.message());
    } else if (field === 3) {
      found.displayName = resource.text();
    } else if (field === annotationsField && type?.id === 'user' && found.annotations === undefined) {
      found.annotations = traitIn(resource.message());
    } else if (field === 5) {
      found.description = resource.text();
    } else if (field === 9 && type !== undefined) {
      found.profile = profileIn(resource.message(), type);
    } else if (field === 12) {
      found.createdAt = timeIn(resource.message());
    }
  }
  return found as JsonResource; // no field of it is set to undefined
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] | undefined };

const annotationsField = 4;

/** What a field means that comes twice, or before the id, is left to the library. */
function once(seen: number, field: number): void {
  const isRepeated = field !== annotationsField && (seen & (1 << field)) !== 0;
  if (isRepeated || field > 12 || (field > 1 && (seen & 2) === 0)) {
    throw new UnreadWire();
  }
}

function leanTypeIn(id: WireReader): LeanType | undefined {
  while (id.next()) {
    if (id.field === 1) {
      const bytes = id.oneOf(typeBytes);
      return leanTypes.find((type) => type.bytes === bytes);
    }
  }
  return undefined;
}

/** The id of a resource; its type is not read where it is known. */
function idIn(message: WireReader, typeId?: string): JsonId {
  let [resourceType, resource] = [typeId ?? '', ''];
  while (message.next()) {
    if (message.field === 1 && typeId === undefined) {
      resourceType = message.text();
    } else if (message.field === 2) {
      resource = message.text();
    }
  }
  return { resourceType, resource };
}

/** What a user's trait says of its second factor, its sign-on and its last login; undefined for an annotation of another kind. */
function traitIn(any: WireReader): JsonResource['annotations'] {
  let isTrait = false;
  let [mfaEnabled, ssoEnabled] = [false, false];
  let lastLogin: string | undefined;
  while (any.next()) {
    if (any.field === 1) {
      isTrait = any.oneOf(traitUrls) !== undefined;
    } else if (any.field === 2 && isTrait) {
      const trait = any.message();
      while (trait.next()) {
        if (trait.field === 9) {
          lastLogin = timeIn(trait.message());
        } else if (trait.field === 10) {
          mfaEnabled = flagIn(trait.message());
        } else if (trait.field === 11) {
          ssoEnabled = flagIn(trait.message());
        }
      }
    } else {
      throw new UnreadWire(); // another prefix, or another order
    }
  }
  return isTrait
    ? [{ mfaStatus: { mfaEnabled }, ssoStatus: { ssoEnabled }, ...(lastLogin !== undefined && { lastLogin }) }]
    : undefined;
}

function flagIn(message: WireReader): boolean {
  let value = false;
  while (message.next()) {
    if (message.field === 1) {
      value = message.value !== 0;
    }
  }
  return value;
}

function timeIn(message: WireReader): string {
  let seconds = 0;
  while (message.next()) {
    if (message.field !== 1) {
      throw new UnreadWire(); // a fraction
    }
    seconds = message.value;
  }
  if (seconds > lastSecond) {
    throw new UnreadWire();
  }
  return rfc3339OfSeconds(seconds);
}

/** As much of a profile, a google.protobuf.Struct, as the rows of a type need. */
function profileIn(struct: WireReader, { keys, keyBytes }: LeanType): Record<string, unknown> {
  const profile: Record<string, unknown> = {};
  while (struct.next()) {
    const entry = struct.message();
    let key: string | undefined;
    while (entry.next()) {
      if (entry.field === 1) {
        const bytes = entry.oneOf(keyBytes);
        key = bytes && keys.get(bytes);
        if (key === undefined) {
          break;
        }
      } else if (entry.field === 2 && key !== undefined) {
        profile[key] = valueIn(entry.message());
      } else {
        throw new UnreadWire(); // another order
      }
    }
  }
  return profile;
}

/** A google.protobuf.Value. */
function valueIn(message: WireReader): unknown {
  let value: unknown = null;
  while (message.next()) {
    switch (message.field) {
      case 1:
        value = null;
        break;
      case 2:
        value = message.double();
        break;
      case 3:
        value = message.text();
        break;
      case 4:
        value = message.value !== 0;
        break;
      case 5:
        value = undefined; // a struct: no key that is read here holds one
        break;
      case 6:
        value = listIn(message.message());
        break;
      default:
        throw new UnreadWire();
    }
  }
  return value;
}

function listIn(message: WireReader): unknown[] {
  const list: unknown[] = [];
  while (message.next()) {
    list.push(valueIn(message.message()));
  }
  return list;
}

function readerOf(bytes: Uint8Array): WireReader {
  return new WireReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
}

function orUnread<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof UnreadWire) {
      return undefined;
    }
    throw thrown;
  }
}
