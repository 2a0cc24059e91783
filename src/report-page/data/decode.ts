import { type ByteSource, createByteSource } from '../../answers/report-bytes.ts';
import {
  changeColumns,
  changeKinds,
  changeReasons,
  changeVerbs,
  mappingVias,
  oldestReportVersion,
  type ReportAbout,
  type ReportChange,
  type ReportTables,
  reportVersion,
  sectionTags,
  userBlockSize,
  userFlags,
} from '../../answers/report-format.ts';
import type { Holdings, Inherited, Project, SignOn, Target, TextColumn, Users } from './project.ts';

/** Raised when the data in the page is not whole, or of another version. The message is for the reader. */
export class DataError extends Error {
  override readonly name = 'DataError';
}

/** The project from the inflated bytes of a page. Throws a DataError unless they are whole. */
export function decodeProject(bytes: Uint8Array): Project {
  const found = readSections(bytes);
  const tables = found.tables;
  const about = found.about;
  if (tables === undefined || about === undefined || found.end === undefined) {
    throw new DataError('The data in this page was cut off. Make the report again.');
  }
  if (about.version < oldestReportVersion || about.version > reportVersion) {
    throw new DataError(
      `The data in this page is of version ${about.version}, the page of ${reportVersion}. Make the report again.`,
    );
  }

  const users = joinUsers(found.users);
  const sources = (tables.sources ?? []).map(([kind, role, tenant]) =>
    numberOf(found.holdings, { kind, role, tenant }),
  );
  const holdings = index(found.holdings, users.count);
  const inherited = joinEdges(found.edges, sources, tables, holdings.targets.length);
  const signOn = joinSignOn(tables, found.members);
  const { end } = found;
  if (
    users.count !== end.users ||
    holdings.count !== end.holdings ||
    inherited.count !== end.edges ||
    signOn.members.length !== end.members
  ) {
    throw new DataError(
      'The data in this page is not whole: it holds fewer users or grants than it says. Make the report again.',
    );
  }
  const { tenants, roles, permissions, statuses, types } = tables;
  return {
    about,
    users,
    tenants,
    roles,
    permissions,
    statuses,
    holdings,
    inherited,
    signOn,
    types,
    changes: found.changes,
  };
}

interface UserBlock {
  readonly count: number;
  readonly status: readonly number[];
  readonly flags: readonly number[];
  readonly createdAt: readonly number[];
  readonly texts: readonly { readonly run: string; readonly starts: Uint32Array }[];
}

/** Holdings as they were written: pairs of target number and user. */
interface Pairs {
  readonly targets: Target[];
  readonly numbers: Map<string, number>;
  readonly target: number[];
  readonly user: number[];
}

/** A block of edges; sources and flows are places in the tables. */
interface EdgeBlock {
  readonly tenant: Uint32Array;
  readonly source: Uint32Array;
  readonly flow: Uint16Array;
}

interface Found {
  readonly users: UserBlock[];
  readonly holdings: Pairs;
  readonly edges: EdgeBlock[];
  readonly members: { readonly group: number[]; readonly user: number[] };
  readonly changes: ReportChange[];
  tables?: ReportTables;
  about?: ReportAbout;
  end?: Readonly<Record<'users' | 'holdings' | 'edges' | 'members', number>>;
}

