import * as fc from 'fast-check';
import { person } from './check-world.ts';
import {
  binding,
  confers,
  flows,
  type HandWritten,
  held,
  maps,
  permission,
  resource,
  role,
  tenant,
} from './edge-files.ts';

// Random worlds in which users take each other over, and what falls in them, counted by a graph that is built step by
// step from the world itself and relaxed until nothing changes.

const tenants = ['t0', 't1', 't2', 't3'];
const roles = ['R0', 'R1', 'R2', 'R3'];
const users = ['U0', 'U1', 'U2', 'U3', 'U4', 'U5'];
const permissions = ['User Admin', 'p1', 'p2'];
const groups = ['t0/s/g0', 't1/s/g1'];
const configurations = ['t0/s', 't1/s'];

interface Key {
  readonly id: string;
  /** '' for a key of its own. */
  readonly boundTo: string;
  readonly madeBy: string;
}
export interface ReachWorld {
  readonly allows: readonly (readonly string[])[];
  readonly members: readonly { readonly who: string; readonly place: string }[];
  readonly holdings: readonly { readonly who: string; readonly role: string; readonly place: string }[];
  readonly flows: readonly {
    readonly from: string;
    readonly to: string;
    readonly role: string;
    readonly isSure: boolean;
    readonly keys: boolean;
  }[];
  readonly keys: readonly Key[];
  readonly inGroups: readonly { readonly who: string; readonly group: string }[];
  readonly maps: readonly { readonly giver: string; readonly role: string; readonly place: string }[];
}

const pairs = <T>(record: fc.Arbitrary<T>, maxLength: number, minLength = 0): fc.Arbitrary<T[]> =>
  fc.uniqueArray(record, { minLength, maxLength, selector: (one) => JSON.stringify(one) });
const principals = [...users.map((id) => `user:${id}`), 'access_key:K0', 'access_key:K1'];
const givers = [
  ...groups.map((id) => `idp_group:${id}`),
  ...configurations.map((id) => `sso_configuration:${id}`),
  'tenant:t0',
];

export const reachWorlds: fc.Arbitrary<ReachWorld> = fc.record({
  allows: fc.array(fc.subarray(permissions), { minLength: roles.length, maxLength: roles.length }),
  members: pairs(fc.record({ who: fc.constantFrom(...principals), place: fc.constantFrom(...tenants) }), 12, 3),
  holdings: pairs(
    fc.record({
      who: fc.constantFrom(...principals),
      role: fc.constantFrom(...roles),
      place: fc.constantFrom('', ...tenants, ...tenants),
    }),
    9,
    2,
  ),
  flows: fc.uniqueArray(
    fc
      .record({
        from: fc.constantFrom(...tenants),
        to: fc.constantFrom(...tenants),
        role: fc.constantFrom('', ...roles),
        isSure: fc.boolean(),
        keys: fc.boolean(),
      })
      .filter(({ from, to }) => from !== to),
    { maxLength: 8, selector: ({ from, to, role: name }) => JSON.stringify([from, to, name]) },
  ),
  keys: fc.tuple(
    ...['K0', 'K1', 'K2'].map((id) =>
      fc.record({
        id: fc.constant(id),
        boundTo: id === 'K2' ? fc.constantFrom(...users) : fc.constant(''),
        madeBy: fc.constantFrom('', ...users),
      }),
    ),
  ),
  inGroups: pairs(fc.record({ who: fc.constantFrom(...users), group: fc.constantFrom(...groups) }), 5),
  maps: pairs(
    fc.record({
      giver: fc.constantFrom(...givers),
      role: fc.constantFrom(...roles),
      place: fc.constantFrom(...tenants),
    }),
    5,
  ),
});

const thingOf = (place: string, name: string): string =>
  name === '' ? `tenant:${place}` : place === '' ? `role:${name}` : `role_binding:${place}/${name}`;
const placeOf = (thing: string): string =>
  thing.startsWith('role:') ? '' : (thing.slice(thing.indexOf(':') + 1).split('/')[0] ?? '');
const roleOf = (thing: string): string => (thing.startsWith('tenant:') ? '' : (thing.split(/[:/]/).at(-1) ?? ''));

