import { type ByteSource, createByteSource } from '../../answers/report-bytes.ts';
import {
  changeColumns,
  changeKinds,
  changeReasons,
  changeVerbs,
  type EndCounts,
  type ReportAbout,
  type ReportChange,
  type ReportTables,
  sectionTags,
} from '../../answers/report-format.ts';
import {
  consentColumns,
  type ReportConsent,
  type ReportFindings,
  type ReportKey,
} from '../../answers/report-things.ts';
import type { Target } from './project.ts';

export interface UserBlock {
  readonly count: number;
  readonly status: readonly number[];
  readonly flags: readonly number[];
  readonly createdAt: readonly number[];
  readonly texts: readonly { readonly run: string; readonly starts: Uint32Array }[];
}

/** Holdings as they were written: pairs of target number and user. */
export interface Pairs {
  readonly targets: Target[];
  readonly numbers: Map<string, number>;
  readonly target: number[];
  readonly user: number[];
}

/** A block of edges; sources and flows are places in the tables. */
export interface EdgeBlock {
  readonly tenant: Uint32Array;
  readonly source: Uint32Array;
  readonly flow: Uint16Array;
}

/** What the sections hold, before it is joined. */
export interface Found {
  readonly users: UserBlock[];
  readonly holdings: Pairs;
  readonly edges: EdgeBlock[];
  readonly members: { readonly group: number[]; readonly user: number[] };
  readonly changes: ReportChange[];
  readonly keys: ReportKey[];
  /** What keys hold: pairs of a place in `targets` and a key. */
  readonly keyHoldings: { readonly targets: Target[]; readonly target: number[]; readonly key: number[] };
  readonly consents: ReportConsent[];
  readonly appUsers: { readonly app: number[]; readonly user: number[] };
  readonly findings: ReportFindings[];
  tables?: ReportTables;
  about?: ReportAbout;
  end?: EndCounts;
}

/** Reads as many sections as there are; where the data was cut off, `end` is missing. */
export function readSections(bytes: Uint8Array): Found {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Found = {
    users: [],
    holdings: { targets: [], numbers: new Map(), target: [], user: [] },
    edges: [],
    members: { group: [], user: [] },
    changes: [],
    keys: [],
    keyHoldings: { targets: [], target: [], key: [] },
    consents: [],
    appUsers: { app: [], user: [] },
    findings: [],
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
      readMembers(source, (group, user) => {
        found.members.group.push(group);
        found.members.user.push(user);
      });
      break;
    case sectionTags.keys:
      found.keys.push(...(readJson(bytes) as ReportKey[]));
      break;
    case sectionTags.keyHoldings:
      readGroups(source, (target, key) => addKeyPair(found.keyHoldings, target, key));
      break;
    case sectionTags.consents:
      found.consents.push(...readConsents(source));
      break;
    case sectionTags.appUsers:
      readMembers(source, (app, user) => {
        found.appUsers.app.push(app);
        found.appUsers.user.push(user);
      });
      break;
    case sectionTags.findings:
      found.findings.push(readJson(bytes) as ReportFindings);
      break;
    case sectionTags.tables:
      found.tables = readJson(bytes) as ReportTables; // written by the generator; `about` has its version
      break;
    case sectionTags.about:
      found.about = readJson(bytes) as ReportAbout;
      break;
    case sectionTags.end:
      found.end = readEnd(source);
      break;
    default: // of a later version of the program, which says so in `about`
  }
}

/** Data of an older version counts less: what it does not have is 0. */
function readEnd(source: ByteSource): EndCounts {
  const next = (): number => (source.done ? 0 : source.number());
  return {
    users: next(),
    holdings: next(),
    edges: next(),
    members: next(),
    keys: next(),
    keyHoldings: next(),
    consents: next(),
    appUsers: next(),
    findings: next(),
  };
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

function readMembers(source: ByteSource, take: (group: number, user: number) => void): void {
  const group = source.number();
  let user = 0;
  for (let rest = source.number(); rest > 0; rest--) {
    user += source.signed();
    take(group, user);
  }
}

function readConsents(source: ByteSource): ReportConsent[] {
  const count = source.number();
  const columns = consentColumns.map(() => {
    let value = 0;
    return Array.from({ length: count }, () => (value += source.signed()));
  });
  return Array.from({ length: count }, (_, row) => {
    const [app = 0, isTenant = 0, holder = 0, scopes = 0, grantors = 0, tenants = 0, createdAt = 0, expiresAt = 0] =
      columns.map((column) => column[row] ?? 0);
    return { app, isTenant, holder, scopes, grantors, tenants, createdAt, expiresAt };
  });
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

function addKeyPair({ targets, target, key }: Found['keyHoldings'], held: Target, holder: number): void {
  target.push(same(targets.at(-1), held) ? targets.length - 1 : targets.push(held) - 1);
  key.push(holder);
}

/** The number of a target; one that no user holds gets a number, too. */
export function numberOf({ targets, numbers }: Pairs, target: Target): number {
  const key = `${target.kind} ${target.role} ${target.tenant}`;
  const number = numbers.get(key) ?? targets.push(target) - 1;
  numbers.set(key, number);
  return number;
}

function same(left: Target | undefined, right: Target): boolean {
  return left?.kind === right.kind && left.role === right.role && left.tenant === right.tenant;
}
