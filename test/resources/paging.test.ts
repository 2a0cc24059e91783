import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import { type Listing, listings } from '../support/listings.ts';
import type { DescopeModel, ModelRequest } from '../support/descope-model.ts';
import { createProject } from '../support/project-fixture.ts';
import { allPages, connectorOf, followingTokens, idsOf } from '../support/walker.ts';

const cases = listings.map((listing) => [listing.name, listing] as const);

/** Lengths of the pages that `count` rows make. */
function chunks(count: number, size: number): number[] {
  const whole = Array.from({ length: Math.floor(count / size) }, () => size);
  return count % size === 0 && count > 0 ? whole : [...whole, count % size];
}

async function pagesOf(listing: Listing, project: DescopeModel, pageSize = 0): Promise<string[][]> {
  const connector = connectorOf(project, { tenantRoles: listing.tenantRoles });
  const pages = await allPages((pageToken) => listing.ask(connector, { pageSize, pageToken }));
  return pages.map((page) => idsOf(page));
}

/** Every token that a listing gives out, '' first, and the rows that it led to. */
async function tokensOf(
  ask: (pageToken: string) => ReturnType<Listing['ask']>,
): Promise<{ token: string; ids: string[]; following: string[] }[]> {
  const seen: { token: string; ids: string[]; following: string[] }[] = [];
  await allPages(async (token) => {
    const page = await ask(token);
    seen.push({ token, ids: idsOf(page.list), following: followingTokens(page) });
    return page;
  });
  return seen;
}

/**
 * Tokens that the first pages of a walk gave out and did not come to: what a client that restarts there still has to
 * ask.
 */
function openTokens(
  pages: readonly { readonly token: string; readonly following: readonly string[] }[],
  done: number,
): string[] {
  const asked = new Set(pages.slice(0, done).map(({ token }) => token));
  return done === 0
    ? ['']
    : pages.slice(0, done).flatMap(({ following }) => following.filter((token) => !asked.has(token)));
}

function failOnce(
  project: DescopeModel,
  isMeant: (request: ModelRequest, place: number) => boolean,
): { readonly hasFired: boolean } {
  const fault = { hasFired: false };
  project.onRequest = (request, place) => {
    if (!fault.hasFired && isMeant(request, place)) {
      fault.hasFired = true;
      throw new ConnectorError('unavailable', 'planted');
    }
  };
  return fault;
}

