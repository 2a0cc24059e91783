import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import type { ActionField, ActionWords } from '../model/action-schema.ts';
import { printable } from '../printable.ts';

const checks = {
  text: { isOfType: (value: JsonValue) => typeof value === 'string', words: 'a text' },
  flag: { isOfType: (value: JsonValue) => typeof value === 'boolean', words: 'true or false' },
  texts: {
    isOfType: (value: JsonValue) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    words: 'a list of texts',
  },
} as const;

/**
 * Throws `invalid` for arguments that the action does not name, that are missing or of another type. No value is shown.
 */
export function checkArguments({ name, arguments: fields }: ActionWords, args: JsonObject): void {
  const known = new Map(fields.map((field) => [field.name, field]));
  const unknown = Object.keys(args).find((key) => !known.has(key));
  if (unknown !== undefined) {
    throw new ConnectorError(
      'invalid',
      `${name} takes no argument ${printable(unknown.slice(0, 100))}; it takes ${[...known.keys()].join(', ') || 'none'}`,
    );
  }
  for (const field of fields) {
    checkArgument(name, field, Object.hasOwn(args, field.name) ? (args[field.name] ?? null) : null);
  }
}

function checkArgument(action: string, { name, type, isRequired }: ActionField, value: JsonValue): void {
  if (value === null || value === '') {
    if (isRequired === true) {
      throw new ConnectorError('invalid', `${action} needs the argument ${name}`);
    }
  } else if (!checks[type].isOfType(value)) {
    throw new ConnectorError('invalid', `the argument ${name} of ${action} must be ${checks[type].words}`);
  }
}

/** The text of an argument; '' for one that was left out. */
export function textArgument(args: JsonObject, name: string): string {
  const value = Object.hasOwn(args, name) ? args[name] : undefined;
  return typeof value === 'string' ? value : '';
}
