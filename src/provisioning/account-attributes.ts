import type { CustomAttribute } from '../descope/custom-attributes.ts';
import type { JsonObject } from '../descope/decode.ts';
import { ConnectorError } from '../errors.ts';
import { quoted } from '../printable.ts';

/**
 * Values as the project's custom attributes take them: what a form tells as a text becomes the number or the boolean
 * that it says. Throws `invalid`, with the name and never the value, for an attribute that the project does not define
 * and for a value that is none of its kind.
 */
export function checkAttributes(given: JsonObject, defined: readonly CustomAttribute[]): JsonObject {
  const byName = new Map(defined.map((attribute) => [attribute.name, attribute]));
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const attribute = byName.get(name);
      if (attribute === undefined) {
        throw new ConnectorError(
          'invalid',
          `the project defines no custom attribute ${quoted(name)}; define it in Descope first, or leave it out`,
        );
      }
      return [name, valueFor(attribute, value)];
    }),
  );
}

function valueFor({ name, kind, options }: CustomAttribute, value: unknown): unknown {
  const wrong = (what: string): never => {
    throw new ConnectorError('invalid', `custom attribute ${quoted(name)} must be ${what}`);
  };
  const isOption = (item: unknown): boolean =>
    typeof item === 'string' && (options.length === 0 || options.includes(item));
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? value : wrong('a text');
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof number === 'number' && Number.isFinite(number) ? number : wrong('a number');
    }
    case 'flag':
      if (typeof value === 'boolean') {
        return value;
      }
      return value === 'true' ? true : value === 'false' ? false : wrong('true or false');
    case 'one':
      return isOption(value) ? value : wrong(`one of the project's options`);
    case 'several':
      return Array.isArray(value) && value.every(isOption) ? value : wrong(`a list of the project's options`);
    case 'date':
      return typeof value === 'string' || typeof value === 'number' ? value : wrong('a date');
    case 'unknown':
      return value;
  }
}
