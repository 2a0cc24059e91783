import { type Contender, other, ourCli, ourServer } from './contenders.ts';
import { questions, writers } from './files.ts';
import type { Conditions } from './fixture.ts';
import { projectId, type Shape } from './project.ts';
import { noPostgres } from '../../test/support/postgres.ts';
import { inPostgres } from './postgres.ts';
import { largeQuestions, storeWriters, yearQuestions } from './stores.ts';
import type { Tree } from './tree.ts';

export interface Scenario {
  readonly name: string;
  readonly shape: Shape;
  readonly conditions: Conditions;
  readonly contenders: Readonly<Record<string, Contender>>;
  readonly rounds: number;
  /** One round more, before the others, that is thrown away. */
  readonly hasWarmUp?: boolean;
}

/** Two roles in the whole project, two tenants, and a role inside one of them: about 1.2 KB a user. */
export function plain(users: number): Shape {
  return { users, tenants: 100, projectRoles: 20, memberships: 2, wideRoles: 2 };
}

/** The same with three grants a user, by which the design counts what a sync may cost. */
const threeGrants: Shape = { ...plain(100_000), memberships: 1, wideRoles: 1 };

const floor = { floor: other('drain.ts'), 'floor, parsed': other('drain.ts', 'parse') };
const ours = { cli: ourCli(), server: ourServer(1) };
const sdk = { 'vendor SDK loop': other('sdk-loop.ts', projectId) };
const perRole = { 'per role, filtered': other('per-role.ts', 'filtered') };
const naive = { 'per role, naive': other('per-role.ts', 'naive') };
/** 200 searches a second for the documented 200 a minute: one second here is a minute there. */
const rate = { count: 200, windowMs: 1_000 };
const paced = { 'cli, paced': ourCli({ rateLimit: '200/s' }), 'cli, limit unknown': ourCli() };

function size(users: number, rounds: number, hasWarmUp = true): Scenario {
  return {
    name: 'size',
    shape: plain(users),
    conditions: { latencyMs: 0 },
    contenders: { ...floor, ...ours },
    rounds,
    hasWarmUp,
  };
}

function latency(latencyMs: number, users: number, rounds: number, contenders: Scenario['contenders']): Scenario {
  return { name: 'latency', shape: plain(users), conditions: { latencyMs }, contenders, rounds };
}

/** The same project with a tree of tenants and without, one behind the other: what the tree costs. */
function trees(people: Tree['people'], contenders: Scenario['contenders'], rounds: number): readonly Scenario[] {
  return [true, false].map((hasParents) => ({
    name: `tree, people ${people}${hasParents ? '' : ', parents removed'}`,
    shape: {
      users: 100_000,
      tenants: 10_000,
      projectRoles: 30,
      memberships: 2,
      wideRoles: 1,
      tree: { people, hasParents },
    },
    conditions: { latencyMs: 0 },
    contenders,
    rounds,
  }));
}

/** The same project without a word about its keys and consents, with keys, with consents, and with all there is. */
function others(rounds: number): readonly Scenario[] {
  const shape = (more: NonNullable<Shape['others']>): Shape => ({ ...plain(20_000), others: more });
  const include = ['access_key', 'application', 'third_party_app', 'console', 'sso_configuration', 'idp_group'];
  const conditions = { latencyMs: 0 };
  return [
    {
      name: 'keys: 50,000',
      shape: shape({ keys: 50_000 }),
      conditions,
      contenders: { cli: ourCli(), 'cli, keys': ourCli({ include: ['access_key'] }) },
      rounds,
    },
    {
      name: 'keys: none, 100,000 consents',
      shape: shape({ consents: 100_000 }),
      conditions,
      contenders: { cli: ourCli(), 'cli, consents': ourCli({ include: ['third_party_app'] }) },
      rounds,
    },
    {
      name: 'keys: served with all',
      shape: shape({ keys: 10_000, consents: 20_000 }),
      conditions,
      contenders: {
        server: ourServer(1, { rateLimit: 'off' }),
        'server, all': ourServer(1, { rateLimit: 'off', include }),
        'server, 4 workers': ourServer(4, { rateLimit: 'off' }),
        'server, all, 4 workers': ourServer(4, { rateLimit: 'off', include }),
      },
      rounds,
    },
  ];
}

/** The kinds of file that a sync can write, beside each other. */
const kinds = { cli: ourCli(), 'cli, c1z': ourCli({ out: '.c1z' }), 'cli, xlsx': ourCli({ out: '.xlsx' }) };

function files(users: number, rounds: number, more: Scenario['contenders'] = {}): Scenario {
  return {
    name: 'c1z and xlsx',
    shape: plain(users),
    conditions: { latencyMs: 0 },
    contenders: { ...kinds, ...more },
    rounds,
  };
}

/** Two roles in the whole project, one tenant and a role in it: four grants a user, by which the design counts. */
function history(users: number, rounds: number): Scenario {
  return {
    name: 'history',
    shape: { ...plain(users), memberships: 1 },
    conditions: { latencyMs: 0 },
    contenders: { cli: ourCli(), ...storeWriters },
    rounds,
  };
}

/** A store in PostgreSQL, where there is a server: else a line says that it is left out. */
function historyInPostgres(users: number): readonly Scenario[] {
  if (noPostgres !== undefined) {
    console.error(`history, PostgreSQL: left out, ${noPostgres}`);
    return [];
  }
  const shape = { ...plain(users), memberships: 1 };
  return [
    {
      name: 'history, PostgreSQL',
      shape,
      conditions: { latencyMs: 0 },
      contenders: { 'in PostgreSQL': inPostgres },
      rounds: 1,
    },
  ];
}

