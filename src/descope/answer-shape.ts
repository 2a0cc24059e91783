import { DecodeError, decodeItem, isJsonObject, type JsonObject } from './decode.ts';
import type { Endpoint } from './http/endpoint.ts';
import { shapeError } from './http/errors.ts';

export function answerObject(endpoint: Endpoint, json: unknown): JsonObject {
  if (!isJsonObject(json)) {
    throw shapeError(endpoint, 'the body is not a JSON object');
  }
  if (typeof json['errorCode'] === 'string' && json['errorCode'] !== '') {
    throw shapeError(endpoint, 'status 200 with an error inside');
  }
  return json;
}

/** The list of an answer. A missing list is a fault: only an empty list says that there are no rows. */
export function listIn(endpoint: Endpoint, answer: JsonObject, key: string): readonly unknown[] {
  const list = answer[key];
  if (!Array.isArray(list)) {
    throw shapeError(endpoint, `"${key}" is missing or not a list`);
  }
  return list;
}

/**
 * A decoder for the rows of a list. Its error names the row, the row's number and, in `where`, the page that held it.
 */
export function rowDecoder<T>(
  endpoint: Endpoint,
  key: string,
  decode: (item: JsonObject) => T,
  nameOf: (row: JsonObject) => string,
  where = '',
): (item: unknown, index: number) => T {
  return (item, index) => {
    try {
      return isJsonObject(item) ? decode(item) : decodeItem(item, `${key}[${index}]`, decode);
    } catch (thrown) {
      if (!(thrown instanceof DecodeError)) {
        throw thrown;
      }
      throw shapeError(
        endpoint,
        isJsonObject(item)
          ? `${nameOf(item)}, ${key}[${index}]${where}: ${thrown.message}`
          : `${thrown.message}${where}`,
      );
    }
  };
}

/** The one thing that an answer holds under this key. */
export function decodeAnswerPart<T>(
  endpoint: Endpoint,
  json: unknown,
  key: string,
  decode: (item: JsonObject) => T,
): T {
  const part = answerObject(endpoint, json)[key];
  try {
    return decodeItem(part, key, decode);
  } catch (thrown) {
    throw thrown instanceof DecodeError ? shapeError(endpoint, thrown.message) : thrown;
  }
}

/**
 * The one thing that the whole answer is. Unset fields may be missing from it, but not all of these: an empty object
 * answers nothing.
 */
export function decodeAnswer<T>(
  endpoint: Endpoint,
  json: unknown,
  knownFields: readonly string[],
  decode: (answer: JsonObject) => T,
): T {
  const answer = answerObject(endpoint, json);
  if (!knownFields.some((field) => Object.hasOwn(answer, field))) {
    throw shapeError(endpoint, 'none of its fields is there');
  }
  try {
    return decode(answer);
  } catch (thrown) {
    throw thrown instanceof DecodeError ? shapeError(endpoint, thrown.message) : thrown;
  }
}
