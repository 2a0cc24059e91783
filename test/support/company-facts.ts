import type { CompanyRecords } from './company-records.ts';
import { companyTruthOf, companyTypes } from './company-truth.ts';
import { truthRowsOf } from './company-worlds.ts';
import { truthOf } from './truth.ts';
import type { Json } from './truth-words.ts';

/** Rows of a file or a store as protobuf JSON. */
export interface JsonRows {
  readonly resources: readonly JsonRow[];
  readonly entitlements: readonly JsonRow[];
  readonly grants: readonly JsonRow[];
}
type JsonRow = Json & { readonly annotations?: readonly Json[] };

/** What rows and records must agree on, a line each: every resource, every entitlement, every grant. */
export interface CompanyFacts {
  readonly resources: string[];
  readonly entitlements: string[];
  readonly grants: string[];
  /** Every field of what is no user, tenant, role or permission. */
  readonly fields: string[];
  /** What GrantMetadata says on grants of applications, consents and projects. */
  readonly notes: string[];
}

const ofCompany = new Set<string>(companyTypes);
const told = new Set(['application', 'third_party_app', 'project']);

/** The rows of an NDJSON file, whatever other lines it has. */
export function rowsOfLines(text: string): JsonRows {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, JsonRow>>);
  const of = (kind: string): JsonRow[] => lines.map((line) => line[kind]).filter((row) => row !== undefined);
  return { resources: of('resource'), entitlements: of('entitlement'), grants: of('grant') };
}

/** Computed from the records. `nowMs`: when the sync began. */
export function factsOfRecords(
  records: CompanyRecords,
  tenantRoles: 'all' | 'observed',
  nowMs = Date.now(),
): CompanyFacts {
  const { resources, grants } = companyTruthOf(records, nowMs);
  const held = truthOf(truthRowsOf(records), tenantRoles);
  const slugs: Readonly<Record<string, readonly string[]>> = {
    application: ['access'],
    third_party_app: ['consent'],
    project: ['admin', 'developer', 'support', 'auditor', 'management_key_role'],
  };
  const entitlements = [...resources.values()].flatMap(({ id }) => {
    const { resourceType = '', resource = '' } = id as Readonly<Record<string, string>>;
    return (slugs[resourceType] ?? []).map((slug) => `${resourceType}:${resource}:${slug}`);
  });
  return {
    resources: [...new Set([...held.resources.keys(), ...resources.keys()])].toSorted(),
    entitlements: [...held.entitlements, ...entitlements].toSorted(),
    grants: [...held.grants.keys(), ...grants.keys()].toSorted(),
    fields: Array.from(resources.values(), lineOf).toSorted(),
    notes: Array.from(grants, ([id, metadata]) => lineOf({ id, metadata })).toSorted(),
  };
}

/** Read off rows. Profile keys that the records' own words do not have are left to the tests of their types. */
export function factsOfRows({ resources, entitlements, grants }: JsonRows, expected: CompanyFacts): CompanyFacts {
  const keys = profileKeysOf(expected.fields);
  return {
    resources: resources.map(keyOf).toSorted(),
    entitlements: entitlements.map(({ id }) => String(id)).toSorted(),
    grants: grants.map(({ id }) => String(id)).toSorted(),
    fields: resources
      .filter((row) => ofCompany.has(typeOf(row)))
      .map((row) => lineOf(withProfile(row, keys.get(typeOf(row)) ?? new Set())))
      .toSorted(),
    notes: grants
      .filter((grant) => told.has(typeOf((grant['entitlement'] as Json)['resource'] as Json)))
      .map(({ id, annotations = [] }) => lineOf({ id, metadata: annotations[0]?.['metadata'] }))
      .toSorted(),
  };
}

function profileKeysOf(lines: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const rows = lines.map((line) => JSON.parse(line) as JsonRow);
  return new Map(rows.map((row) => [typeOf(row), new Set(Object.keys((row['profile'] ?? {}) as Json))]));
}

function withProfile(row: JsonRow, keys: ReadonlySet<string>): JsonRow {
  const narrowed = (value: unknown): Json | undefined =>
    value === undefined
      ? undefined
      : Object.fromEntries(Object.entries(value as Json).filter(([key]) => keys.has(key)));
  return {
    ...row,
    profile: narrowed(row['profile']),
    annotations: (row.annotations ?? []).map((one) => Object.assign({}, one, { profile: narrowed(one['profile']) })),
  };
}

function typeOf(row: Json): string {
  return String((row['id'] as Json)['resourceType']);
}

function keyOf(row: Json): string {
  return `${typeOf(row)}:${String((row['id'] as Json)['resource'])}`;
}

/** A row as a text that can be compared: keys sorted, and without what protobuf JSON leaves out. */
function lineOf(row: Json): string {
  return JSON.stringify(plain(row, false));
}

function plain(value: unknown, isStruct: boolean): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => plain(one, isStruct));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, plain(inner, isStruct || key === 'profile' || key === 'metadata')] as const)
      .filter(([, inner]) => inner !== undefined && (isStruct || !isUnset(inner)))
      .toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}

function isUnset(value: unknown): boolean {
  return (
    value === '' ||
    (typeof value === 'string' && value.endsWith('_UNSPECIFIED')) ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}
