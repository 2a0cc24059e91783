import { deepEqual } from 'node:assert/strict';

/** Each kind of record of a project, and the fields that name one. */
const namedBy: Readonly<Record<string, readonly string[]>> = {
  users: ['userId'],
  accessKeys: ['id'],
  tenants: ['id'],
  roles: ['tenantId', 'name'],
  permissions: ['name'],
  applications: ['id'],
};

/** What a record is called here: its kind, and what names it in that. */
export function nameOf(kind: string, ...fields: readonly unknown[]): string {
  return `${kind} ${JSON.stringify(fields)}`;
}

type Rec = Readonly<Record<string, unknown>>;

/** A record that one of two states of a project has, or has otherwise. */
export interface Changed {
  /** What it is, such as `users ["U2..."]`. */
  readonly name: string;
  readonly before: Rec | undefined;
  readonly after: Rec | undefined;
}

/** What became different between two states of a project, record by record, sorted by what it is. */
export function changedBetween(before: unknown, after: unknown): readonly Changed[] {
  const [old, now] = [recordsOf(before), recordsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return names
    .map((name) => ({ name, before: old.get(name), after: now.get(name) }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
}

/** The names of the fields that differ. */
export function fieldsOf({ before = {}, after = {} }: Changed): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).toSorted();
}

function recordsOf(project: unknown): ReadonlyMap<string, Rec> {
  const kinds = project as Readonly<Record<string, readonly Rec[]>>;
  deepEqual(
    Object.keys(kinds).filter((kind) => namedBy[kind] === undefined && kind !== 'consents'),
    [],
    'kinds of records that nobody compares',
  );
  const rows = Object.entries(kinds).flatMap(([kind, records]) =>
    records.map((record, place) => {
      return [nameOf(kind, ...(namedBy[kind]?.map((field) => record[field]) ?? [place])), record] as const;
    }),
  );
  return new Map(rows);
}
