import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createGuard } from '../../../src/checks/granting/guard.ts';
import { policySchema } from '../../../src/checks/policy/schema.ts';
import { type ProjectSeed, startEmulator } from '../../../src/emulator/emulator.ts';
import { type AccessGuard, PolicyRefusal } from '../../../src/provisioning/access-guard.ts';
import type { AuditEntry } from '../../../src/provisioning/audit.ts';
import { createProvisioner } from '../../../src/provisioning/provisioner.ts';
import { parseTarget } from '../../../src/provisioning/request.ts';
import { clientOf } from '../../support/embedded.ts';
import { pictureOf, violationsIn } from '../../support/guarded-world.ts';

const tenants = ['top', 'mid', 'low', 'far'];
const roles = ['R0', 'R1', 'R2'];
const permissions = ['p0', 'p1', 'p2', 'p3'];
const users = ['U2Ada', 'U2Bob', 'U2Cleo'];
const keys = ['K2One', 'K2Two'];

const someRoles = fc.subarray(roles, { maxLength: 2 });
const entries = fc
  .subarray(tenants, { maxLength: 3 })
  .chain((own) =>
    fc.tuple(...own.map((tenantId) => fc.record({ tenantId: fc.constant(tenantId), roleNames: someRoles }))),
  );
const side = fc.oneof(
  fc.record({ permissions: fc.subarray(permissions, { minLength: 1, maxLength: 2 }) }),
  fc.record({ roles: fc.subarray(roles, { minLength: 1, maxLength: 1 }) }),
);
const place = fc.constantFrom(undefined, ...tenants);

const projects: fc.Arbitrary<ProjectSeed> = fc
  .record({
    flows: fc.array(fc.constantFrom('', 'none', 'userOnly'), { minLength: 3, maxLength: 3 }),
    allows: fc.array(fc.subarray(permissions, { maxLength: 2 }), { minLength: 4, maxLength: 4 }),
    held: fc.array(fc.record({ roleNames: fc.subarray(roles, { maxLength: 1 }), tenants: entries }), {
      minLength: users.length + keys.length,
      maxLength: users.length + keys.length,
    }),
  })
  .map(({ flows, allows, held }) => ({
    tenants: tenants.map((id, at) => ({
      id,
      name: id,
      ...(at > 0 && at < 3 && { parent: tenants[at - 1] ?? '' }),
      roleInheritance: flows[at] ?? '',
    })),
    permissions: permissions.map((name) => ({ name })),
    roles: [
      ...roles.map((name, at) => ({ name, permissionNames: allows[at] ?? [] })),
      { name: 'R0', tenantId: 'mid', permissionNames: allows[3] ?? [] }, // beside the project's
    ],
    users: users.map((userId, at) => ({
      userId,
      name: userId,
      email: `${userId}@${at === 0 ? 'acme' : 'other'}.example`,
      ...held[at],
    })),
    accessKeys: keys.map((id, at) => ({
      id,
      name: id,
      roleNames: held[users.length + at]?.roleNames ?? [],
      keyTenants: held[users.length + at]?.tenants ?? [],
    })),
  }));

const policies = fc
  .record({
    conflicts: fc.array(
      fc.record({ first: side, second: side, scope: fc.constantFrom('same-tenant' as const, 'anywhere' as const) }),
      { minLength: 1, maxLength: 2 },
    ),
    limits: fc.array(
      fc.oneof(
        fc.record({ held: side, in: place, 'at-most': fc.integer({ min: 0, max: 3 }) }),
        fc.record({ held: side, in: place, only: fc.constant({ domains: ['ACME.example'] }) }),
      ),
      { minLength: 1, maxLength: 2 },
    ),
    waived: fc.constantFrom(...users),
  })
  .map(({ conflicts, limits, waived }) =>
    policySchema.parse({
      version: 1,
      conflicts: conflicts.map((one, at) => ({ id: `c${at}`, ...one })),
      limits: limits.map((one, at) => ({ id: `l${at}`, ...one })),
      waivers: [
        {
          rule: 'conflict/c0',
          subject: { type: 'user', id: waived },
          reason: 'known',
          owner: 'them@acme.example',
          until: '2099-01-01',
        },
      ],
    }),
  );

