import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { SyncReport } from '../../src/connector.ts';
import type { DescopeClientOptions } from '../../src/descope/client.ts';
import type {
  ArmedFault,
  Emulator,
  EmulatorOptions,
  Fault,
  ProjectSeed,
  RequestInfo,
  UserSeed,
} from '../../src/emulator/emulator.ts';
import { ConnectorError, type ErrorKind } from '../../src/errors.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { createSyncFile } from '../../src/output/sync-file.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { runSync } from '../../src/sync/run.ts';
import type { SyncSummary } from '../../src/sync/summary.ts';
import { walk } from '../../src/sync/walk.ts';
import { type FakeTime, fakeTime } from '../descope/support.ts';
import { temporaryFolder } from './cli.ts';
import { type Embedded, type EmbeddedOptions, startEmbedded } from './embedded.ts';
import { type Truth, truthOf, type TruthRows } from './truth.ts';

export const search = 'POST /v2/mgmt/user/search';
export const roleList = 'GET /v1/mgmt/role/all';
export const tenantList = 'GET /v1/mgmt/tenant/all';
export const permissionList = 'GET /v1/mgmt/permission/all';
export const lists = [search, roleList, tenantList, permissionList] as const;
export const forever = Number.POSITIVE_INFINITY;

/**
 * Requests of an undisturbed sync of the bench's project: four pages, three lists, and the roles once more for a
 * dangling name.
 */
export const benchUsers = 350;
export const benchRequests = 8;

export const ways = ['grpc', 'file'] as const;
/** Through the gRPC server and a client of it, or as the one-shot sync into a file. */
export type Way = (typeof ways)[number];

/**
 * A small company with everything that is easily got wrong: two roles of one name, two names that no role has, odd
 * letters.
 */
export function benchProject(): ProjectSeed {
  return {
    tenants: [{ id: 'acme', name: 'Acme' }, { id: 'globex', name: 'Globex', parent: 'acme' }, { id: 'empty' }],
    permissions: [{ name: 'read' }, { name: 'write' }, { name: 'approve' }, { name: 'שלום:%' }],
    roles: [
      { name: 'Editor', permissionNames: ['read', 'write'] },
      { name: 'Viewer', permissionNames: ['read'] },
      { name: 'Auditor', permissionNames: ['read'] },
      { name: 'Auditor', tenantId: 'globex', permissionNames: ['read', 'approve'] },
      { name: 'Approver/%🦊', tenantId: 'acme', permissionNames: ['approve', 'שלום:%'] },
    ],
    users: Array.from({ length: benchUsers }, (_, place) => benchUser(place)),
  };
}

/**
 * Seven at a time are created within the same second, so that such a second lies across every two pages. Two hold a
 * name that no role has.
 */
function benchUser(place: number): UserSeed {
  const holdings: readonly UserSeed[] = [
    {},
    { roleNames: ['Editor'] },
    { tenants: [{ tenantId: 'acme', roleNames: ['Editor', 'Approver/%🦊'] }] },
    {
      roleNames: ['Viewer'],
      tenants: [
        { tenantId: 'globex', roleNames: ['Auditor'] },
        { tenantId: 'acme', roleNames: [] },
      ],
    },
    { tenants: [{ tenantId: 'globex', roleNames: ['Viewer'] }], status: 'invited' },
    { roleNames: ['Auditor'], status: 'disabled', test: true },
  ];
  return {
    userId: benchUserId(place),
    name: `User ${place}`,
    email: `user${place}@bench.example`,
    createdTime: 1_650_000_000 + Math.floor(place / 7) * 3_600,
    ...holdings[place % holdings.length],
    ...(place === 42 && { roleNames: ['Gone'] }),
    ...(place === 43 && { tenants: [{ tenantId: 'acme', roleNames: ['Gone too'] }] }),
  };
}

export function benchUserId(place: number): string {
  return `U2bench${String(place).padStart(4, '0')}`;
}

/* Secrets: everything that any run of the matrix says or writes goes through `overheard`. */

export const canaryKey = 'K2faultCanaryKeyThatMustNotLeakAnywhere0123456789';
const projectId = 'P2EmulatorProject00000000000';
export const bearer = `${projectId}:${canaryKey}`;
const needles = [
  canaryKey,
  canaryKey.slice(0, 24),
  canaryKey.slice(24),
  ...[0, 1, 2].map((shift) =>
    Buffer.from('x'.repeat(shift) + canaryKey)
      .toString('base64')
      .slice(4, -4),
  ), // wherever in a longer text it stands
];
let overheardTexts = 0;

/** The needles that a text holds. */
export function leaksIn(text: string): readonly string[] {
  return needles.filter((needle) => text.includes(needle));
}

