import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import {
  type ActionConstraint,
  type ActionField,
  actionTitle,
  type ActionWords,
  maxLengthOf,
  maxTexts,
} from '../model/action-schema.ts';
import { printable } from '../printable.ts';

/**
 * The arguments as an action takes them: those that it names, each of its type; one that is null or empty is left out.
 * Throws `invalid` for any that the action does not name, that are missing, of another type or against a rule. No value
 * is shown, since some are secret.
 */
export function readArguments(words: ActionWords, args: JsonObject): JsonObject {
  const title = actionTitle(words);
  const known = words.arguments.map(({ name }) => name);
  const unknown = Object.keys(args).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const named = printable(unknown.slice(0, 100));
    throw new ConnectorError('invalid', `${title} takes no argument ${named}; it takes ${known.join(', ') || 'none'}`);
  }
  const read = words.arguments.flatMap((field): readonly (readonly [string, JsonValue])[] => {
    const given = Object.hasOwn(args, field.name) ? (args[field.name] ?? null) : null;
    if (given === null || given === '') {
      if (field.isRequired === true) {
        throw new ConnectorError('invalid', `${title} needs the argument ${field.name}`);
      }
      return [];
    }
    return [[field.name, readValue(title, field, given)]];
  });
  const there = new Set(read.map(([name]) => name));
  for (const constraint of words.constraints ?? []) {
    checkConstraint(title, constraint, there);
  }
  return Object.fromEntries(read);
}

/** The text of an argument; '' for one that was left out. */
export function textArgument(args: JsonObject, name: string): string {
  const value = Object.hasOwn(args, name) ? args[name] : undefined;
  return typeof value === 'string' ? value : '';
}

/** Whether a flag was given and is true. */
export function flagArgument(args: JsonObject, name: string): boolean {
  return Object.hasOwn(args, name) && args[name] === true;
}

/** The object of a `json` argument; undefined for one that was left out. */
export function objectArgument(args: JsonObject, name: string): JsonObject | undefined {
  const value = Object.hasOwn(args, name) ? args[name] : undefined;
  return isObject(value) ? value : undefined;
}

function readValue(title: string, field: ActionField, value: JsonValue): JsonValue {
  const refuse = (must: string): never => {
    throw new ConnectorError('invalid', `the argument ${field.name} of ${title} must be ${must}`);
  };
  switch (field.type) {
    case 'flag':
      return typeof value === 'boolean' ? value : refuse('true or false');
    case 'texts':
      return readTexts(field, value, refuse);
    case 'json':
      return readObject(field, value, refuse);
    case 'id':
      return readText(field, isObject(value) ? idOf(field, value, refuse) : value, refuse);
    default:
      return readText(field, value, refuse);
  }
}

type Refuse = (must: string) => never;

function readText(field: ActionField, value: JsonValue, refuse: Refuse): string {
  const { type, of = '', pattern, oneOf } = field;
  if (typeof value !== 'string') {
    return refuse(type === 'id' ? `the id of a ${of}: a text, or a resource id` : 'a text');
  }
  const most = maxLengthOf(field);
  if (lengthOf(value) > most) {
    return refuse(`at most ${most} characters long`);
  }
  if (oneOf !== undefined && !oneOf.includes(value)) {
    return refuse(`one of ${oneOf.join(', ')}`);
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    return refuse(`as its description says: it does not match ${pattern}`);
  }
  return value;
}

/** In code points, as the rules of the protocol count. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function readTexts(field: ActionField, value: JsonValue, refuse: Refuse): string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    return refuse('a list of texts');
  }
  if (value.length > maxTexts || new Set(value).size < value.length) {
    return refuse(`a list of at most ${maxTexts} texts, none of them twice`);
  }
  return value.some((item) => item === '' || lengthOf(item) > maxLengthOf(field))
    ? refuse(`a list of texts that have 1 to ${maxLengthOf(field)} characters`)
    : value;
}

function readObject(field: ActionField, value: JsonValue, refuse: Refuse): JsonObject {
  const parsed = typeof value === 'string' ? parsedOf(value) : value;
  if (!isObject(parsed)) {
    return refuse('a JSON object, or a text that holds one');
  }
  return JSON.stringify(parsed).length > maxLengthOf(field)
    ? refuse(`at most ${maxLengthOf(field)} characters long as JSON`)
    : parsed;
}

function parsedOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The id of a pair of type and id, in either spelling of the Go SDK. */
function idOf(field: ActionField, value: JsonObject, refuse: Refuse): JsonValue {
  const typeId = value['resource_type_id'] ?? value['resource_type'];
  const id = value['resource_id'] ?? value['resource'];
  return typeId === field.of && typeof id === 'string' && id !== ''
    ? id
    : refuse(`the id of a ${field.of ?? ''}: a text, or a resource id of that type`);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkConstraint(title: string, { kind, fields, on = [] }: ActionConstraint, there: ReadonlySet<string>): void {
  const given = fields.filter((name) => there.has(name)).length;
  const all = fields.join(' and ');
  if (kind === 'required-together' && given > 0 && given < fields.length) {
    throw new ConnectorError('invalid', `${title} needs the arguments ${all} together, or none of them`);
  }
  if (kind === 'at-least-one' && given === 0) {
    throw new ConnectorError('invalid', `${title} needs at least one of the arguments ${fields.join(', ')}`);
  }
  if (kind === 'mutually-exclusive' && given > 1) {
    throw new ConnectorError('invalid', `${title} takes one of the arguments ${fields.join(', ')}, not several`);
  }
  const missing = on.find((name) => !there.has(name));
  if (kind === 'dependent-on' && given > 0 && missing !== undefined) {
    throw new ConnectorError('invalid', `${title} needs the argument ${missing} beside ${all}`);
  }
}
