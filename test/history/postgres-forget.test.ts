import { afterAll, beforeAll, describe } from 'vitest';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { itForgets } from '../support/store-forgetting.ts';
import { storeInPostgres } from '../support/store-kinds.ts';

const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;

describe.skipIf(noPostgres !== undefined)(`somebody who is forgotten in a store in PostgreSQL${why}`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  itForgets(() => storeInPostgres(server));
});