/** Questions to a store of so many users, each with five grants, and to one of a year. */
function historyAsked(users: number): readonly Scenario[] {
  const scenario = (name: string, of: number, contenders: Scenario['contenders']): Scenario => ({
    name,
    shape: plain(of),
    conditions: { latencyMs: 0 },
    contenders,
    rounds: 1,
  });
  return [
    scenario('history, asked', users, largeQuestions(users)),
    scenario('history, a year', 1, { 'a year, asked': yearQuestions }),
  ];
}

const inTree = { cli: ourCli(), 'cli, observed': ourCli({ tenantRoles: 'observed' }) };

export const quick: readonly Scenario[] = [
  size(1_000, 1),
  size(10_000, 1),
  size(100_000, 1, false),
  latency(50, 10_000, 1, { floor: floor.floor, ...ours, ...sdk, ...perRole }),
  {
    name: 'rate limit',
    shape: plain(100_000),
    conditions: { latencyMs: 5, rate },
    contenders: { 'cli, paced': paced['cli, paced'] },
    rounds: 1,
  },
  ...trees('in leaves', inTree, 1),
  ...others(1),
  files(20_000, 1, writers),
  history(20_000, 1),
  ...historyInPostgres(20_000),
];

/** What a CI gate looks at: counts, and ratios within one run. */
export const gated: readonly Scenario[] = [
  { name: 'size', shape: plain(10_000), conditions: { latencyMs: 0 }, contenders: { ...floor, ...ours }, rounds: 1 },
  { name: 'size', shape: plain(60_000), conditions: { latencyMs: 0 }, contenders: { ...floor, ...ours }, rounds: 1 },
  latency(50, 10_000, 1, { floor: floor.floor, ...ours }),
  {
    name: 'keys',
    shape: { ...plain(10_000), others: { keys: 20_000, consents: 5_000 } },
    conditions: { latencyMs: 0 },
    contenders: { cli: ourCli(), 'cli, keys': ourCli({ include: ['access_key', 'third_party_app'] }) },
    rounds: 1,
  },
  files(20_000, 3, questions),
  history(20_000, 3),
];

const scale: readonly Scenario[] = [
  {
    name: 'scale: 300,000 bindings, all',
    shape: { users: 100_000, tenants: 10_000, projectRoles: 30, memberships: 2, wideRoles: 1 },
    conditions: { latencyMs: 0 },
    contenders: { cli: ourCli(), server: ourServer(1), 'server, 4 workers': ourServer(4) },
    rounds: 1,
  },
  {
    name: 'scale: 300,000 bindings, observed',
    shape: { users: 100_000, tenants: 10_000, projectRoles: 30, memberships: 2, wideRoles: 1 },
    conditions: { latencyMs: 0 },
    contenders: { cli: ourCli({ tenantRoles: 'observed' }) },
    rounds: 1,
  },
  {
    name: 'scale: one user in 5,000 tenants',
    shape: { users: 10_000, tenants: 5_000, projectRoles: 20, memberships: 2, wideRoles: 1, spread: 5_000 },
    conditions: { latencyMs: 0 },
    contenders: { cli: ourCli(), server: ourServer(1) },
    rounds: 1,
  },
  {
    name: 'scale: a role held by 500,000',
    shape: { ...plain(500_000), popularRole: true },
    conditions: { latencyMs: 0 },
    contenders: { cli: ourCli(), server: ourServer(1) },
    rounds: 1,
  },
  {
    name: 'scale: heap of 384 MB',
    shape: plain(1_000_000),
    conditions: { latencyMs: 0 },
    contenders: { cli: ourCli({ nodeFlags: ['--max-old-space-size=256'] }) },
    rounds: 1,
  },
];

export const full: readonly Scenario[] = [
  size(1_000, 5),
  size(10_000, 5),
  size(100_000, 3),
  { ...size(100_000, 3), name: 'three grants each', shape: threeGrants },
  size(1_000_000, 1, false),
  latency(50, 20_000, 3, { ...floor, ...ours, 'server, 4 workers': ourServer(4), ...sdk, ...perRole }),
  latency(50, 100_000, 3, { floor: floor.floor, ...ours }),
  latency(200, 20_000, 3, { floor: floor.floor, ...ours, ...sdk }),
  latency(200, 100_000, 1, { floor: floor.floor, ...ours }),
  latency(0, 1_000, 1, { ...ours, ...perRole, ...naive }),
  { name: 'rate limit', shape: plain(100_000), conditions: { latencyMs: 5, rate }, contenders: paced, rounds: 3 },
  {
    name: 'failures',
    shape: plain(100_000),
    conditions: { latencyMs: 50, failEvery: 100 },
    contenders: { cli: ourCli() },
    rounds: 3,
  },
  ...scale,
  ...trees('in leaves', { ...inTree, server: ourServer(1) }, 3),
  ...trees('everywhere', inTree, 1),
  ...others(3),
  files(50_000, 3, { ...writers, ...questions }),
  files(100_000, 1),
  files(200_000, 1),
  history(100_000, 3),
  ...historyInPostgres(100_000),
  ...historyAsked(1_000_000),
];
