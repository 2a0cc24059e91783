import { join } from 'node:path';
import type { FleetEngine } from '../../src/fleet/engine.ts';
import { openPostgresEngine } from '../../src/fleet/postgres-engine.ts';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import { noPostgres, startPostgres, type TestServer } from '../../test/support/postgres.ts';

export const kinds = ['SQLite', 'PostgreSQL'] as const;
export type Kind = (typeof kinds)[number];

/** An engine that processes of the command line can be pointed at. */
export interface RealEngine extends AsyncDisposable {
  readonly name: string;
  readonly engine: FleetEngine;
  /** The one that has a run under way is not heard of any more, and the pause before the next try is over. */
  forgetWorkers(): Promise<boolean>;
  readonly server?: TestServer;
}

/** Opens an engine of a kind, for the projects of a folder. */
export async function realEngine(kind: Kind, folder: string): Promise<RealEngine> {
  if (kind === 'SQLite') {
    const path = join(folder, 'fleet.db');
    const engine = openSqliteEngine(path, { groups: new Map() });
    const { DatabaseSync } = await import('node:sqlite');
    return {
      name: `sqlite:${path}`,
      engine,
      forgetWorkers: async () => {
        using database = new DatabaseSync(path, { timeout: 10_000 });
        return database.prepare(`update run set lease_until = 0 where state = 'active' returning id`).all().length > 0;
      },
      [Symbol.asyncDispose]: async () => await engine[Symbol.asyncDispose](),
    };
  }
  if (noPostgres !== undefined) {
    throw new Error(noPostgres);
  }
  const server = await startPostgres();
  const url = await server.database();
  const engine = await openPostgresEngine(url, { groups: new Map() });
  return {
    name: url,
    engine,
    server,
    forgetWorkers: async () => {
      const lost = `update baton_fleet.job set heartbeat_on = now() - interval '5 minutes' where state = 'active' returning id`;
      return (await server.ask(url, lost)).length > 0;
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** What waits to be tried again need not wait. Other engines than that in PostgreSQL begin a lost run at once. */
export async function endPauses({ server, name }: RealEngine): Promise<void> {
  await server?.ask(name, `update baton_fleet.job set start_after = now() where state = 'retry'`);
}
