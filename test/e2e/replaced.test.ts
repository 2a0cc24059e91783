import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { connectSurface } from '../../src/server/remote-surface.ts';
import { envOf, startCli } from '../support/cli.ts';
import { clientOf } from '../support/embedded.ts';
import { ShortLived } from '../support/short-lived.ts';
import { handWalk, idsOf, keyOf } from '../support/walker.ts';

describe('serve', () => {
  it(
    'that is killed every few calls and started anew brings a sync to its end, with everybody and all access',
    { timeout: 180_000 },
    async () => {
      const emulator = await startEmulator({ users: 1_500 });
      await using stack = new AsyncDisposableStack();
      stack.defer(() => emulator.close());
      const caller = new ShortLived(
        async () => {
          const process = startCli(['serve', '--listen', '127.0.0.1:0', '--health-check-port', 'off'], envOf(emulator));
          const [, address = ''] = await process.until(/listening on (.*)\n/);
          const surface = connectSurface(address);
          return {
            surface,
            end: async () => {
              surface.close();
              await process[Symbol.asyncDispose](); // kills it
            },
          };
        },
        () => (caller.processes < 4 ? 3 : 100), // pages of users first, then many small listings
      );

      stack.defer(() => caller.end());
      const { resources, grants } = await caller.sync();

      const whole = createConnector({ project: clientOf(emulator), policy: { tenantRoles: 'all' } });
      const truth = await handWalk(whole);
      whole.close();
      expect(new Set(resources.map(keyOf))).toEqual(new Set(truth.resources.map(keyOf)));
      expect(new Set(idsOf(grants))).toEqual(new Set(idsOf(truth.grants)));
      expect(caller.processes).toBeGreaterThan(4);
    },
  );
});