const grants = fc.array(
  fc.record({
    who: fc.constantFrom(
      ...users.map((id) => ({ typeId: 'user', id })),
      ...keys.map((id) => ({ typeId: 'access_key', id })),
    ),
    role: fc.constantFrom(...roles),
    place: fc.constantFrom('', ...tenants),
  }),
  { minLength: 3, maxLength: 5 },
);

/** How many have what is limited, by the finding of a limit; 0 of another one, and of none. */
const holdersIn = (finding: { readonly detail: string } | undefined): number =>
  Number(/^(\d+) (?:user or key has|users and keys have)/.exec(finding?.detail ?? '')?.[1] ?? 0);

it('a grant is refused if and only if a full check after it finds something new, or more holders, in random worlds', async () => {
  const seen = { refused: 0, made: 0 };
  await fc.assert(
    fc.asyncProperty(projects, policies, grants, async (project, policy, asked) => {
      const emulator = await startEmulator({ project });
      try {
        const first = await pictureOf(emulator);
        const options = {
          policy,
          projectId: emulator.projectId,
          whenStale: 'refuse' as const,
          maxAgeMs: 3_600_000,
          picture: async () => first, // the sync is never renewed: what was given since is known otherwise
        };
        const guards = {
          refuse: createGuard({ ...options, onViolation: 'refuse' }),
          warn: createGuard({ ...options, onViolation: 'warn' }),
        };
        let mode: keyof typeof guards = 'refuse';
        const guard: AccessGuard = {
          before: (gain) => guards[mode].before(gain),
          afterwards: (gain) => guards[mode].afterwards(gain),
          saw: (...shown) => Object.values(guards).forEach((one) => one.saw(...shown)),
        };
        let skipped = 0;
        const sleep = async (ms: number): Promise<void> => void (skipped += ms);
        const now = (): number => performance.now() + skipped;
        const audit: AuditEntry[] = [];
        const provisioner = createProvisioner({
          client: clientOf(emulator, { sleep, now }),
          sleep,
          now,
          joinTenant: true,
          guard,
          audit: async (entry) => void audit.push(entry),
        });
        let before = violationsIn(first.index, policy);
        for (const { who, role, place: tenantId } of asked) {
          const isOwn = tenantId === 'mid' && role === 'R0';
          const target =
            tenantId === '' || isOwn
              ? parseTarget('role', isOwn ? 'mid/R0' : role)
              : parseTarget('role_binding', `${tenantId}/${role}`);
          mode = 'refuse';
          const refused = await provisioner.grant(target, who).then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          const refusedLine = audit.at(-1);
          mode = 'warn';
          const told = refused === undefined ? [] : (await provisioner.grant(target, who)).policy.broken;
          const after = await pictureOf(emulator);
          const now = violationsIn(after.index, policy);
          const fresh = [...now.keys()].filter(
            (fingerprint) =>
              !before.has(fingerprint) || holdersIn(now.get(fingerprint)) > holdersIn(before.get(fingerprint)),
          );

          expect(told.map(({ fingerprint }) => fingerprint).toSorted()).toEqual(fresh.toSorted());
          if (refused !== undefined) {
            expect(refused).toBeInstanceOf(PolicyRefusal);
            expect(refusedLine).toMatchObject({ outcome: 'refused', writes: 0, policyBroken: told });
            expect(told.map(({ detail }) => detail.replace(/^(user|access key) \S+ /, ''))).toEqual(
              told.map(({ fingerprint }) =>
                before.has(fingerprint) ? expect.stringMatching(/^more than \d/) : now.get(fingerprint)?.detail,
              ),
            );
          }
          seen[refused === undefined ? 'made' : 'refused'] += 1;
          before = now;
          await after.index[Symbol.asyncDispose]();
        }
        await first.index[Symbol.asyncDispose]();
      } finally {
        await emulator.close();
      }
    }),
    { numRuns: 25 },
  );
  expect(seen.refused).toBeGreaterThan(0);
  expect(seen.made).toBeGreaterThan(0);
});
