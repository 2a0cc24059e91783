import { ok } from 'node:assert/strict';

/** Rows as protobuf JSON: our sync file and the Go client write the same messages, so both are read as this. */
export interface Id {
  readonly resourceType: string;
  readonly resource: string;
}
interface Annotation extends Readonly<Record<string, unknown>> {
  readonly '@type': string;
}
export interface TypeRow {
  readonly id: string;
  readonly annotations?: readonly Annotation[];
}
export interface ResourceRow {
  readonly id: Id;
  readonly parentResourceId?: Id;
  readonly displayName?: string;
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly annotations?: readonly Annotation[];
}
export interface EntitlementRow {
  readonly id: string;
  readonly resource: { readonly id: Id };
  readonly slug: string;
  readonly purpose?: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly grantableTo?: readonly { readonly id: string }[];
  readonly annotations?: readonly Annotation[];
}
export interface GrantRow {
  readonly id: string;
  readonly entitlement: { readonly id: string; readonly resource: { readonly id: Id } };
  readonly principal: { readonly id: Id };
  /** By the id of the entitlement that it comes from; its own where it is direct, too. */
  readonly sources?: { readonly sources: Readonly<Record<string, { readonly isDirect?: boolean }>> };
  readonly annotations?: readonly Annotation[];
}
export interface SyncRows {
  readonly resources: readonly ResourceRow[];
  readonly entitlements: readonly EntitlementRow[];
  readonly grants: readonly GrantRow[];
}

const expandable = 'type.googleapis.com/c1.connector.v2.GrantExpandable';
const immutable = 'type.googleapis.com/c1.connector.v2.GrantImmutable';

/** What two stores of the same project must agree on, as text that can be compared: one line per row, by section. */
export interface Facts {
  readonly resources: readonly string[];
  readonly entitlements: readonly string[];
  readonly directGrants: readonly string[];
  readonly expandedGrants: readonly string[];
}

/**
 * Takes the Go SDK's rows. A grant that has sources was derived, be it besides: one that its connector gave as well has
 * itself among them.
 */
export function factsOfStore({ resources, entitlements, grants }: SyncRows): Facts {
  return {
    resources: lines(resources),
    entitlements: lines(entitlements.map(entitlementFacts)),
    directGrants: lines(grants.filter(isDirect).map(withoutSources)),
    expandedGrants: lines(grants.filter(({ sources }) => sources !== undefined).map(grantFacts)),
  };
}

/** Whether a connector gave it: the SDK derives the others. */
export function isDirect({ entitlement, sources }: GrantRow): boolean {
  return sources === undefined || sources.sources[entitlement.id] !== undefined;
}

/**
 * Takes our own sync file, and expands it in the plainest way: whoever holds directly what a grant passes on has what is
 * granted.
 */
export function factsOfSyncFile({ resources, entitlements, grants }: SyncRows): Facts {
  return {
    resources: lines(resources),
    entitlements: lines(entitlements.map(entitlementFacts)),
    directGrants: lines(grants.map(grantFacts)),
    expandedGrants: lines(derivedGrants(grants).map(grantFacts)),
  };
}

/**
 * What follows from grants that pass something on, each of them shallow: nothing that is derived is passed on again.
 * With what it comes from; a grant that is there already is among its own sources.
 */
export function derivedGrants(grants: readonly GrantRow[]): GrantRow[] {
  const byEntitlement = Map.groupBy(grants, ({ entitlement }) => entitlement.id);
  const given = new Map(grants.map((grant) => [grant.id, grant]));
  const derived = new Map<string, { readonly grant: GrantRow; readonly sources: Map<string, { isDirect: true }> }>();
  for (const { id: edge, entitlement, annotations } of grants) {
    const rule = annotations?.find((annotation) => annotation['@type'] === expandable);
    ok(rule === undefined || rule['shallow'] === true, `${edge} passes on more than what is held directly`);
    const types = (rule?.['resourceTypeIds'] ?? []) as readonly string[];
    for (const source of (rule?.['entitlementIds'] ?? []) as readonly string[]) {
      for (const { principal } of byEntitlement.get(source) ?? []) {
        if (types.includes(principal.id.resourceType)) {
          const id = `${entitlement.id}:${principal.id.resourceType}:${principal.id.resource}`;
          const own = given.get(id);
          const one = derived.get(id) ?? {
            grant: own ?? { id, entitlement, principal, annotations: [{ '@type': immutable }] },
            sources: new Map(own === undefined ? [] : [[entitlement.id, { isDirect: true }]]),
          };
          derived.set(id, one);
          one.sources.set(source, { isDirect: true });
        }
      }
    }
  }
  return Array.from(derived.values(), ({ grant, sources }) =>
    Object.assign({}, grant, { sources: { sources: Object.fromEntries(sources) } }),
  );
}

/** A store copies the resource's other fields into its entitlements; the resource rows are compared for themselves. */
function entitlementFacts({
  id,
  resource,
  slug,
  purpose,
  displayName,
  description,
  grantableTo,
  annotations,
}: EntitlementRow): object {
  return {
    id,
    resource: resource.id,
    slug,
    purpose,
    displayName,
    description,
    grantableTo: grantableTo?.map((type) => type.id).sort(),
    annotations,
  };
}

/** Stores keep GrantExpandable beside the grant, not in it: it is compared by what comes of it. */
function grantFacts({ id, entitlement, principal, sources, annotations = [] }: GrantRow): object {
  return {
    id,
    entitlement: entitlement.id,
    resource: entitlement.resource.id,
    principal: principal.id,
    sources: sources?.sources,
    annotations: annotations.filter((annotation) => annotation['@type'] !== expandable),
  };
}

function withoutSources(grant: GrantRow): object {
  const { sources: _sources, ...rest } = grant;
  return grantFacts(rest);
}

function lines(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(sortKeys(row))).sort();
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortKeys);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, sortKeys(inner)]),
      )
    : value;
}

/** The first few differences, in words; empty when there are none. */
export function differences(expected: Facts, actual: Facts): string[] {
  return (Object.keys(expected) as (keyof Facts)[]).flatMap((section) => {
    const [wanted, found] = [new Set(expected[section]), new Set(actual[section])];
    const missing = [...wanted].filter((line) => !found.has(line));
    const extra = [...found].filter((line) => !wanted.has(line));
    const doubled = actual[section].length - found.size;
    const total =
      missing.length + extra.length + doubled === 0
        ? []
        : [`${section}: ${missing.length} missing, ${extra.length} extra, ${doubled} doubled`];
    return total.concat(
      missing.slice(0, 2).map((line) => `${section}: not in the SDK's store: ${line}`),
      extra.slice(0, 2).map((line) => `${section}: only in the SDK's store: ${line}`),
    );
  });
}

export function countsOf({ resources, entitlements, directGrants, expandedGrants }: Facts): string {
  return (
    `${resources.length} resources, ${entitlements.length} entitlements, ${directGrants.length} direct and ` +
    `${expandedGrants.length} expanded grants`
  );
}
