import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeAccessKey } from '../../src/descope/access-keys.ts';
import { isKind } from '../../src/errors.ts';
import { createProvisioner, type ProvisionerOptions } from '../../src/provisioning/provisioner.ts';
import { parseTarget } from '../../src/provisioning/request.ts';
import { asClient, DescopeModel } from '../support/descope-model.ts';
import { role } from '../support/project-fixture.ts';
import { delayedBy, VirtualTime } from '../support/virtual-time.ts';

const roleNames = ['Editor', 'Viewer', 'Auditor', 'Approver'] as const;
/** As long as a request may be on its way, there and back: what lies between the pause and the age of a list. */
const latencyMs = fc.integer({ min: 0, max: 480 });
const change = fc.record({
  operation: fc.constantFrom('grant' as const, 'revoke' as const),
  startsAtMs: fc.integer({ min: 0, max: 4000 }),
  latencies: fc.infiniteStream(fc.tuple(latencyMs, latencyMs)),
});

it('processes that change one key at once never lose what another was told to have done, however they interleave', async () => {
  let overwritten = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 3 }), async (changes) => {
      const time = new VirtualTime();
      const held = new Set<string>([
        'Approver',
        ...roleNames.filter((_name, at) => changes[at]?.operation === 'revoke'),
      ]);
      const model = new DescopeModel({ rows: { roles: roleNames.map((name) => role(name)) } });
      model.keys = [decodeAccessKey({ id: 'K2', name: 'One', status: 'active', roleNames: [...held] })];

      const outcomes = await time.run(
        Promise.all(
          changes.map(async ({ operation, startsAtMs, latencies }, at) => {
            const roleName = roleNames[at] ?? '';
            const provisioner = createProvisioner({
              client: slowly(model, time, latencies),
              audit: async () => undefined,
              now: () => time.nowMs,
              sleep: time.sleep,
            });
            await time.sleep(startsAtMs);
            try {
              const target = parseTarget('role', roleName);
              const { writes } = await provisioner[operation](target, { typeId: 'access_key', id: 'K2' });
              overwritten += writes.length - 1;
              return { roleName, operation, isDone: true };
            } catch (thrown) {
              expect(isKind(thrown, 'inconsistent'), String(thrown)).toBe(true);
              return { roleName, operation, isDone: false };
            }
          }),
        ),
      );

      const after = new Set(model.keys[0]?.roleNames);
      for (const { roleName, operation, isDone } of outcomes) {
        if (isDone) {
          expect(after.has(roleName)).toBe(operation === 'grant');
        }
      }
      expect(after).toContain('Approver');
      expect(outcomes.some(({ isDone }) => isDone)).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(overwritten).toBeGreaterThan(20); // else nobody raced
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
      loadKey: (id, call) => {
        call?.onRequest?.('load');
        return delayed(() => model.loadKey(id));
      },
      updateKey: async (keyChange, call) => {
        call?.onRequest?.('update');
        return await delayed(() => model.updateKey(keyChange));
      },
    } satisfies Partial<ProvisionerOptions['client']>),
  );
}