describe.each(cases)('a listing of %s', (_name, listing) => {
  it('is one empty page when there is nothing', async () => {
    const pages = await pagesOf(listing, createProject(listing.rowsOf(0)));

    expect(pages).toEqual([[]]);
  });

  it.each([
    { count: 1, pageSize: 0, what: 'a single row' },
    { count: 3, pageSize: 7, what: 'one page' },
    { count: 7, pageSize: 7, what: 'exactly one full page' },
    { count: 8, pageSize: 7, what: 'two pages' },
    { count: 14, pageSize: 7, what: 'exactly two full pages' },
    { count: 11, pageSize: 1, what: 'pages of one' },
    { count: 100, pageSize: 100, what: 'a full page of 100' },
    { count: 101, pageSize: 100, what: 'a page of 100 and one more' },
    { count: 200, pageSize: 7, what: 'many pages' },
    { count: 251, pageSize: 250, what: 'the largest page and one more' },
    { count: 251, pageSize: 0, what: 'pages of our own size' },
  ])('comes as $what: $count rows, page_size $pageSize', async ({ count, pageSize }) => {
    const pages = await pagesOf(listing, createProject(listing.rowsOf(count)), pageSize);

    const ids = pages.flat();
    const limit = Math.min(listing.ownLimit, pageSize === 0 ? 250 : pageSize);
    expect(new Set(ids).size).toBe(count);
    expect(ids).toHaveLength(count);
    if (listing.ownLimit % limit === 0 && !listing.isSplit) {
      expect(pages.map((page) => page.length)).toEqual(chunks(count, limit));
    } else {
      expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(limit);
    }
  });

  it('gives the same rows for a token that comes again, and goes on as if it had not', async () => {
    const project = createProject(listing.rowsOf(260));
    const connector = connectorOf(project, { tenantRoles: listing.tenantRoles });
    const undisturbed = await pagesOf(listing, createProject(listing.rowsOf(260)), 50);

    const pages = await allPages(async (pageToken) => {
      const first = await listing.ask(connector, { pageSize: 50, pageToken });
      const again = await listing.ask(connector, { pageSize: 50, pageToken });
      expect(idsOf(again.list)).toEqual(idsOf(first.list));
      expect(again.nextPageToken).toBe(first.nextPageToken);
      return again;
    });

    expect(pages.map((page) => idsOf(page))).toEqual(undisturbed);
  });

  it('gives the same rows when every old token is replayed after the end, in the opposite order', async () => {
    const connector = connectorOf(createProject(listing.rowsOf(260)), { tenantRoles: listing.tenantRoles });
    const seen = await tokensOf((pageToken) => listing.ask(connector, { pageSize: 50, pageToken }));

    for (const { token, ids } of seen.toReversed()) {
      const page = await listing.ask(connector, { pageSize: 50, pageToken: token });
      expect(idsOf(page.list)).toEqual(ids);
    }

    expect(seen.length).toBeGreaterThan(5);
  });

  it('answers two callers with one token alike', async () => {
    const project = createProject(listing.rowsOf(260));
    const connector = connectorOf(project, { tenantRoles: listing.tenantRoles });

    const pages = await allPages(async (pageToken) => {
      const [one, other] = await Promise.all([
        listing.ask(connector, { pageSize: 90, pageToken }),
        listing.ask(connector, { pageSize: 90, pageToken }),
      ]);
      expect(idsOf(one.list)).toEqual(idsOf(other.list));
      expect(one.nextPageToken).toBe(other.nextPageToken);
      return one;
    });

    expect(new Set(pages.flatMap((page) => idsOf(page))).size).toBe(260);
  });

  it.each(listings.filter((other) => other !== listing).map((other) => [other.name, other] as const))(
    'refuses a token of %s',
    async (_otherName, other) => {
      const project = createProject(other.rowsOf(3));
      const { nextPageToken } = await other.ask(connectorOf(project, { tenantRoles: other.tenantRoles }), {
        pageSize: 1,
      });
      project.requests.length = 0;

      const refused = listing.ask(connectorOf(project, { tenantRoles: listing.tenantRoles }), {
        pageToken: nextPageToken,
      });

      await expect(refused).rejects.toMatchObject({ kind: 'invalid' });
      expect(project.requests).toEqual([]);
    },
  );

  it('fails with the request that failed, whichever it was, and gives every row when asked again', async () => {
    const undisturbed = createProject(listing.rowsOf(260));
    const expected = (await pagesOf(listing, undisturbed, 100)).flat();
    const requestCount = undisturbed.requests.length;
    let failures = 0;

    for (let place = 0; place < requestCount; place += 1) {
      const project = createProject(listing.rowsOf(260));
      const connector = connectorOf(project, { tenantRoles: listing.tenantRoles });
      const fault = failOnce(project, (_, requested) => requested === place);
      const pages = await allPages(async (pageToken) => {
        try {
          return await listing.ask(connector, { pageSize: 100, pageToken });
        } catch (thrown) {
          expect(thrown).toMatchObject({ kind: 'unavailable' });
          failures += 1;
          return await listing.ask(connector, { pageSize: 100, pageToken });
        }
      });
      expect(fault.hasFired).toBe(true);
      expect(pages.flatMap((page) => idsOf(page)).toSorted()).toEqual(expected.toSorted());
    }

    expect(failures).toBe(requestCount);
  });

  it('is gone on with by a connector that never saw its beginning: together they tell every row', async () => {
    const rows = listing.rowsOf(260);
    const whole = createProject(rows);
    const expected = (await pagesOf(listing, whole, 45)).flat();
    const warm = connectorOf(createProject(rows), { tenantRoles: listing.tenantRoles });
    const boundaries = await tokensOf((pageToken) => listing.ask(warm, { pageSize: 45, pageToken }));

    for (const place of boundaries.keys()) {
      const project = createProject(rows);
      const cold = connectorOf(project, { tenantRoles: listing.tenantRoles });
      const before = boundaries.slice(0, place);
      const open = openTokens(boundaries, place);
      const after = [];
      for (const token of open) {
        after.push(
          ...(await allPages((pageToken) => listing.ask(cold, { pageSize: 45, pageToken }), token)).flatMap((page) =>
            idsOf(page),
          ),
        );
      }
      expect(new Set([...before.flatMap(({ ids }) => ids), ...after])).toEqual(new Set(expected));
      expect(project.requests.length).toBeLessThanOrEqual(whole.requests.length + 3);
    }

    expect(boundaries.length).toBeGreaterThan(5);
  });
});
