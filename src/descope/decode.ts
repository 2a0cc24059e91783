/** A JSON object from outside. Read it through the functions below, which never look at the prototype. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A fault in a record. The message holds no value of the record. */
export class DecodeError extends Error {}

/**
 * All rules of tolerance are in this file. Descope sends protobuf JSON: an unset field may be missing, `null` or
 * zero-valued, and 64-bit integers travel as strings. So an optional field that is absent has its zero value, a number
 * may be a decimal string, and unknown fields are ignored. An identity must be a non-empty string of well-formed
 * Unicode, exactly as it stands; a field of the wrong type is a fault, never a silent blank.
 */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(record: JsonObject, key: string): unknown {
  return Object.hasOwn(record, key) ? (record[key] ?? undefined) : undefined;
}

/** A required id or name, byte for byte. */
export function identity(record: JsonObject, key: string): string {
  const value = own(record, key);
  if (typeof value !== 'string' || value === '') {
    throw new DecodeError(`"${key}" is missing or not a string`);
  }
  return wellFormed(value, key);
}

/** An id or name that may be absent: '' then. */
export function optionalIdentity(record: JsonObject, key: string): string {
  return wellFormed(text(record, key), key);
}

export function text(record: JsonObject, key: string): string {
  const value = own(record, key) ?? '';
  if (typeof value !== 'string') {
    throw new DecodeError(`"${key}" is not a string`);
  }
  return value;
}

export function flag(record: JsonObject, key: string): boolean {
  const value = own(record, key) ?? false;
  if (typeof value !== 'boolean') {
    throw new DecodeError(`"${key}" is not a boolean`);
  }
  return value;
}

/** A whole number, given as a number or a decimal string; undefined when absent. */
export function integer(record: JsonObject, key: string): number | undefined {
  const value = own(record, key);
  if (value === undefined || value === '') {
    return undefined;
  }
  const parsed = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof parsed !== 'number' || !Number.isSafeInteger(parsed)) {
    throw new DecodeError(`"${key}" is not a whole number`);
  }
  return parsed;
}

/** A list of names or ids: each one an identity. Repeats are dropped, order is kept. */
export function identities(record: JsonObject, key: string): readonly string[] {
  const value = own(record, key);
  if (value === undefined) {
    return noStrings;
  }
  if (!Array.isArray(value)) {
    throw new DecodeError(`"${key}" is not a list`);
  }
  if (value.length === 0) {
    return noStrings;
  }
  const names: string[] = [];
  for (const item of value as readonly unknown[]) {
    if (typeof item !== 'string' || item === '') {
      throw new DecodeError(`"${key}" holds something that is not a name`);
    }
    names.push(wellFormed(item, key));
  }
  return names.length === 1 ? names : [...new Set(names)];
}

/** A list of names that may hold blanks, which are dropped; every other one is an identity. */
export function names(record: JsonObject, key: string): readonly string[] {
  return [...new Set(texts(record, key))].map((name) => wellFormed(name, key));
}

/** A list of strings for display; blanks are dropped. */
export function texts(record: JsonObject, key: string): readonly string[] {
  const value = own(record, key);
  if (value === undefined) {
    return noStrings;
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new DecodeError(`"${key}" is not a list of strings`);
  }
  return (value as readonly string[]).filter((item) => item !== '');
}

export function object(record: JsonObject, key: string): JsonObject {
  const value = own(record, key);
  if (value === undefined) {
    return noFields;
  }
  if (!isJsonObject(value)) {
    throw new DecodeError(`"${key}" is not an object`);
  }
  return value;
}

/** A list of objects, each handed to `decode`. */
export function objects<T>(record: JsonObject, key: string, decode: (item: JsonObject) => T): readonly T[] {
  const value = own(record, key);
  if (value === undefined) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new DecodeError(`"${key}" is not a list`);
  }
  return (value as readonly unknown[]).map((item, index) => decodeItem(item, `${key}[${index}]`, decode));
}

/** Decodes one item of a list, and says which one it was when it fails. */
export function decodeItem<T>(item: unknown, where: string, decode: (item: JsonObject) => T): T {
  if (!isJsonObject(item)) {
    throw new DecodeError(`${where} is not an object`);
  }
  try {
    return decode(item);
  } catch (thrown) {
    throw thrown instanceof DecodeError ? new DecodeError(`${where}: ${thrown.message}`) : thrown;
  }
}

const noStrings: readonly string[] = [];
const noFields: JsonObject = {};

function wellFormed(value: string, key: string): string {
  if (!value.isWellFormed()) {
    throw new DecodeError(`"${key}" is an identity with a broken character (a lone surrogate)`);
  }
  return value;
}
