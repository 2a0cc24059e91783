import { status } from '@grpc/grpc-js';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Fault, ProjectSeed } from '../../src/emulator/emulator.ts';
import { bindingResourceId, roleResourceId } from '../../src/model/ids.ts';
import { type PairTruth, pairsIn } from '../support/inherited-truth.ts';
import { type Ended, type Provisioning, startProvisioning } from '../support/provisioning-server.ts';

// The plain model: what each user holds is sets of names, and an operation adds or takes one of them.

interface Held {
  readonly project: Set<string>;
  readonly tenants: Map<string, Set<string>>;
}

interface Operation {
  readonly operation: 'grant' | 'revoke';
  readonly typeId: 'tenant' | 'role' | 'role_binding';
  readonly tenantId: string;
  readonly roleName: string;
  readonly userId: string;
  /** What goes wrong with the first write, if there is one. */
  readonly fault: Fault | undefined;
}

type Prediction = 'done' | 'old' | status;

/** Tenants above in which the user holds the same, by the plain words of the access model. */
function inheritedFrom({ users, hasRole, pairs }: Model, { typeId, tenantId, roleName, userId }: Operation): string[] {
  const isHeldIn = (above: string): boolean => {
    const roles = users.get(userId)?.tenants.get(above);
    return typeId === 'tenant'
      ? roles !== undefined
      : typeId === 'role_binding' &&
          roles?.has(roleName) === true &&
          hasRole('', roleName) &&
          !hasRole(tenantId, roleName) &&
          !hasRole(above, roleName);
  };
  return pairs.filter((pair) => pair.tenantId === tenantId && isHeldIn(pair.ancestor)).map(({ ancestor }) => ancestor);
}

interface Model {
  readonly users: Map<string, Held>;
  readonly tenants: ReadonlySet<string>;
  readonly hasRole: (tenantId: string, roleName: string) => boolean;
  readonly joinTenant: boolean;
  /** What flows down, by an independent computation. */
  readonly pairs: readonly PairTruth[];
}

function predict(model: Model, asked: Operation): Prediction {
  const { users, tenants, hasRole, joinTenant } = model;
  const { operation, typeId, tenantId, roleName, userId } = asked;
  const user = users.get(userId);
  const isInTenant = typeId !== 'role' || tenantId !== '';
  const isTenant = tenants.has(tenantId);
  const isListed = hasRole(typeId === 'role' ? tenantId : '', roleName);
  const roles = isInTenant ? user?.tenants.get(tenantId) : user?.project;
  const isHeld = typeId === 'tenant' ? roles !== undefined : (roles?.has(roleName) ?? false);
  const isTenantsOwn = typeId === 'role_binding' && hasRole(tenantId, roleName);

  if (operation === 'grant') {
    if (user === undefined || (isInTenant && !isTenant)) return status.NOT_FOUND;
    if (isTenantsOwn) return status.FAILED_PRECONDITION;
    if (typeId !== 'tenant' && !isListed) return status.NOT_FOUND;
    if (isHeld) return 'old';
    if (roles === undefined && typeId !== 'tenant' && !joinTenant) return status.FAILED_PRECONDITION;
    const held = roles ?? new Set();
    if (isInTenant) user.tenants.set(tenantId, held);
    if (typeId !== 'tenant') held.add(roleName);
    return 'done';
  }

  if (user === undefined) return 'old';
  if (isTenantsOwn) return status.FAILED_PRECONDITION;
  if (typeId === 'role' && isInTenant && isTenant && !isListed && hasRole('', roleName))
    return status.FAILED_PRECONDITION;
  if (!isHeld)
    return (typeId !== 'tenant' && !isListed && (!isInTenant || isTenant)) || inheritedFrom(model, asked).length > 0
      ? status.FAILED_PRECONDITION
      : 'old';
  if (typeId === 'tenant') user.tenants.delete(tenantId);
  else roles?.delete(roleName);
  return 'done';
}

const names = ['Editor', 'Viewer', 'A/B: 50%', '__proto__'] as const;
const tenantIds = ['acme', 'globex', 'te/nant%'] as const;
const userIds = ['U2Ada', 'U2Bob', 'U2Cleo'] as const;
const name = fc.constantFrom(...names);
const tenantId = fc.constantFrom(...tenantIds);

/** The parent of a tenant, which may be nowhere or lead round in a loop, and what it lets through. */
const step = fc.tuple(
  fc.constantFrom('', 'nowhere', ...tenantIds, ...tenantIds),
  fc.constantFrom('', '', '', 'userOnly', 'none', 'inherit'),
);