/** The world as the rows of a file. */
export function writtenReach(world: ReachWorld): HandWritten {
  const secrets = world.keys.map(({ id, boundTo, madeBy }) =>
    resource('access_key_secret', id, id, {
      profile: { status: 'active', ...(boundTo !== '' && { bound_user_id: boundTo }) },
      secretOf: boundTo === '' ? { typeId: 'access_key', id } : { typeId: 'user', id: boundTo },
      ...(madeBy !== '' && { madeBy: { typeId: 'user', id: madeBy } }),
    }),
  );
  const sso = (id: string): { readonly tenant_id: string; readonly sso_id: string } => ({
    tenant_id: id.split('/')[0] ?? '',
    sso_id: 's',
  });
  return {
    types: ['access_key', 'access_key_secret', 'sso_configuration', 'idp_group'],
    resources: [
      ...users.map((id) => person(id)),
      ...['K0', 'K1'].map((id) => resource('access_key', id, id, { profile: { status: 'active' } })),
      ...secrets,
      ...tenants.map((id) => tenant(id, id)),
      ...roles.map(role),
      ...permissions.map(permission),
      ...tenants.flatMap((place) => roles.map((name) => binding(place, name))),
      ...configurations.map((id) =>
        resource('sso_configuration', id, id, { parent: id.slice(0, 2), profile: sso(id) }),
      ),
      ...groups.map((id) => resource('idp_group', id, id, { parent: id.slice(0, 2), profile: sso(id) })),
    ],
    grants: [
      ...['', ...tenants].flatMap((place) =>
        roles.flatMap((name, at) => (world.allows[at] ?? []).map((what) => confers(thingOf(place, name), what))),
      ),
      ...world.members.map(({ who, place }) => held(thingOf(place, ''), who)),
      ...world.holdings.map(({ who, role: name, place }) => held(thingOf(place, name), who)),
      ...world.flows.map(({ from, to, role: name, isSure, keys }) =>
        flows(thingOf(to, name), thingOf(from, name), from, { keys, reason: isSure ? '' : 'child-governs' }),
      ),
      ...world.inGroups.map(({ who, group }) => held(`idp_group:${group}`, `user:${who}`)),
      ...world.maps.map(({ giver, role: name, place }) =>
        maps(thingOf(place, name), giver, {
          via: giver.startsWith('idp_group')
            ? 'group_mapping'
            : giver.startsWith('tenant')
              ? 'tenant_default_role'
              : 'default_sso_role',
          ...(!giver.startsWith('tenant') && { sso_id: 's' }),
        }),
      ),
    ],
  };
}

/** What falls: users, keys, and permissions by place, each with the place of its level. */
export interface Fallen {
  readonly users: Readonly<Record<string, number>>;
  readonly keys: Readonly<Record<string, number>>;
  readonly access: Readonly<Record<string, number>>;
}

type Edge = readonly [from: string, to: string, weight: number];

/** What falls with a subject of the world, `type:id`, found in a graph whose ways are as sure as their weakest step. */
export function fallenIn(world: ReachWorld, subject: string, isWide: boolean): Fallen {
  const edges = [...edgesIn(world, isWide), ...seedsIn(world, subject)];
  const level = new Map<string, number>([['start', 0]]);
  for (let hasChanged = true; hasChanged;) {
    hasChanged = false;
    for (const [from, to, weight] of edges) {
      const reached = Math.max(level.get(from) ?? Infinity, weight);
      if (reached < (level.get(to) ?? Infinity)) {
        level.set(to, reached);
        hasChanged = true;
      }
    }
  }
  const of = (kind: string): Readonly<Record<string, number>> =>
    Object.fromEntries(
      [...level].filter(([node]) => node.startsWith(`${kind} `)).map(([node, at]) => [node.slice(kind.length + 1), at]),
    );
  return { users: of('user'), keys: of('key'), access: of('access') };
}