function overhear(texts: readonly string[]): void {
  overheardTexts += texts.length;
  expect(texts.flatMap(leaksIn)).toEqual([]);
}

export function overheard(): number {
  return overheardTexts;
}

/* One sync under a fault. */

/** What a case may work with before the sync begins. */
export interface Arena {
  readonly emulator: Emulator;
  readonly time: FakeTime;
  /** Adds a fault to requests of one endpoint, from the nth on; `times` may be `forever`. */
  readonly fault: (endpoint: string | undefined, fault: Fault, nth?: number, times?: number) => ArmedFault;
  /** Spoils the parsed answers of one endpoint. */
  readonly mutate: (
    endpoint: string,
    change: (body: Body, request: RequestInfo) => unknown,
    nth?: number,
    times?: number,
  ) => ArmedFault;
  /** Changes the project just before the nth search is answered. */
  readonly beforeSearch: (nth: number, change: () => unknown) => void;
  /** Something else that proves that the fault happened: its count, asked for when the sync is over. */
  readonly evidence: (count: () => number) => void;
}

export interface Body {
  readonly users: readonly Readonly<Record<string, unknown>>[];
  readonly tenants: readonly Readonly<Record<string, unknown>>[];
  readonly roles: readonly Readonly<Record<string, unknown>>[];
  readonly permissions: readonly Readonly<Record<string, unknown>>[];
  readonly total: number;
}

export type Arm = (arena: Arena) => void;

export interface Trial {
  readonly arm?: Arm;
  readonly emulator?: EmulatorOptions;
  readonly policy?: SyncPolicy;
  readonly client?: Partial<DescopeClientOptions>;
  readonly wrap?: EmbeddedOptions['wrap'];
  readonly signal?: AbortSignal;
}

export interface Ids {
  readonly resources: readonly string[];
  readonly entitlements: readonly string[];
  readonly grants: readonly string[];
}

/** How a sync went. Exactly one of `ids` and `failure` is there. */
export interface Outcome {
  readonly way: Way;
  readonly ids: Ids | undefined;
  readonly failure: ConnectorError | undefined;
  readonly fired: readonly number[];
  /** Requests that reached the emulator, and what the client waited for, in milliseconds. */
  readonly requests: number;
  readonly maxInFlight: number;
  readonly slept: readonly number[];
  readonly report: SyncReport | undefined;
  readonly summary: SyncSummary | undefined;
  /** What everybody who was there throughout means, and what those may mean besides who were there for a while. */
  readonly least: Truth;
  readonly most: Truth;
}

const oldFile = '{"the":"old file"}\n';