function readSections(bytes: Uint8Array): Found {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Found = {
    users: [],
    holdings: { targets: [], numbers: new Map(), target: [], user: [] },
    edges: [],
    members: { group: [], user: [] },
    changes: [],
  };
  for (let at = 0; at + 5 <= bytes.length;) {
    const length = view.getUint32(at + 1, true);
    if (at + 5 + length > bytes.length) {
      break; // cut off: the end is missing, and that is told
    }
    readSection(found, view.getUint8(at), bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return found;
}

function readSection(found: Found, tag: number, bytes: Uint8Array): void {
  const source = createByteSource(bytes);
  switch (tag) {
    case sectionTags.users:
      found.users.push(readUsers(source));
      break;
    case sectionTags.holdings:
      readGroups(source, (target, user) => addPair(found.holdings, target, user));
      break;
    case sectionTags.changes:
      found.changes.push(...readChanges(source));
      break;
    case sectionTags.edges:
      found.edges.push(readEdges(source));
      break;
    case sectionTags.members:
      readMembers(source, found.members);
      break;
    case sectionTags.tables:
      found.tables = readJson(bytes) as ReportTables; // written by the generator; `about` has its version
      break;
    case sectionTags.about:
      found.about = readJson(bytes) as ReportAbout;
      break;
    case sectionTags.end:
      found.end = { users: source.number(), holdings: source.number(), edges: later(source), members: later(source) };
      break;
    default: // of a later version of the program, which says so in `about`
  }
}

/** A number that data of version 3 does not have. */
function later(source: ByteSource): number {
  return source.done ? 0 : source.number();
}

function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function readUsers(source: ByteSource): UserBlock {
  const count = source.number();
  const status = Array.from({ length: count }, () => source.number());
  const flags = Array.from({ length: count }, () => source.number());
  let seconds = 0;
  const createdAt = Array.from({ length: count }, () => (seconds += source.signed()));
  return { count, status, flags, createdAt, texts: [0, 1, 2, 3].map(() => source.texts(count)) };
}

function readGroups(source: ByteSource, take: (target: Target, user: number) => void): void {
  while (!source.done) {
    const target = { kind: source.number(), role: source.number() - 1, tenant: source.number() - 1 };
    let user = 0;
    for (let rest = source.number(); rest > 0; rest--) {
      user += source.signed();
      take(target, user);
    }
  }
}

function readEdges(source: ByteSource): EdgeBlock {
  const count = source.number();
  const column = (): Uint32Array => {
    let value = 0;
    return Uint32Array.from({ length: count }, () => (value += source.signed()));
  };
  return {
    tenant: column(),
    source: column(),
    flow: Uint16Array.from({ length: count }, () => source.number()),
  };
}

function readMembers(source: ByteSource, { group, user }: Found['members']): void {
  const number = source.number();
  let at = 0;
  for (let rest = source.number(); rest > 0; rest--) {
    at += source.signed();
    group.push(number);
    user.push(at);
  }
}

function readChanges(source: ByteSource): ReportChange[] {
  const count = source.number();
  const columns = changeColumns.map(() => Array.from({ length: count }, () => source.number()));
  return Array.from({ length: count }, (_, row) => {
    const [
      verb = 0,
      kind = 0,
      because = 0,
      user = 0,
      role = 0,
      tenant = 0,
      permission = 0,
      before = 0,
      after = 0,
      holders = 0,
      flags = 0,
    ] = columns.map((column) => column[row] ?? 0);
    return {
      verb: changeVerbs[verb] ?? 'changed',
      kind: changeKinds[kind] ?? 'user',
      because: changeReasons[because] ?? '',
      user: user - 1,
      role: role - 1,
      tenant: tenant - 1,
      permission: permission - 1,
      before: before - 1,
      after: after - 1,
      holders,
      flags,
    };
  });
}

function addPair(pairs: Pairs, target: Target, user: number): void {
  const last = pairs.target.at(-1);
  pairs.target.push(last !== undefined && same(pairs.targets[last], target) ? last : numberOf(pairs, target));
  pairs.user.push(user);
}

/** The number of a target; one that no user holds gets a number, too. */
function numberOf({ targets, numbers }: Pairs, target: Target): number {
  const key = `${target.kind} ${target.role} ${target.tenant}`;
  const number = numbers.get(key) ?? targets.push(target) - 1;
  numbers.set(key, number);
  return number;
}

function same(left: Target | undefined, right: Target): boolean {
  return left?.kind === right.kind && left.role === right.role && left.tenant === right.tenant;
}

function joinUsers(blocks: readonly UserBlock[]): Users {
  const count = blocks.reduce((sum, block) => sum + block.count, 0);
  if (
    blocks.some((block, at) => block.count > userBlockSize || (at < blocks.length - 1 && block.count !== userBlockSize))
  ) {
    throw new DataError('The data in this page is not whole: a block of users is short. Make the report again.');
  }
  const users = { status: new Uint8Array(count), flags: new Uint16Array(count), createdAt: new Uint32Array(count) };
  blocks.forEach((block, at) => {
    users.status.set(block.status, at * userBlockSize);
    users.flags.set(block.flags, at * userBlockSize);
    users.createdAt.set(block.createdAt, at * userBlockSize);
  });
  const former = users.flags.findIndex((flags) => (flags & userFlags.former) !== 0);
  const column = (which: number): TextColumn =>
    textColumn(blocks.map(({ texts }) => texts[which] ?? { run: '', starts: new Uint32Array(1) }));
  return {
    ...users,
    count,
    current: former === -1 ? count : former,
    id: column(0),
    name: column(1),
    email: column(2),
    login: column(3),
  };
}

function textColumn(runs: readonly { readonly run: string; readonly starts: Uint32Array }[]): TextColumn {
  return {
    at: (ordinal) => {
      const block = runs[Math.floor(ordinal / userBlockSize)];
      const within = ordinal % userBlockSize;
      return block === undefined ? '' : block.run.slice(block.starts[within], block.starts[within + 1]);
    },
  };
}

/** Two orders of the same pairs, each made by counting: no sorting, no objects. */
function index({ targets, target, user }: Pairs, users: number): Holdings {
  const [userStart, targetsOf] = grouped(user, target, users);
  const [targetStart, usersOf] = grouped(target, user, targets.length);
  return { targets, count: target.length, userStart, targetsOf, targetStart, usersOf };
}

/** Edges in the order in which they were written; `sources` are numbers of targets. */
function joinEdges(
  blocks: readonly EdgeBlock[],
  sources: readonly number[],
  { tenants, flows = [] }: ReportTables,
  targets: number,
): Inherited {
  const count = blocks.reduce((sum, block) => sum + block.tenant.length, 0);
  const edges = { tenant: new Uint32Array(count), source: new Uint32Array(count), flow: new Uint16Array(count) };
  let at = 0;
  for (const { tenant, source, flow } of blocks) {
    edges.tenant.set(tenant, at);
    edges.source.set(
      source.map((place) => sources[place] ?? 0),
      at,
    );
    edges.flow.set(flow, at);
    at += tenant.length;
  }
  const numbers = Uint32Array.from({ length: count }, (_, edge) => edge);
  const [fromStart, edgesFrom] = grouped(edges.source, numbers, targets);
  const [intoStart, edgesInto] = grouped(edges.tenant, numbers, tenants.length);
  return { count, ...edges, flows, fromStart, edgesFrom, intoStart, edgesInto };
}

function joinSignOn(
  { configurations = [], groups = [], mappings = [] }: ReportTables,
  { group, user }: Found['members'],
): SignOn {
  const [memberStart, members] = grouped(group, user, groups.length);
  return {
    configurations,
    groups,
    mappings: mappings.flatMap(([via, principal, kind, role, tenant]) => {
      const word = mappingVias[via];
      return word === undefined ? [] : [{ via: word, principal, target: { kind, role, tenant } }];
    }),
    memberStart,
    members,
  };
}

function grouped(
  groups: ArrayLike<number> & Iterable<number>,
  partners: ArrayLike<number>,
  count: number,
): readonly [Uint32Array, Uint32Array] {
  const start = new Uint32Array(count + 1);
  for (const group of groups) {
    start[group + 1] = (start[group + 1] ?? 0) + 1;
  }
  for (let group = 0; group < count; group++) {
    start[group + 1] = (start[group + 1] ?? 0) + (start[group] ?? 0);
  }
  const next = start.slice();
  const grouped = new Uint32Array(partners.length);
  for (let at = 0; at < groups.length; at++) {
    const group = groups[at] ?? 0;
    const place = next[group] ?? 0;
    grouped[place] = partners[at] ?? 0;
    next[group] = place + 1;
  }
  return [start, grouped];
}
