import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quickClock, runCli, startCli } from '../support/cli.ts';
import { testFleet, type TestFleet } from '../support/fleet.ts';
import { freePort, noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { startSilentProxy } from '../support/silent-proxy.ts';

let server: TestServer;

const syncedIn = (fleet: TestFleet, name: string): number => {
  const folder = join(fleet.folder, 'syncs', name);
  return existsSync(folder) ? readdirSync(folder).filter((file) => /^sync-.*\.json$/.test(file)).length : 0;
};

describe.skipIf(noPostgres !== undefined)(
  `a fleet on PostgreSQL${noPostgres === undefined ? '' : ` (${noPostgres})`}`,
  () => {
    beforeAll(async () => void (server = await startPostgres()), 120_000);
    afterAll(async () => await server[Symbol.asyncDispose]());

    it('is synced by several processes, each slot once; the URL of the engine is told without its password', async () => {
      await using fleet = await testFleet({ projects: 6, defaults: { schedule: { every: '1d' } } });
      const engine = { BATON_FLEET_ENGINE: await server.database() };
      await using runs = startCli(['fleet', 'run', '--workers', '2', '--file', fleet.file], engine);
      await using works = startCli(['fleet', 'worker', '--workers', '2', '--file', fleet.file], engine);
      await runs.until(/engine postgres:/);
      for (let place = 0; place < 6; place += 1) {
        while (syncedIn(fleet, `p${place}`) === 0) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
      const ends = [await runs.stop(), await works.stop()];
      const { stdout } = await runCli(['fleet', 'status', '--json', '--file', fleet.file], { env: engine });
      const { projects } = JSON.parse(stdout) as { readonly projects: readonly { readonly state: string }[] };

      expect(ends.map(({ code }) => code)).toEqual([0, 0]);
      expect(projects.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'ok'));
      expect(Array.from({ length: 6 }, (_none, place) => syncedIn(fleet, `p${place}`))).toEqual([1, 1, 1, 1, 1, 1]);
      const said = [...ends.flatMap((end) => [end.stdout, end.stderr]), stdout].join('\n');
      expect(said).toContain('engine postgres://127.0.0.1:');
      expect(said).not.toContain(server.password);
    });

    it('takes over what a killed worker had under way, and publishes it once', { timeout: 180_000 }, async () => {
      await using fleet = await testFleet({
        projects: 1,
        users: 300,
        latencyMs: 400,
        defaults: { schedule: { every: '1d' } },
      });
      const url = await server.database();
      const engine = { BATON_FLEET_ENGINE: url };
      await using dies = startCli(['fleet', 'run', '--file', fleet.file], engine);
      await dies.until(/sync started/);
      while ((fleet.emulators[0]?.stats.total ?? 0) < 3) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      dies.send('SIGKILL');
      await using next = startCli(['fleet', 'worker', '--file', fleet.file], engine);
      await next.until(/engine postgres:/);
      // Instead of a minute of waiting: nothing was heard for five, and the pause before the next try is over.
      await server.ask(
        url,
        `update baton_fleet.job set heartbeat_on = now() - interval '5 minutes' where state = 'active'`,
      );
      const waiting = `update baton_fleet.job set start_after = now() where state = 'retry' returning id`;
      while ((await server.ask(url, waiting)).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      await next.until(/sync complete/);
      await next.stop();

      expect(syncedIn(fleet, 'p0')).toBe(1);
      expect(existsSync(join(fleet.folder, 'syncs', 'p0', '.unfinished'))).toBe(false);
    });

    it('tells that its database does not answer over a way that fell silent, and goes on when it is back', async () => {
      await using fleet = await testFleet({ projects: 1, defaults: { schedule: { every: '1d' } } });
      await using proxy = await startSilentProxy(server);
      const engine = new URL(await server.database());
      engine.port = String(proxy.port);
      const env = { BATON_FLEET_ENGINE: engine.href, NODE_OPTIONS: quickClock.join(' ') };
      await using runs = startCli(['fleet', 'run', '--health-check-port', '0', '--file', fleet.file], env);
      const [, url = ''] = await runs.until(/health and metrics on (\S+)/);
      const page = async (path: string): Promise<string> => await (await fetch(`${url}${path}`)).text();
      const untilHealth = async (status: 'ok' | 'failing'): Promise<string> => {
        for (;;) {
          const said = await page('/health');
          if ((JSON.parse(said) as { readonly status: string }).status === status) {
            return said;
          }
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
      await runs.until(/sync complete/);
      await untilHealth('ok');
      proxy.hush();
      expect(await untilHealth('failing')).toMatch(
        /"what": "cannot (?:read|write) postgres:[^"]*: it does not answer"/,
      );
      expect(await page('/metrics')).toMatch(/^\w+fleet_engine_up 0$/m);
      proxy.speak();
      await untilHealth('ok');
      while (!/^\w+fleet_engine_up 1$/m.test(await page('/metrics'))) {
        await new Promise((resolve) => setTimeout(resolve, 50)); // a scrape waits for a tenth of a second here
      }
      proxy.hush();
      await untilHealth('failing');

      expect((await runs.stop()).code).toBe(0); // it does not wait for the database either
      engine.port = String(await freePort());
      const status = await runCli(['fleet', 'status', '--file', fleet.file], {
        env: { BATON_FLEET_ENGINE: engine.href },
      });
      expect([status.code, status.stderr]).toEqual([
        4,
        expect.stringMatching(/^[^\n]*cannot read postgres:[^\n]*: nothing listens there\n$/),
      ]);
      expect(syncedIn(fleet, 'p0')).toBe(1);
    });
  },
);