/** Runs one sync and looks at everything it leaves behind; that it left nothing wrong is checked here already. */
export async function attempt(
  way: Way,
  { arm, emulator: options = {}, policy = { tenantRoles: 'all' }, client = {}, wrap, signal }: Trial,
): Promise<Outcome> {
  const time = fakeTime();
  const said: string[] = [];
  const say =
    (level: string) =>
    (message: string, fields: object = {}) =>
      void said.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const logger = { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') };
  const rateWaits =
    way === 'file'
      ? { longestRateWaitMs: 600_000, totalRateWaitMs: 600_000 }
      : { longestRateWaitMs: 30_000, totalRateWaitMs: 60_000, forgetsRateWaits: true }; // as `sync` and `serve` set them
  await using embedded = await startEmbedded({
    emulator: { project: benchProject(), projectId, managementKey: canaryKey, ...options },
    policy,
    client: { now: time.now, sleep: time.sleep, random: () => 0.5, logger, ...rateWaits, ...client },
    ...(wrap !== undefined && { wrap }),
  });
  const { emulator, connector } = embedded;
  const hooks: { readonly ran: number }[] = [];
  arm?.(arenaOf(embedded, time, hooks));
  const before = rowsOf(emulator);
  const run = way === 'grpc' ? await throughGrpc(embedded.remote, signal) : await intoFile(embedded, said, signal);
  const after = rowsOf(emulator);
  overhear([
    ...said,
    ...(run.failure === undefined
      ? []
      : [run.failure.message, JSON.stringify(run.failure.facts), run.failure.stack ?? '']),
  ]);
  return {
    way,
    ids: run.ids,
    failure: run.failure,
    fired: [...emulator.faults.fired().map(({ fired }) => fired), ...hooks.map(({ ran }) => ran)],
    requests: emulator.stats.total,
    maxInFlight: emulator.stats.maxInFlight,
    slept: time.slept,
    report: connector.report(grpcSyncId),
    summary: run.summary,
    least: truthOf(
      { ...after, users: before.users.filter(({ userId }) => after.users.some((user) => user.userId === userId)) },
      policy.tenantRoles,
    ),
    most: truthOf(
      {
        ...after,
        users: [
          ...before.users,
          ...after.users.filter(({ userId }) => !before.users.some((user) => user.userId === userId)),
        ],
      },
      policy.tenantRoles,
    ),
  };
}

function arenaOf({ emulator }: Embedded, time: FakeTime, hooks: { readonly ran: number }[]): Arena {
  return {
    emulator,
    time,
    fault: (endpoint, fault, nth = 1, times = 1) =>
      emulator.faults.add({ match: { ...(endpoint !== undefined && { endpoint }), nth }, times, fault }),
    mutate: (endpoint, change, nth = 1, times = 1) =>
      emulator.faults.add({
        match: { endpoint, nth },
        times,
        fault: { kind: 'mutate', change: (body, request) => change(body as Body, request) },
      }),
    beforeSearch: (nth, change) => {
      const hook = { ran: 0 };
      hooks.push(hook);
      emulator.state.onRequest(
        (request) => request.endpoint === search && request.nth === nth,
        () => {
          hook.ran += 1;
          change();
        },
      );
    },
    evidence: (count) => {
      hooks.push({
        get ran() {
          return count();
        },
      });
    },
  };
}

interface Run {
  readonly ids?: Ids;
  readonly failure?: ConnectorError;
  readonly summary?: SyncSummary;
}

const grpcSyncId = 'fault-matrix';

/** Over the wire. A sync that fails must not have been told that the users were all there. */
async function throughGrpc(remote: ConnectorSurface, signal: AbortSignal | undefined): Promise<Run> {
  const [resources, entitlements, grants]: [string[], string[], string[]] = [[], [], []];
  let isToldTheEnd = false;
  const surface: ConnectorSurface = {
    ...remote,
    listResources: async (request, stop) => {
      const page = await remote.listResources(request, stop);
      isToldTheEnd ||= request.resourceTypeId === 'user' && page.nextPageToken === '';
      return page;
    },
  };
  try {
    await walk({
      surface,
      syncId: grpcSyncId,
      sink: {
        resourceTypes: async () => undefined,
        resources: async (rows) => void resources.push(...rows.map(({ typeId, id }) => `${typeId}:${id}`)),
        entitlements: async (rows) => void entitlements.push(...rows.map(({ message }) => message.id)),
        grants: async (rows) => void grants.push(...rows.map(({ message }) => message.id)),
      },
      ...(signal !== undefined && { signal }),
    });
    return { ids: { resources, entitlements, grants } };
  } catch (thrown) {
    expect(isToldTheEnd, 'a sync that failed was given the final page token').toBe(false);
    return { failure: asConnectorError(thrown) };
  }
}

interface File {
  readonly resources: readonly { readonly id: { readonly resourceType: string; readonly resource: string } }[];
  readonly entitlements: readonly { readonly id: string }[];
  readonly grants: readonly { readonly id: string }[];
  readonly summary: { readonly complete: boolean };
}

/** As the one-shot sync. A sync that fails must leave the old file as it was, and nothing beside it. */
async function intoFile({ connector }: Embedded, said: string[], signal: AbortSignal | undefined): Promise<Run> {
  await using folder = await temporaryFolder();
  const out = join(folder.path, 'sync.json');
  await writeFile(out, oldFile);
  let run: Run;
  try {
    const summary = await runSync({
      surface: connector,
      report: (syncId) => connector.report(syncId),
      target: await createSyncFile(out),
      ...(signal !== undefined && { signal }),
    });
    const text = await readFile(out, 'utf8');
    said.push(text);
    const file = JSON.parse(text) as File;
    expect(file.summary.complete).toBe(true);
    run = {
      summary,
      ids: {
        resources: file.resources.map(({ id }) => `${id.resourceType}:${id.resource}`),
        entitlements: file.entitlements.map(({ id }) => id),
        grants: file.grants.map(({ id }) => id),
      },
    };
  } catch (thrown) {
    run = { failure: asConnectorError(thrown) };
    expect(await readFile(out, 'utf8'), 'a sync that failed touched the old file').toBe(oldFile);
  }
  expect(await readdir(folder.path), 'a file was left beside the target').toEqual(['sync.json']);
  return run;
}

function asConnectorError(thrown: unknown): ConnectorError {
  if (thrown instanceof ConnectorError) {
    return thrown;
  }
  throw thrown;
}

function rowsOf({ state }: Emulator): TruthRows {
  return {
    users: [...state.users()].map(({ userId, roleNames, tenants }) => ({ userId, roleNames, userTenants: tenants })),
    tenants: state.tenants(),
    roles: state.roles(),
    permissions: state.permissions(),
  };
}

/** One line of a table of the matrix. */
export interface Case extends Trial {
  readonly name: string;
  readonly expected: Expected | readonly Expected[] | { readonly grpc: Expected; readonly file: Expected };
  readonly cause?: string | RegExp;
  readonly check?: (outcome: Outcome) => void;
}

/**
 * Declares a test for every line of a table, through gRPC and through the one-shot sync. Tests that wait for real
 * deadlines do it side by side.
 */
export function table(rows: readonly Case[], { areWaiting = false }: { readonly areWaiting?: boolean } = {}): void {
  describe.each(ways)('%s', (way) => {
    (areWaiting ? it.concurrent : it).each(rows)('$name', async (row) => {
      await runCase(way, row);
    });
  });
}

export async function runCase(way: Way, { expected, cause, check, ...trial }: Case): Promise<void> {
  const outcome = await attempt(way, trial);
  judge(outcome, typeof expected === 'object' && 'grpc' in expected ? expected[way] : expected, cause);
  check?.(outcome);
}

/* Judgement. */

/** Clean fails: the kind in process, the kind that the wire's status stands for, the exit code. */
export const failures = {
  unavailable: { kind: 'unavailable', wire: 'unavailable', exit: 4 },
  'rate-limited': { kind: 'rate-limited', wire: 'unavailable', exit: 4 },
  timeout: { kind: 'timeout', wire: 'timeout', exit: 4 },
  shape: { kind: 'upstream-contract', wire: 'precondition', exit: 5 },
  inconsistent: { kind: 'inconsistent', wire: 'inconsistent', exit: 5 },
  unauthenticated: { kind: 'unauthenticated', wire: 'unauthenticated', exit: 3 },
  forbidden: { kind: 'forbidden', wire: 'forbidden', exit: 3 },
  precondition: { kind: 'precondition', wire: 'precondition', exit: 1 },
  cancelled: { kind: 'cancelled', wire: 'cancelled', exit: 130 },
} as const satisfies Readonly<
  Record<string, { readonly kind: ErrorKind; readonly wire: ErrorKind; readonly exit: number }>
>;

export type Expected = 'same' | keyof typeof failures;

/** The one thing that matters: whoever was there is there, nothing is invented, or the sync failed as it should. */
export function judge(outcome: Outcome, expected: Expected | readonly Expected[], cause?: string | RegExp): void {
  const { way, ids, failure, fired, least, most } = outcome;
  expect(fired.length, 'the case arms nothing').toBeGreaterThan(0);
  expect(
    fired.every((times) => times > 0),
    `a fault never fired: ${fired.join()}`,
  ).toBe(true);
  expect([expected].flat()).toContain(verdictOf(outcome));
  if (ids !== undefined) {
    expectBetween(ids.resources, [...least.resources.keys()], [...most.resources.keys()]);
    expectBetween(ids.entitlements, [...least.entitlements], [...most.entitlements]);
    expectBetween(ids.grants, [...least.grants.keys()], [...most.grants.keys()]);
  }
  if (failure !== undefined) {
    expect(failure.message).toMatch(/^\S.{10,600}$/u); // one line
    expect(failure.message.startsWith('baton-descope: '), 'the wire names who speaks').toBe(
      way === 'grpc' && failure.kind !== 'cancelled',
    ); // who cancels is told by its own side
    if (cause !== undefined) {
      expect(failure.message).toMatch(typeof cause === 'string' ? new RegExp(cause, 'u') : cause);
    }
  }
}

/** What an outcome is called: `same`, one of the clean fails, or what it was instead. */
export function verdictOf({ way, ids, failure }: Outcome): string {
  if (failure === undefined) {
    return ids === undefined ? 'nothing at all' : 'same';
  }
  const fits = ([, { kind, wire, exit }]: (typeof entries)[number]): boolean =>
    way === 'grpc' ? failure.kind === wire : failure.kind === kind && exitCodeOf(failure) === exit;
  const names = entries.filter(fits).map(([name]) => name);
  return names.find((name) => way === 'file' || isToldApart(name, failure)) ?? `${failure.kind}: ${failure.message}`;
}

const entries = Object.entries(failures);

/** Where several causes share a status, the wire tells them apart by their words only. */
function isToldApart(name: string, { message }: ConnectorError): boolean {
  switch (name) {
    case 'rate-limited':
      return message.includes('opens again at');
    case 'unavailable':
      return !message.includes('opens again at');
    case 'shape':
      return !message.includes('dangling');
    default:
      return true;
  }
}

function expectBetween(got: readonly string[], least: readonly string[], most: readonly string[]): void {
  const [seen, allowed] = [new Set(got), new Set(most)];
  expect({
    missing: least.filter((id) => !seen.has(id)).slice(0, 5),
    invented: got.filter((id) => !allowed.has(id)).slice(0, 5),
    told: got.length,
  }).toEqual({ missing: [], invented: [], told: seen.size });
}
