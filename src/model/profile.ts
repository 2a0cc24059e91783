import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { type CutCounter, type DropReason, noCuts } from './text.ts';
import { encode, maxStructSize } from './wire-writer.ts';

/**
 * Attributes of one object beyond this many bytes on the wire are left out: they travel twice, and a page has 1 MiB.
 */
const maxAttributesBytes = 256 * 1024;
const maxDepth = 16;

/**
 * Custom attributes as a protobuf Struct can carry them: exact numbers, well-formed strings, no key that would reach a
 * prototype, at most 16 levels. What cannot be carried is left out and counted.
 */
export function toAttributes(attributes: Readonly<Record<string, unknown>>, cuts: CutCounter = noCuts): JsonObject {
  const carried = toStruct(attributes, cuts, 0);
  if (Object.keys(carried).length > 0 && isTooLarge(carried)) {
    cuts.attributesDropped('tooLarge');
    return {};
  }
  return carried;
}

function isTooLarge(carried: JsonObject): boolean {
  return (
    maxStructSize(carried) > maxAttributesBytes && encode((out) => out.struct(carried)).length > maxAttributesBytes
  );
}

function toStruct(value: Readonly<Record<string, unknown>>, cuts: CutCounter, depth: number): JsonObject {
  const struct: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const carried = key === '__proto__' ? undefined : toValue(item, cuts, depth + 1);
    if (carried === undefined) {
      cuts.attributesDropped(key === '__proto__' ? 'reservedName' : reasonOf(item));
    } else {
      struct[key.toWellFormed()] = carried;
    }
  }
  return struct;
}

/**
 * Beyond 2^53 a whole number may be another one than Descope sent: reading its JSON has already rounded it, so that an
 * employee's number would be that of somebody else.
 */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function reasonOf(left: unknown): DropReason {
  return typeof left === 'object' && left !== null ? 'tooDeep' : 'inexactNumber';
}

function toValue(value: unknown, cuts: CutCounter, depth: number): JsonValue | undefined {
  if (value === null || typeof value === 'boolean') {
    return value;
  }
  if (typeof value === 'string') {
    return value.toWellFormed();
  }
  if (typeof value === 'number') {
    return isExact(value) ? value : undefined;
  }
  if (depth > maxDepth || typeof value !== 'object') {
    return undefined;
  }
  if (Array.isArray(value)) {
    return (value as readonly unknown[]).map((item) => {
      const carried = toValue(item, cuts, depth + 1);
      if (carried === undefined) {
        cuts.attributesDropped(reasonOf(item));
      }
      return carried ?? null; // in a list, its place is kept
    });
  }
  return toStruct(value as Readonly<Record<string, unknown>>, cuts, depth);
}
