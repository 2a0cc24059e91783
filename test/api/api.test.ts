import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from '../../src/api/api.ts';
import { openApiDocument } from '../../src/api/document.ts';
import { type EndpointName, endpoints } from '../../src/api/endpoints.ts';
import { problem } from '../../src/api/schemas.ts';
import { silentLogger } from '../../src/log.ts';
import { importDay, writeDay } from '../support/history.ts';
import { temporaryFolder } from '../support/cli.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

const lists = {
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
const person = (name: string): ReturnType<typeof user> =>
  user(name.toLowerCase(), {
    name,
    loginIds: [`${name.toLowerCase()}@acme.example`],
    userTenants: [inTenant('acme', 'Editor')],
  });
const people = ['Ada', 'Bob', 'Cy', 'Di', 'Eve'].map(person);

interface Body extends Readonly<Record<string, unknown>> {
  readonly next?: string;
}

describe('the API', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let api: Api;
  let server: Server;
  let base = '';
  const told: (readonly [string, number])[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    for (const [day, users] of [people.slice(0, 1), people].entries()) {
      const file = join(folder.path, `${day}.json`);
      await writeDay(file, day, { ...lists, users });
      await importDay(join(folder.path, 'access.db'), file);
    }
    api = createApi({
      store: join(folder.path, 'access.db'),
      isLoopback: true,
      logger: silentLogger,
      onRequest: (endpoint, status) => told.push([endpoint, status]),
    });
    server = createServer((request, response) => {
      if (!api.answer(request, response)) {
        response.writeHead(418).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await api.close();
    await folder[Symbol.asyncDispose]();
  });

  const ask = async (path: string): Promise<{ readonly status: number; readonly body: Body }> => {
    const answer = await fetch(`${base}${path}`);
    return { status: answer.status, body: (await answer.json()) as Body };
  };

  it('answers who can do something, page by page, each row once', async () => {
    const users: string[] = [];
    let cursor = '';
    let pages = 0;
    do {
      const { status, body } = await ask(`/v1/who-can?held=write&limit=2${cursor}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ question: 'who-can', permission: 'write', file: 'access.db', counts: { users: 5 } });
      users.push(...(body['rows'] as readonly { readonly user: string }[]).map((row) => row.user));
      cursor = body.next === undefined ? '' : `&cursor=${body.next}`;
      pages += 1;
    } while (cursor !== '');

    expect({ users, pages }).toEqual({ users: ['Ada', 'Bob', 'Cy', 'Di', 'Eve'], pages: 3 });
  });

  it('answers every endpoint in the shape that its description has', async () => {
    const document = openApiDocument() as {
      readonly paths: Readonly<Record<string, { readonly get: { readonly responses: { readonly 200: object } } }>>;
    };
    const ajv = addFormats.default(new Ajv2020.default({ strict: false }));
    ajv.addSchema({ ...document, $id: 'openapi' });
    const paths = {
      '/v1/who-can': ['?held=write', '?held=Editor&directOnly=true', '?held=write&tenant=Acme&at=2026-01-05'],
      '/v1/access': ['?principal=ada@acme.example', '?principal=Bob&limit=1'],
      '/v1/timeline': ['?of=bob', '?of=Editor', '?of=acme&limit=1'],
      '/v1/list/{kind}': ['users', 'users?match=d', 'tenants', 'roles', 'permissions'],
      '/v1/syncs': ['', '?limit=1'],
    } satisfies Record<EndpointName, readonly string[]>;
    let rows = 0;
    for (const [name, queries] of Object.entries(paths)) {
      const pointer = ['paths', name, 'get', 'responses', '200', 'content', 'application/json', 'schema'];
      const isValid = ajv.compile({
        $ref: `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('/', '~1'))).join('/')}`,
      });
      for (const query of queries) {
        const { status, body } = await ask(name.replace('{kind}', '') + query);

        expect({ query, status, flaws: isValid(body) ? [] : isValid.errors }).toEqual({
          query,
          status: 200,
          flaws: [],
        });
        // nothing that is not described
        expect(endpoints[name as EndpointName].answer.strict().safeParse(body).error).toBeUndefined();
        rows += ((body['rows'] ?? body['events']) as readonly unknown[]).length;
      }
    }
    expect(rows).toBeGreaterThan(20);
  });

  it('says of a day what was so on that day', async () => {
    const users = async (at: string): Promise<readonly unknown[]> =>
      ((await ask(`/v1/list/users?at=${at}`)).body['rows'] as readonly { readonly name: string }[]).map(
        ({ name }) => name,
      );

    expect(await users('2026-01-05')).toEqual(['Ada']);
    expect(await users('2026-01-06T06:00:00Z')).toEqual(['Ada', 'Bob', 'Cy', 'Di', 'Eve']);
  });

  it('goes on with the sync that it began with, when another one has come', async () => {
    const first = await ask('/v1/list/users?limit=3');
    const file = join(folder.path, 'later.json');
    await writeDay(file, 2, { ...lists, users: [person('Abe')] });
    await importDay(join(folder.path, 'access.db'), file);

    const second = await ask(`/v1/list/users?limit=3&cursor=${first.body.next ?? ''}`);
    const anew = await ask('/v1/list/users');

    const names = ({ body }: typeof first): unknown =>
      (body['rows'] as readonly { readonly name: string }[]).map(({ name }) => name);
    expect([names(first), names(second), names(anew)]).toEqual([['Ada', 'Bob', 'Cy'], ['Di', 'Eve'], ['Abe']]);
  });

  it.each([
    ['/v1/who-can', 400, 'the parameter "held" is missing'],
    ['/v1/who-can?held=', 400, 'the parameter "held" is empty'],
    ['/v1/who-can?held=write&held=read', 400, 'the parameter "held" is given twice'],
    ['/v1/who-can?held=write&humans=1', 400, 'there is no parameter "humans": /v1/who-can takes held, tenant'],
    ['/v1/who-can?held=write&directOnly=yes', 400, 'the parameter "directOnly" must be one of true, false'],
    ['/v1/who-can?held=write&limit=0', 400, 'the parameter "limit" must be a whole number from 1 to 1000'],
    ['/v1/who-can?held=write&limit=1001', 400, 'the parameter "limit" must be a whole number from 1 to 1000'],
    ['/v1/who-can?held=write&at=2026-02-30', 400, 'the parameter "at" must be a day'],
    ['/v1/who-can?held=write&at=9999-01-01', 400, 'the parameter "at" must not be in the future'],
    ['/v1/who-can?held=write&cursor=abc', 400, 'the parameter "cursor" is not of this question'],
    [`/v1/who-can?held=${'x'.repeat(1_001)}`, 400, 'the parameter "held" has more than 1000 characters'],
    ['/v1/who-can?held=write&at=2020-01-01', 404, 'access.db knows nothing of 2020-01-01T23:59:59.999Z'],
    ['/v1/who-can?held=wriet', 404, 'there is no permission, role or other thing to hold "wriet" in access.db'],
    ['/v1/access?principal=nobody&project=P1', 404, 'holds nothing of project P1'],
    ['/v1/list/access_keys', 404, 'does not tell of access keys'],
    ['/v1/list/planes', 404, 'there is /v1/who-can'],
    ['/v1/__proto__', 404, 'there is /v1/who-can'],
    ['/v1/list/{kind}', 404, 'there is /v1/who-can'],
  ])('refuses %s as a problem, %i', async (path, status, detail) => {
    const answer = await fetch(base + path);
    const body = (await answer.json()) as Record<string, unknown>;

    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status,
      type: 'application/problem+json',
    });
    expect(problem.strict().parse(body)).toMatchObject({ status, detail: expect.stringContaining(detail) as string });
    expect(JSON.stringify(body)).not.toContain(folder.path);
  });

  it('takes no other method, answers HEAD without a body, and leaves other paths to others', async () => {
    const posted = await fetch(`${base}/v1/syncs`, { method: 'POST', body: 'x' });
    const head = await fetch(`${base}/v1/syncs`, { method: 'HEAD' });

    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect([head.status, Number(head.headers.get('content-length')) > 100, await head.text()]).toEqual([200, true, '']);
    expect((await fetch(`${base}/health`)).status).toBe(418);
  });

  it('answers under no name but those of this machine: a page in a browser may have another one', async () => {
    const statusFor = async (host: string): Promise<number | undefined> =>
      await new Promise((resolve) => {
        httpRequest(`${base}/v1/syncs`, { headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).end();
      });

    expect(
      await Promise.all(['localhost:1', '127.0.0.1', '[::1]:8081', 'evil.example', 'evil.example:8081'].map(statusFor)),
    ).toEqual([200, 200, 200, 421, 421]);
  });

  it('tells whoever counts the endpoint and the status, and nothing that a caller made up', async () => {
    told.length = 0;
    await ask('/v1/list/users?match=ada');
    await ask('/v1/ada@acme.example');

    expect(told).toEqual([
      ['/v1/list/{kind}', 200],
      ['none', 404],
    ]);
  });
});
