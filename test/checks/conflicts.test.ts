import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import { policySchema } from '../../src/checks/policy/schema.ts';
import { indexed, person } from '../support/check-world.ts';
import {
  binding,
  confers,
  flows,
  type HandWritten,
  held,
  permission,
  resource,
  role,
  tenant,
} from '../support/edge-files.ts';

const tenants = ['t0', 't1', 't2'];
const roles = ['R0', 'R1', 'R2', 'R3'];
const permissions = ['p0', 'p1', 'p2', 'p3'];
const principals = ['user:U0', 'user:U1', 'user:U2', 'access_key:K0', 'access_key:K1'];

interface Holding {
  readonly who: string;
  readonly role: string;
  /** '' for the whole project. */
  readonly place: string;
}
interface Flow {
  readonly from: string;
  readonly to: string;
  readonly role: string;
  readonly isSure: boolean;
  readonly keys: boolean;
}
interface Side {
  readonly permissions?: readonly string[] | undefined;
  readonly roles?: readonly string[] | undefined;
}
interface World {
  readonly allows: readonly (readonly string[])[];
  readonly holdings: readonly Holding[];
  readonly flows: readonly Flow[];
  readonly first: Side;
  readonly second: Side;
  readonly scope: 'same-tenant' | 'anywhere';
}

const side = fc.oneof(
  fc.record({ permissions: fc.subarray(permissions, { minLength: 1 }) }),
  fc.record({ roles: fc.subarray(roles, { minLength: 1, maxLength: 2 }) }),
  fc.record({ permissions: fc.subarray(permissions, { minLength: 1 }), roles: fc.subarray(roles, { minLength: 1 }) }),
);
const worlds: fc.Arbitrary<World> = fc.record({
  allows: fc.array(fc.subarray(permissions), { minLength: roles.length, maxLength: roles.length }),
  holdings: fc.uniqueArray(
    fc.record({
      who: fc.constantFrom(...principals),
      role: fc.constantFrom(...roles),
      place: fc.constantFrom('', ...tenants),
    }),
    { minLength: 4, maxLength: 14, selector: (one) => JSON.stringify(one) },
  ),
  flows: fc.uniqueArray(
    fc
      .record({
        from: fc.constantFrom(...tenants),
        to: fc.constantFrom(...tenants),
        role: fc.constantFrom(...roles),
        isSure: fc.boolean(),
        keys: fc.boolean(),
      })
      .filter(({ from, to }) => from !== to),
    { maxLength: 6, selector: ({ from, to, role: name }) => JSON.stringify([from, to, name]) },
  ),
  first: side,
  second: side,
  scope: fc.constantFrom('same-tenant', 'anywhere'),
});

function written({ allows, holdings, flows: all }: World): HandWritten {
  const bindings = tenants.flatMap((place) => roles.map((name) => binding(place, name)));
  const on = (place: string, name: string): string => (place === '' ? `role:${name}` : `role_binding:${place}/${name}`);
  return {
    types: ['access_key'],
    resources: [
      ...principals.map((who) =>
        who.startsWith('user:') ? person(who.slice(5)) : resource('access_key', who.slice(11), who),
      ),
      ...tenants.map((id) => tenant(id, id)),
      ...roles.map(role),
      ...permissions.map(permission),
      ...bindings,
    ],
    grants: [
      ...roles.flatMap((name, at) => (allows[at] ?? []).map((what) => confers(`role:${name}`, what))),
      ...holdings.map(({ who, role: name, place }) => held(on(place, name), who)),
      ...all.map(({ from, to, role: name, isSure, keys }) =>
        flows(on(to, name), on(from, name), from, { keys, reason: isSure ? '' : 'child-governs' }),
      ),
    ],
  };
}

/** Where somebody has something of a side, and whether that is sure; told from the world itself, place by place. */
function placesOf(
  { allows, holdings, flows: all }: World,
  who: string,
  { permissions: some = [], roles: named = [] }: Side,
) {
  const isOfSide = (name: string): boolean =>
    named.includes(name) || (allows[roles.indexOf(name)] ?? []).some((what) => some.includes(what));
  const places = new Map<string, boolean>();
  const put = (place: string, isSure: boolean): unknown => places.set(place, (places.get(place) ?? false) || isSure);
  for (const { role: name, place } of holdings.filter((one) => one.who === who && isOfSide(one.role))) {
    put(place, true);
    for (const flow of all.filter((one) => one.from === place && one.role === name)) {
      if (who.startsWith('user:')) {
        put(flow.to, flow.isSure);
      } else if (flow.keys) {
        put(flow.to, false); // the file says of keys that it is uncertain
      }
    }
  }
  return places;
}

function expected(world: World): string[] {
  return principals.flatMap((who) => {
    const [one, other] = [placesOf(world, who, world.first), placesOf(world, who, world.second)];
    const found = new Map<string, boolean>();
    for (const [a, isSure] of one) {
      for (const [b, isSureToo] of other) {
        const place = world.scope === 'anywhere' ? '' : a === b || b === '' ? a : a === '' ? b : undefined;
        if (place !== undefined) {
          found.set(place, (found.get(place) ?? false) || (isSure && isSureToo));
        }
      }
    }
    return Array.from(found, ([place, isSure]) => `${who} @${place} ${isSure ? 'sure' : 'perhaps'}`);
  });
}

it('conflicts are those that a count by hand finds, in random worlds', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      await using index = await indexed(written(world));
      const { first, second, scope } = world;
      const policy = policySchema.parse({ version: 1, conflicts: [{ id: 'c', first, second, scope }] });
      const findings = [...checkByPolicy(index, { policy, only: ['conflict/c'], nowMs: 0 }).findings()];
      found += findings.length;

      expect(
        findings
          .map(
            ({ subject, where, detail }) =>
              `${subject.type}:${subject.id} @${where?.tenantId ?? ''} ${detail.includes('perhaps') ? 'perhaps' : 'sure'}`,
          )
          .toSorted(),
      ).toEqual(expected(world).toSorted());
    }),
    { numRuns: 150 },
  );
  expect(found).toBeGreaterThan(0);
});
