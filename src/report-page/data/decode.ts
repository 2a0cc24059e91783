import {
  endCounts,
  type EndCounts,
  mappingVias,
  oldestReportVersion,
  type ReportTables,
  reportVersion,
  userBlockSize,
  userFlags,
} from '../../answers/report-format.ts';
import type { ReportConsent } from '../../answers/report-things.ts';
import type { Apps, Holdings, Inherited, Project, SignOn, TextColumn, Users } from './project.ts';
import { type EdgeBlock, type Found, numberOf, type Pairs, readSections, type UserBlock } from './sections.ts';

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
  const keyPairs = renumbered(found);
  const holdings = index(found.holdings, users.count);
  const [keyStart, targetsOf] = grouped(keyPairs.key, keyPairs.target, found.keys.length);
  const [targetStart, keysOf] = grouped(keyPairs.target, keyPairs.key, holdings.targets.length);
  const keyHoldings = { count: keyPairs.key.length, keyStart, targetsOf, targetStart, keysOf };
  const apps = joinApps(tables, found);
  const inherited = joinEdges(found.edges, sources, tables, holdings.targets.length);
  const signOn = joinSignOn(tables, found.members);
  const counts: EndCounts = {
    users: users.count,
    holdings: holdings.count,
    edges: inherited.count,
    members: signOn.members.length,
    keys: found.keys.length,
    keyHoldings: keyHoldings.count,
    consents: apps.consents.count,
    appUsers: apps.users.length,
    findings: found.findings.reduce((sum, { rows }) => sum + rows.length, 0),
  };
  const { end } = found;
  if (endCounts.some((name) => counts[name] !== end[name])) {
    throw new DataError(
      'The data in this page is not whole: it holds fewer users or grants than it says. Make the report again.',
    );
  }
  const { tenants, roles, permissions, statuses, types, notOffered } = tables;
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
    keys: found.keys,
    keyHoldings,
    apps,
    console: tables.console ?? { projects: [], admins: [], keys: [], grants: [] },
    types,
    notOffered: new Set(notOffered),
    changes: found.changes,
    otherChanges: tables.otherChanges ?? [],
    timeline: tables.timeline,
    rules: tables.rules,
    findings: found.findings,
  };
}

/** What keys hold, with the numbers that the targets of users have: to be called before those are indexed. */
function renumbered({ holdings, keyHoldings }: Found): { readonly target: number[]; readonly key: number[] } {
  const numbers = keyHoldings.targets.map((target) => numberOf(holdings, target));
  return { target: keyHoldings.target.map((place) => numbers[place] ?? 0), key: keyHoldings.key };
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

function joinApps(
  { applications = [], thirdPartyApps = [], scopes = { sets: [], grantors: [], tenants: [] } }: ReportTables,
  { consents, appUsers }: Found,
): Apps {
  const [userStart, users] = grouped(appUsers.app, appUsers.user, applications.length);
  const whole = (name: keyof ReportConsent): Uint32Array => Uint32Array.from(consents, (consent) => consent[name]);
  return {
    applications,
    userStart,
    users,
    thirdParty: thirdPartyApps,
    scopes,
    consents: {
      count: consents.length,
      app: whole('app'),
      isTenant: Uint8Array.from(consents, ({ isTenant }) => isTenant),
      holder: whole('holder'),
      scopes: whole('scopes'),
      grantors: whole('grantors'),
      tenants: whole('tenants'),
      createdAt: Float64Array.from(consents, ({ createdAt }) => createdAt),
      expiresAt: Float64Array.from(consents, ({ expiresAt }) => expiresAt),
    },
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
