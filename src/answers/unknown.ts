import { isFoundingType } from '../model/ids.ts';
import { isKnownType } from '../sync-format/known-types.ts';
import { count } from './count.ts';
import { printable } from './printable.ts';
import type { FileUnknown } from './rows.ts';

/**
 * What a file holds of types that this version does not know, or grants in a way that it does not expect, counted: what
 * a newer version reads, what another tool added. It is kept and told: an answer that left it out would hide access.
 */
export interface UnknownCounts {
  /** Resources, by their type. */
  readonly resources: Readonly<Record<string, number>>;
  /** Grants of a tenant, role or permission, by the type of the principal. */
  readonly grantsTo: Readonly<Record<string, number>>;
  /** Grants of something else, by the type of that. */
  readonly grantsOf: Readonly<Record<string, number>>;
}

/** Something by its type and id, as the file has them; the name is '' where the file lists no such resource. */
export interface TypedThing {
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

/** "access_key K123 (CI key)". */
export function thingInWords({ type, id, name }: TypedThing): string {
  return `${type} ${id}${name === '' || name === id ? '' : ` (${name})`}`;
}

/** Whether a row is of a kind that this version writes itself. */
export function isExpected(row: FileUnknown): boolean {
  if (row.what === 'resource') {
    return isKnownType(row.typeId);
  }
  return isExpectedGrant(row.on.typeId, row.to.typeId);
}

/** The same of a grant, by the types of what is granted and of who has it. */
export function isExpectedGrant(onType: string, toType: string): boolean {
  return isFoundingType(onType) ? toType === 'access_key' : isKnownType(onType) && isKnownType(toType);
}

/** Counts rows of the kind `unknown`. */
export interface UnknownCounter {
  add(row: FileUnknown): void;
  /** Several at once, that were counted already. */
  addResources(type: string, count: number): void;
  addGrants(onType: string, toType: string, count: number): void;
  /** Undefined when there were none. */
  counts(): UnknownCounts | undefined;
}

export function createUnknownCounter(): UnknownCounter {
  const resources = new Map<string, number>();
  const grantsTo = new Map<string, number>();
  const grantsOf = new Map<string, number>();
  const more = (counts: Map<string, number>, type: string, count: number): void => {
    counts.set(type, (counts.get(type) ?? 0) + count);
  };
  const addResources = (type: string, count: number): void => more(resources, type, count);
  const addGrants = (onType: string, toType: string, count: number): void =>
    isFoundingType(onType) ? more(grantsTo, toType, count) : more(grantsOf, onType, count);
  return {
    addResources,
    addGrants,
    add: (row) => (row.what === 'resource' ? addResources(row.typeId, 1) : addGrants(row.on.typeId, row.to.typeId, 1)),
    counts: () =>
      resources.size + grantsTo.size + grantsOf.size === 0
        ? undefined
        : {
            resources: Object.fromEntries(resources),
            grantsTo: Object.fromEntries(grantsTo),
            grantsOf: Object.fromEntries(grantsOf),
          },
  };
}

/** The counts as sentences without an end: "12 grants to principals that are no users (access_key: 12)". */
export function unknownInWords(unknown: UnknownCounts | undefined): string[] {
  if (unknown === undefined) {
    return [];
  }
  const { resources, grantsTo, grantsOf } = unknown;
  const holders = Object.entries(grantsTo);
  return [
    ...sentence(
      'grant',
      'to principals that are no users',
      holders.filter(([type]) => !isFoundingType(type)),
    ),
    ...sentence(
      'grant',
      'to principals of a type that does not hold such things',
      holders.filter(([type]) => isFoundingType(type)),
    ),
    ...sentence('grant', 'of things that the answers do not cover', Object.entries(grantsOf)),
    ...sentence('resource', 'that the answers do not cover', Object.entries(resources)),
  ];
}

function sentence(noun: string, what: string, counts: readonly (readonly [string, number])[]): string[] {
  if (counts.length === 0) {
    return [];
  }
  const total = counts.reduce((sum, [, number]) => sum + number, 0);
  const byType = counts
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([type, number]) => `${type === '' ? 'no type' : printable(type)}: ${number.toLocaleString('en')}`);
  return [`${count(total, noun)} ${what} (${byType.join(', ')})`];
}
