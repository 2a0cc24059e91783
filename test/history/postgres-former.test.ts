import { afterAll, beforeAll, describe } from 'vitest';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { describeFormer } from '../support/store-former.ts';

const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;

describe.skipIf(noPostgres !== undefined)(`a store in PostgreSQL${why}`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  describeFormer(async () => await server.database());
});
