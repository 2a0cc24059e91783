import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, noPostgres, startPostgres } from '../support/postgres.ts';

const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;

describe.skipIf(noPostgres !== undefined)(`a server of PostgreSQL for tests${why}`, () => {
  it('starts at another port where somebody else has taken its own meanwhile', async () => {
    const other = createServer();
    const port = await freePort();
    other.listen(port, '127.0.0.1');
    await once(other, 'listening');
    const ports = [port];
    try {
      await using server = await startPostgres({ portOf: async () => ports.shift() ?? (await freePort()) });

      expect(server.port).not.toBe(port);
      expect(await server.ask(await server.database(), 'select 1 one')).toEqual([{ one: 1 }]);
    } finally {
      other.close();
    }
  });
});