const seedArbitrary = fc.record({
  tenants: fc
    .tuple(fc.subarray([...tenantIds], { minLength: 1 }), fc.array(step, { minLength: 3, maxLength: 3 }))
    .map(([ids, steps]) =>
      ids.map((id, place) => {
        const [parent = '', roleInheritance = ''] = steps[place] ?? [];
        return { id, parent, roleInheritance };
      }),
    ),
  roles: fc.uniqueArray(
    fc.record({
      name,
      tenantId: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: tenantId }),
    }),
    {
      maxLength: 7,
      selector: (role) => JSON.stringify(role),
    },
  ),
  users: fc
    .tuple(
      ...userIds.map((userId) =>
        fc.record({
          userId: fc.constant(userId),
          email: fc.constant(`${userId}@acme.example`),
          roleNames: fc.uniqueArray(name, { maxLength: 3 }),
          tenants: fc.uniqueArray(fc.record({ tenantId, roleNames: fc.uniqueArray(name, { maxLength: 3 }) }), {
            maxLength: 3,
            selector: (membership) => membership.tenantId,
          }),
        }),
      ),
    )
    .map((users) => users),
}) satisfies fc.Arbitrary<ProjectSeed>;

const operationArbitrary: fc.Arbitrary<Operation> = fc
  .record({
    operation: fc.constantFrom('grant', 'revoke'),
    typeId: fc.constantFrom('tenant', 'role', 'role', 'role_binding', 'role_binding'),
    tenantId,
    isInProject: fc.boolean(),
    roleName: name,
    userId: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...userIds) },
      { weight: 1, arbitrary: fc.constant('U2Nobody') },
    ),
    fault: fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      {
        weight: 2,
        arbitrary: fc.boolean().map((applied): Fault => ({ kind: 'reset', at: 'before-headers', applied })),
      },
      { weight: 1, arbitrary: fc.boolean().map((applied): Fault => ({ kind: 'status', status: 502, applied })) },
    ),
  })
  .map(({ isInProject, ...rest }) =>
    Object.assign(rest, { tenantId: isInProject && rest.typeId === 'role' ? '' : rest.tenantId }),
  );

function send(server: Provisioning, { operation, typeId, tenantId, roleName, userId }: Operation): Promise<Ended> {
  const resource =
    typeId === 'tenant'
      ? tenantId
      : typeId === 'role'
        ? roleResourceId({ tenantId, roleName })
        : bindingResourceId(tenantId, roleName);
  return server[operation](typeId, resource, userId);
}

const isWrite = ({ path }: { readonly path: string }): boolean => path.includes('/user/update/');

it(
  'any sequence of grants and revokes leaves the project in the state that a model of sets predicts, whatever ' +
    'answers are lost',
  async () => {
    const seen = new Set<Prediction>();
    let tellings = 0;
    await fc.assert(
      fc.asyncProperty(
        seedArbitrary,
        fc.array(operationArbitrary, { minLength: 10, maxLength: 18 }),
        fc.boolean(),
        fc.constantFrom('auto', 'auto', 'parent', 'child', 'none'),
        async (project, operations, joinTenant, inheritance) => {
          await using server = await startProvisioning({ joinTenant, inheritance, emulator: { project } });
          const { state, faults, stats } = server.emulator;
          const model: Model = {
            users: new Map(
              project.users.map((user) => [
                user.userId,
                {
                  project: new Set(user.roleNames),
                  tenants: new Map(user.tenants.map((one) => [one.tenantId, new Set(one.roleNames)])),
                },
              ]),
            ),
            tenants: new Set(project.tenants.map(({ id }) => id)),
            hasRole: (inTenant, roleName) =>
              project.roles.some((role) => role.tenantId === inTenant && role.name === roleName),
            joinTenant,
            pairs: pairsIn(project.tenants, inheritance),
          };
          const first = server.state() as { readonly users: readonly { readonly userId: string }[] };

          for (const operation of operations) {
            stats.reset();
            faults.clear();
            if (operation.fault !== undefined) {
              faults.add({ match: { predicate: isWrite }, fault: operation.fault });
            }
            const predicted = predict(model, operation);
            seen.add(predicted);

            const ended: Prediction = await send(server, operation).then(
              ({ isOld, metadata }) => {
                const above = model.users.has(operation.userId) ? inheritedFrom(model, operation) : [];
                expect(metadata).toEqual(above.length === 0 ? undefined : { also_inherited_from: above });
                tellings += above.length;
                return isOld ? 'old' : 'done';
              },
              (error: { readonly code: status }) => error.code,
            );

            expect(ended).toBe(predicted);
            expect(server.writes().length > 0).toBe(predicted === 'done');
            expect(server.state()).toEqual({
              ...first,
              users: first.users.map((user) => {
                const held = model.users.get(user.userId);
                const tenants = [...(held?.tenants ?? [])].map(([id, roleNames]) => ({
                  tenantId: id,
                  roleNames: [...roleNames],
                }));
                return Object.assign({}, user, { roleNames: [...(held?.project ?? [])], tenants });
              }),
            });
            expect(server.audit.at(-1)).toMatchObject({ principal: operation.userId, operation: operation.operation });
          }
          expect(server.audit).toHaveLength(operations.length);
          expect([...state.users()]).toHaveLength(userIds.length);
        },
      ),
      { numRuns: 30, seed: 20_261_130 }, // drawn once, so that what has to be seen below is seen in every run
    );

    expect(seen).toEqual(new Set(['done', 'old', status.NOT_FOUND, status.FAILED_PRECONDITION]));
    expect(tellings).toBeGreaterThan(0);
  },
);
