import { badRequest, fieldRequired } from './api-error.ts';

/**
 * Typed reading of a request body the way protobuf JSON is read: null, absent and zero value are the same thing, 64-bit
 * numbers come as text or number, and a wrong type is a bad request.
 */
export interface RequestBody {
  readonly fields: Readonly<Record<string, unknown>>;
  has(name: string): boolean;
  text(name: string): string;
  required(name: string): string;
  texts(name: string): string[];
  flag(name: string): boolean | undefined;
  whole(name: string): number | undefined;
  /** Epoch milliseconds. */
  time(name: string): number | undefined;
  object(name: string): Readonly<Record<string, unknown>>;
  objects(name: string): Readonly<Record<string, unknown>>[];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `known` undefined accepts any field. */
export function createRequestBody(value: unknown, known: readonly string[] | undefined): RequestBody {
  if (!isObject(value)) throw badRequest('The request body is not a JSON object');
  const fields = value;
  const unknownField = known && Object.keys(fields).find((name) => !known.includes(name));
  if (unknownField !== undefined) throw badRequest(`unknown field "${unknownField}"`);

  const read = <T>(name: string, kind: string, accept: (value: unknown) => T | undefined): T | undefined => {
    const given = fields[name] ?? undefined;
    if (given === undefined) return undefined;
    const accepted = accept(given);
    if (accepted === undefined) throw badRequest(`The ${name} field is not ${kind}`);
    return accepted;
  };
  const text = (name: string): string =>
    read(name, 'a string', (given) => (typeof given === 'string' ? given : undefined)) ?? '';
  const integer = (name: string, given: unknown, limit: number): number | undefined => {
    const number = typeof given === 'string' && /^-?\d+$/.test(given) ? Number(given) : given;
    return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) <= limit ? number : undefined;
  };

  return {
    fields,
    has: (name) => (fields[name] ?? undefined) !== undefined,
    text,
    required(name) {
      const given = text(name);
      if (given === '') throw fieldRequired(name);
      return given;
    },
    texts: (name) => read(name, 'a list of strings', (given) => (isTexts(given) ? given : undefined)) ?? [],
    flag: (name) => read(name, 'a boolean', (given) => (typeof given === 'boolean' ? given : undefined)),
    whole: (name) => read(name, 'a 32-bit integer', (given) => integer(name, given, 2 ** 31 - 1)),
    time: (name) => read(name, 'a 64-bit integer', (given) => integer(name, given, Number.MAX_SAFE_INTEGER)),
    object: (name) => read(name, 'an object', (given) => (isObject(given) ? given : undefined)) ?? {},
    objects: (name) => read(name, 'a list of objects', (given) => (isObjects(given) ? given : undefined)) ?? [],
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isObjects(value: unknown): value is Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) && value.every((entry) => isObject(entry));
}