function edgesIn(world: ReachWorld, isWide: boolean): Edge[] {
  const edges: Edge[] = [];
  const things = [
    ...tenants.map((id) => thingOf(id, '')),
    ...['', ...tenants].flatMap((place) => roles.map((name) => thingOf(place, name))),
  ];
  const isMember = (who: string, place: string): boolean =>
    world.members.some((one) => one.who === `user:${who}` && one.place === place);
  for (const { who, thing } of [
    ...world.members.map(({ who, place }) => ({ who, thing: thingOf(place, '') })),
    ...world.holdings.map(({ who, role: name, place }) => ({ who, thing: thingOf(place, name) })),
  ]) {
    const isUser = who.startsWith('user:');
    edges.push([`${isUser ? 'user' : 'key'} ${who.split(':')[1]}`, `${isUser ? 'held' : 'keyheld'} ${thing}`, 0]);
  }
  for (const { giver, role: name, place } of world.maps) {
    const [type, id = ''] = giver.split(':');
    const config = id.split('/').slice(0, 2).join('/');
    for (const who of users) {
      const gains =
        type === 'idp_group'
          ? world.inGroups.some((one) => one.who === who && one.group === id)
          : type === 'sso_configuration' && isMember(who, config.slice(0, 2));
      if (gains) {
        edges.push([`login ${who}`, `held ${thingOf(place, name)}`, 2]);
      }
    }
  }
  for (const thing of things) {
    edges.push([`held ${thing}`, `thing ${thing}`, 0], [`keyheld ${thing}`, `thing ${thing}`, 0]);
    const allowed = world.allows[roles.indexOf(roleOf(thing))] ?? [];
    allowed.forEach((what) => edges.push([`thing ${thing}`, `access ${what} @${placeOf(thing)}`, 0]));
    if (isWide && allowed.includes('User Admin')) {
      for (const who of users.filter((id) => placeOf(thing) === '' || isMember(id, placeOf(thing)))) {
        edges.push([`thing ${thing}`, `user ${who}`, 0], [`thing ${thing}`, `login ${who}`, 0]);
      }
    }
  }
  for (const { from, to, role: name, isSure, keys } of world.flows) {
    edges.push([`held ${thingOf(from, name)}`, `thing ${thingOf(to, name)}`, isSure ? 0 : 1]);
    if (keys) {
      edges.push([`keyheld ${thingOf(from, name)}`, `thing ${thingOf(to, name)}`, 1]); // a file never says more of keys
    }
  }
  return edges;
}

function seedsIn(world: ReachWorld, subject: string): Edge[] {
  const at = subject.indexOf(':');
  const [type, id] = [subject.slice(0, at), subject.slice(at + 1)];
  const start = (weight: number, ...nodes: readonly string[]): Edge[] =>
    nodes.map((node) => ['start', node, weight] as const);
  const given = (giver: string): Edge[] =>
    world.maps
      .filter((one) => one.giver === giver)
      .flatMap(({ role: name, place }) => start(2, `held ${thingOf(place, name)}`));
  const membersOf = (place: string): string[] =>
    world.members.filter((one) => one.place === place).map(({ who }) => who);
  switch (type) {
    case 'user':
      return [
        ...start(0, `user ${id}`, `login ${id}`),
        ...world.keys.filter(({ boundTo }) => boundTo === id).flatMap((key) => start(0, `key ${key.id}`)),
        ...world.keys
          .filter(({ madeBy, boundTo }) => madeBy === id && boundTo !== id)
          .flatMap((key) => start(3, `key ${key.id}`, ...(key.boundTo === '' ? [] : [`user ${key.boundTo}`]))),
      ];
    case 'access_key': {
      const key = world.keys.find((one) => one.id === id);
      return start(0, `key ${id}`, ...(key === undefined || key.boundTo === '' ? [] : [`user ${key.boundTo}`]));
    }
    case 'idp_group':
      return given(subject);
    case 'sso_configuration': {
      const people = membersOf(id.slice(0, 2))
        .filter((who) => who.startsWith('user:'))
        .map((who) => who.slice(5));
      return [
        ...people.flatMap((who) => start(3, `user ${who}`, `login ${who}`)),
        ...given(subject),
        ...groups.filter((group) => group.startsWith(id)).flatMap((group) => given(`idp_group:${group}`)),
      ];
    }
    case 'tenant':
      return [
        ...membersOf(id).flatMap((who) =>
          who.startsWith('user:')
            ? start(0, `user ${who.slice(5)}`, `login ${who.slice(5)}`)
            : start(0, `key ${who.slice(11)}`),
        ),
        ...[
          `tenant:${id}`,
          `sso_configuration:${id}/s`,
          ...groups.filter((group) => group.startsWith(id)).map((group) => `idp_group:${group}`),
        ].flatMap(given),
      ];
    default:
      return ['', ...tenants].flatMap((place) => {
        const isHeld =
          world.holdings.some((one) => one.role === id && one.place === place) ||
          world.flows.some((one) => one.role === id && one.to === place);
        const isMapped = world.maps.some((one) => one.role === id && one.place === place);
        return isHeld ? start(0, `held ${thingOf(place, id)}`) : isMapped ? start(2, `held ${thingOf(place, id)}`) : [];
      });
  }
}

/** Every kind of subject of a world. */
export const reachSubjects = [
  'user:U0',
  'user:U1',
  'user:U2',
  'access_key:K0',
  'access_key_secret:K2',
  'idp_group:t0/s/g0',
  'sso_configuration:t0/s',
  'tenant:t0',
  'tenant:t1',
  'role:R0',
  'role:R1',
];
