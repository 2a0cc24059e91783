import { describe, expect, it } from 'vitest';
import { consentList } from '../../src/descope/consents.ts';
import type { ReadEndpoint } from '../../src/descope/http/endpoint.ts';
import type { HttpClient } from '../../src/descope/http/http-client.ts';
import type { HttpRequest } from '../../src/descope/http/transport.ts';
import { readPagedList } from '../../src/descope/paged-list.ts';
import { thirdPartyAppList } from '../../src/descope/third-party-apps.ts';
import type { ListInPages, WholeList } from '../../src/descope/whole-list.ts';
import { ConnectorError } from '../../src/errors.ts';

const nowMs = Date.UTC(2026, 0, 2);
const old = nowMs / 1000 - 86_400;

interface Row {
  readonly id: string;
  readonly appId: string;
  readonly createdTime: number;
}

function row(id: string, createdTime = old): Row {
  return { id, appId: 'app', createdTime };
}

function rows(count: number): Row[] {
  return Array.from({ length: count }, (_, place) => row(`c${place}`));
}

function paged<T>(list: WholeList<T>, limit: number): ListInPages<T> {
  if (list.pages === undefined) {
    throw new Error('not a list in pages');
  }
  return { ...list, pages: { ...list.pages, limit } };
}

/** A service with these rows, which a test changes before a request is answered. */
class Service implements Pick<HttpClient, 'read'> {
  rows: Row[];
  requests: string[] = [];
  before: (request: number) => void = () => undefined;
  totalOf: (page: readonly Row[]) => number = () => this.rows.length;
  firstPage = 0;
  missing: readonly string[] = [];
  key = 'consents';

  constructor(given: Row[]) {
    this.rows = given;
  }

  read = async (
    { method, path }: ReadEndpoint,
    { query, json, parse }: HttpRequest,
  ): ReturnType<HttpClient['read']> => {
    await Promise.resolve();
    this.requests.push(`${method} ${path}`);
    if (this.missing.includes(method)) {
      throw new ConnectorError('upstream-contract', 'a list cannot be missing', { status: 404 });
    }
    this.before(this.requests.length);
    const [page, limit] = [Number((query ?? json)?.['page']), Number((query ?? json)?.['limit'])];
    const at = Math.max(0, page - this.firstPage) * limit;
    const shown = this.rows.slice(at, at + limit);
    const body = Buffer.from(JSON.stringify({ [this.key]: shown, total: this.totalOf(shown) }));
    parse?.(body);
    return { json: undefined, body, serverTimeMs: nowMs };
  };

  async ids(limit = 10): Promise<string[]> {
    const read = await readPagedList(this, paged(consentList, limit), undefined, () => nowMs);
    return read.map(({ id }) => id).toSorted();
  }

  get idsNow(): string[] {
    return this.rows.map(({ id }) => id).toSorted();
  }
}

describe('a list that comes in pages', () => {
  it.each([
    [0, 1],
    [1, 2],
    [10, 2],
    [11, 3],
    [95, 11],
  ])('of %i rows, ten a page, takes %i requests while nothing changes', async (count, requests) => {
    const service = new Service(rows(count));

    expect(await service.ids()).toEqual(service.idsNow);
    expect(service.requests).toHaveLength(requests);
  });

  it('is read to its end where the service gives smaller pages than asked for', async () => {
    const service = new Service(rows(95));
    const { read } = service;
    service.read = async (endpoint, request) =>
      await read(endpoint, { ...request, json: { ...request.json, limit: 7 } });

    expect(await service.ids()).toEqual(service.idsNow);
  });

  it('misses no row that moved to a page before, because one there vanished', async () => {
    const service = new Service(rows(35));
    service.before = (request) => {
      if (request === 3) {
        service.rows.splice(0, 1);
      }
    };

    expect(await service.ids()).toEqual(service.idsNow);
  });

  it('misses no such row where as many were created meanwhile, so that the number is the same', async () => {
    const service = new Service(rows(35));
    service.before = (request) => {
      if (request === 3) {
        service.rows.splice(0, 1);
        service.rows.push(row('new', nowMs / 1000));
      }
    };

    expect(await service.ids()).toEqual(service.idsNow);
  });

  it.each(['end', 'beginning'])('is believed where rows are added at the %s of it now and then', async (where) => {
    const service = new Service(rows(35));
    service.before = (request) => {
      if (request % 5 === 0) {
        const added = row(`new${request}`, nowMs / 1000);
        service.rows = where === 'end' ? [...service.rows, added] : [added, ...service.rows];
      }
    };

    expect(await service.ids()).toEqual(expect.arrayContaining(rows(35).map(({ id }) => id)));
  });

  it('holds a row once that came on two pages, because one was added before it', async () => {
    const service = new Service(rows(35));
    service.before = (request) => {
      if (request === 3) {
        service.rows.unshift(row('new', nowMs / 1000));
      }
    };

    expect(await service.ids()).toEqual(service.idsNow);
  });

  it('is whole, too, where the service counts pages from one', async () => {
    const service = new Service(rows(35));
    service.firstPage = 1;

    expect(await service.ids()).toEqual(service.idsNow);
  });

  it.each<[string, (service: Service) => void]>([
    ['the rows of the page', (service) => (service.totalOf = (page) => page.length)],
    ['none', (service) => (service.totalOf = () => 0)],
    ['more with every answer', (service) => (service.totalOf = () => service.rows.length + service.requests.length)],
    ['one too many', (service) => (service.totalOf = () => service.rows.length + 1)],
  ])('is never believed where the service counts %s', async (_, lie) => {
    const service = new Service(rows(35));
    lie(service);

    await expect(service.ids()).rejects.toMatchObject({ kind: 'inconsistent' });
  });

  it('is not believed where rows vanish in every pass', async () => {
    const service = new Service(rows(95));
    service.before = () => void service.rows.splice(0, 1);

    await expect(service.ids()).rejects.toMatchObject({ kind: 'inconsistent' });
  });

  it('that repeats one page for ever ends, and is not believed', async () => {
    const service = new Service(rows(35));
    service.firstPage = Number.POSITIVE_INFINITY;

    await expect(service.ids()).rejects.toMatchObject({ kind: 'inconsistent' });
  });

  it('is asked for in the other way where the deployment lacks the first, and is not there where it lacks both', async () => {
    const service = new Service(rows(3));
    const told: string[] = [];
    service.key = 'apps';
    service.missing = ['GET'];
    const read = async (): Promise<number> =>
      (await readPagedList(service, paged(thirdPartyAppList, 10), { onNotOffered: (what) => void told.push(what) }))
        .length;

    expect(await read()).toBe(3);
    expect(new Set(service.requests)).toEqual(
      new Set(['GET /v1/mgmt/thirdparty/apps/load', 'POST /v2/mgmt/thirdparty/apps/load']),
    );
    expect(told).toEqual([]);

    service.missing = ['GET', 'POST'];
    expect(await read()).toBe(0);
    expect(told).toEqual(['third-party apps']);
  });
});
