import { isJsonObject, type JsonObject } from '../descope/decode.ts';

// What an action tells besides its fields is a free map: anything may be missing from it, or of another kind.

/** A text of a record's data; '' for anything else. */
export function textIn(data: JsonObject, field: string): string {
  const value = Object.hasOwn(data, field) ? data[field] : undefined;
  return typeof value === 'string' && value.isWellFormed() ? value : '';
}

/** The texts of a list; none for anything else. */
export function textsIn(data: JsonObject, field: string): readonly string[] {
  const value = Object.hasOwn(data, field) ? data[field] : undefined;
  return Array.isArray(value)
    ? value.filter((item) => typeof item === 'string').filter((item) => item !== '' && item.isWellFormed())
    : [];
}

/** The objects of a list; none for anything else. */
export function objectsIn(data: JsonObject, field: string): readonly JsonObject[] {
  const value = Object.hasOwn(data, field) ? data[field] : undefined;
  return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}
