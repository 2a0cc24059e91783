import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isKind } from '../../src/errors.ts';
import { createProvisioner, type ProvisionerOptions } from '../../src/provisioning/provisioner.ts';
import { parseTarget } from '../../src/provisioning/request.ts';
import { application } from '../support/app-rows.ts';
import { asClient, DescopeModel } from '../support/descope-model.ts';
import { createFakeProject } from '../support/provisioning-fake.ts';
import { user } from '../support/project-fixture.ts';
import { delayedBy, VirtualTime } from '../support/virtual-time.ts';

const appIds = ['A', 'B', 'C'];
const lists = { apps: appIds.map((id) => application(id)) };

/** What somebody reaches who was given these by name. */
function reachable(named: readonly string[], projectGives: 'all' | 'none'): ReadonlySet<string> {
  return new Set(named.length === 0 && projectGives === 'all' ? appIds : named);
}

const project = fc.constantFrom('all' as const, 'none' as const);
/** What is said of the project is right, or that it is not known. */
const saidOf = fc.tuple(project, fc.boolean()).map(([gives, isSaid]) => ({
  gives,
  applicationDefault: isSaid ? gives : ('unknown' as const),
}));

it('a change of an application takes and opens that one alone, whatever the project gives by default', async () => {
  await fc.assert(
    fc.asyncProperty(
      saidOf,
      fc.subarray([...appIds, 'Gone']),
      fc.constantFrom('grant' as const, 'revoke' as const),
      fc.constantFrom(...appIds),
      async ({ gives, applicationDefault }, named, operation, app) => {
        const fake = createFakeProject({ users: [user('U2', { ssoAppIds: named })] }, { applicationDefault });
        fake.lists = lists;
        const ended = await fake.provisioner[operation](parseTarget('application', app), {
          typeId: 'user',
          id: 'U2',
        }).catch((thrown: unknown) => {
          expect(isKind(thrown, 'refused'), String(thrown)).toBe(true);
        });

        const after = fake.rows.users[0]?.ssoAppIds ?? [];
        const [reachedBefore, reachedAfter] = [reachable(named, gives), reachable(after, gives)];
        expect([...reachedBefore.symmetricDifference(reachedAfter)].filter((id) => id !== app)).toEqual([]);
        if (ended !== undefined) {
          expect(after.includes(app)).toBe(operation === 'grant');
        } else {
          expect(after).toEqual(named);
        }
      },
    ),
    { numRuns: 300 },
  );
});

const latencyMs = fc.integer({ min: 0, max: 900 });
const revoke = fc.record({
  startsAtMs: fc.integer({ min: 0, max: 1500 }),
  latencies: fc.infiniteStream(fc.tuple(latencyMs, latencyMs)),
});

it('processes that take all applications of one user at once leave one, however they interleave', async () => {
  let givenBack = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(revoke, { minLength: 2, maxLength: 3 }), async (revokes) => {
      const time = new VirtualTime();
      const named = appIds.slice(0, revokes.length);
      const model = new DescopeModel({ rows: { users: [user('U2', { ssoAppIds: named })] }, lists });

      const outcomes = await time.run(
        Promise.all(
          revokes.map(async ({ startsAtMs, latencies }, at) => {
            const provisioner = createProvisioner({
              client: slowly(model, time, latencies),
              audit: async (entry) => void (givenBack += entry.outcome === 'failed' ? 1 : 0),
              now: () => time.nowMs,
              sleep: time.sleep,
            });
            await time.sleep(startsAtMs);
            try {
              await provisioner.revoke(parseTarget('application', named[at] ?? ''), { typeId: 'user', id: 'U2' });
              return { app: named[at], isDone: true };
            } catch (thrown) {
              expect(isKind(thrown, 'inconsistent', 'refused'), String(thrown)).toBe(true);
              return { app: named[at], isDone: false };
            }
          }),
        ),
      );

      const after = model.rows.users[0]?.ssoAppIds ?? [];
      expect(after).not.toEqual([]);
      for (const { app, isDone } of outcomes) {
        expect(after.includes(app ?? '')).toBe(!isDone);
      }
    }),
    { numRuns: 200 },
  );
  expect(givenBack).toBeGreaterThan(10); // else nobody raced
});

/** The project behind a network: a request arrives after a while, and its answer after another. */
function slowly(
  model: DescopeModel,
  time: VirtualTime,
  latencies: Iterator<readonly [number, number]>,
): ProvisionerOptions['client'] {
  const delayed = delayedBy(time, latencies);
  return asClient(
    Object.assign({}, model, {
      loadForWrite: (id) => delayed(() => model.loadForWrite(id)),
      writeUser: async (change, call) => {
        call?.onRequest?.('write');
        return await delayed(() => model.writeUser(change));
      },
    } satisfies Partial<ProvisionerOptions['client']>),
  );
}
