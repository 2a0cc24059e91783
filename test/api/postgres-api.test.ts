import { mkdir, readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Api, createApi } from '../../src/api/api.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { silentLogger } from '../../src/log.ts';
import { temporaryPath } from '../../src/output/work-places.ts';
import { temporaryFolder } from '../support/cli.ts';
import { importDay, writeDay } from '../support/history.ts';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { eventually } from '../support/eventually.ts';

const lists = {
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
const people = ['Ada', 'Bob', 'Cy', 'Di', 'Eve'].map((name) =>
  user(name.toLowerCase(), { name, loginIds: [`${name}@acme.example`], userTenants: [inTenant('acme', 'Editor')] }),
);
const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;

interface Serving extends AsyncDisposable {
  readonly base: string;
}

async function serve(store: string): Promise<Serving> {
  const api: Api = createApi({ store, isLoopback: true, logger: silentLogger });
  const server: Server = createServer((request, response) => void api.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await api.close();
    },
  };
}

describe.skipIf(noPostgres !== undefined)(`the API of a store in PostgreSQL${why}`, () => {
  const stack = new AsyncDisposableStack();
  let server: TestServer;
  let url = '';
  let [inFile, inDatabase] = ['', ''];
  beforeAll(async () => {
    const folder = stack.use(await temporaryFolder());
    server = stack.use(await startPostgres());
    url = await server.database();
    const file = join(folder.path, 'access.db');
    for (const [day, users] of [people.slice(0, 1), people].entries()) {
      const sync = join(folder.path, `${day}.json`);
      await writeDay(sync, day, { ...lists, users });
      await importDay(file, sync);
      await importDay(url, sync);
    }
    inFile = stack.use(await serve(file)).base;
    inDatabase = stack.use(await serve(url)).base;
  });
  afterAll(async () => {
    await stack.disposeAsync();
  });

  async function told(base: string, path: string): Promise<{ readonly status: number; readonly body: object }> {
    const response = await fetch(`${base}${path}`);
    const text = (await response.text())
      .replaceAll(/"file":"[^"]*"/g, '"file":"..."')
      .replaceAll(/"syncId":"[^"]*"/g, '"syncId":"..."')
      .replaceAll(new RegExp(`access\\.db|${new URL(url).pathname.slice(1)}`, 'g'), 'STORE');
    expect(text).not.toContain(server.password);
    expect(text).not.toContain(String(server.port));
    return { status: response.status, body: JSON.parse(text) as object };
  }

  it.each([
    [200, '/v1/who-can?held=write'],
    [200, '/v1/who-can?held=write&tenant=Acme&directOnly=true'],
    [200, '/v1/who-can?held=write&at=2026-01-05'],
    [200, '/v1/who-can?held=write&limit=2'],
    [200, '/v1/access?principal=ada@acme.example'],
    [200, '/v1/timeline?of=Editor'],
    [200, '/v1/timeline?of=bob&limit=1'],
    [200, '/v1/list/users?match=a'],
    [200, '/v1/list/roles'],
    [200, '/v1/syncs'],
    [404, '/v1/access?principal=adda'],
    [404, '/v1/access?principal=bob&at=2026-01-05'],
    [404, '/v1/who-can?held=nothing'],
    [404, '/v1/who-can?held=write&at=2025-01-01'],
    [404, '/v1/who-can?held=write&project=P9'],
    [400, '/v1/access?principal='],
  ])('answers %i to %s as that of a file', async (status, path) => {
    const [ofFile, ofDatabase] = [await told(inFile, path), await told(inDatabase, path)];

    expect(ofDatabase).toEqual(ofFile);
    expect(ofFile.status).toBe(status);
  });

  it('goes on from page to page', async () => {
    const names: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await told(inDatabase, `/v1/who-can?held=write&limit=2${cursor && `&cursor=${cursor}`}`);
      const { rows, next = '' } = body as {
        readonly rows: readonly { readonly user: string }[];
        readonly next?: string;
      };
      names.push(...rows.map((row) => row.user));
      cursor = next;
    } while (cursor !== '');

    expect(names).toEqual(['Ada', 'Bob', 'Cy', 'Di', 'Eve']);
  });

  describe('in the folder for temporary files', () => {
    afterEach(() => {
      vi.unstubAllEnvs();
    });

    it('works where TMPDIR says, and leaves nothing there when it is stopped in the middle of a question', async () => {
      await using folder = await temporaryFolder();
      vi.stubEnv('TMPDIR', folder.path);
      const serving = await serve(url);
      expect((await fetch(`${serving.base}/v1/who-can?held=write`)).status).toBe(200);
      expect(await readdir(folder.path)).toEqual([]);
      const holder = new Client({ connectionString: url });
      await holder.connect();
      try {
        await holder.query('begin; lock table baton_descope.user_row in access exclusive mode');
        const asked = fetch(`${serving.base}/v1/who-can?held=write`).catch(() => undefined);
        await eventually(async () => expect(await readdir(folder.path)).toHaveLength(1));
        await serving[Symbol.asyncDispose]();
        await asked;
      } finally {
        await holder.end();
      }

      expect(await readdir(folder.path)).toEqual([]);
    });

    it('answers 503 where that cannot be worked in', async () => {
      await using folder = await temporaryFolder();
      vi.stubEnv('TMPDIR', join(folder.path, 'none'));
      await using serving = await serve(url);

      const response = await fetch(`${serving.base}/v1/who-can?held=write`);

      expect([response.status, await response.json()]).toMatchObject([
        503,
        {
          code: 'local-io',
          detail:
            'the folder for temporary files cannot be worked in: the folder does not exist; the service needs TMPDIR set to one',
        },
      ]);
    });

    it('takes away what a killed process left there, with a question or another reading of the store', async () => {
      await using folder = await temporaryFolder();
      vi.stubEnv('TMPDIR', folder.path);
      const left = temporaryPath().replace(`-${process.pid}-`, '-999999999-');
      await using serving = await serve(url);
      await mkdir(left);
      expect((await fetch(`${serving.base}/v1/who-can?held=write`)).status).toBe(200);
      expect(await readdir(folder.path)).toEqual([]);

      await mkdir(left);
      await using history = await openHistory(url);
      await (await history.source(await history.choose({}))).types();
      expect(await readdir(folder.path)).toEqual([expect.stringContaining(`-${process.pid}-`)]);
    });
  });

  it('answers 503 while the server is not there, and does not say where it is', async () => {
    await using serving = await serve('postgres://keeper:secret@127.0.0.1:1/lost');

    const response = await fetch(`${serving.base}/v1/syncs`);
    const text = await response.text();

    expect([response.status, JSON.parse(text)]).toMatchObject([503, { code: 'unavailable' }]);
    expect(text).toContain('cannot read lost: nothing listens there');
    expect(text).not.toMatch(/127\.0\.0\.1|keeper|secret/);
  });
});
