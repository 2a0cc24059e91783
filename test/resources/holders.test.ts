import { describe, expect, it } from 'vitest';
import { IdTable } from '../../src/descope/users/id-table.ts';
import { grantRowsOf } from '../../src/model/grant-row.ts';
import type { TokenFields } from '../../src/model/page-token.ts';
import { holdersPage } from '../../src/resources/sync/holder-grants.ts';
import { type Holders, indexedHolders, listedHolders } from '../../src/resources/sync/holders.ts';
import { entitlementRef } from '../../src/model/ids.ts';
import { OrdinalSlice } from '../../src/resources/sync/ordinal-slice.ts';

const ids = Array.from({ length: 11 }, (_, place) => `U${String(place).padStart(3, '0')}`);

function indexed(readId = 'read'): Holders {
  const users = new IdTable();
  ['nobody', ...ids].forEach((id) => users.add(id));
  return indexedHolders(readId, new OrdinalSlice(Uint32Array.from(ids.keys()).map((place) => place + 1)), users);
}

/** The user ids of one page after the other, from a cursor on. */
function pagesOf(holders: Holders, limit: number, from?: TokenFields): readonly (readonly string[])[] {
  const pages: (readonly string[])[] = [];
  let cursor = from;
  do {
    const { rows, next } = holdersPage(holders, { cursor, limit }, (users) =>
      grantRowsOf(entitlementRef('tenant', 'T1'), 'user', users),
    );
    pages.push(rows.map(({ message }) => message.principal?.id?.resource ?? ''));
    cursor = next;
  } while (cursor !== undefined);
  return pages;
}

describe.each([
  ['as a full read knows them', () => indexed()],
  ['as a search found them', () => listedHolders(ids)],
] as const)('holders %s', (_name, create) => {
  it.each([1, 3, 11, 250])('are all told, once and in order, in pages of %i', (limit) => {
    const pages = pagesOf(create(), limit);

    expect(pages.flat()).toEqual(ids);
    expect(pages).toHaveLength(Math.ceil(ids.length / limit));
  });

  it('are one empty page when there is none', () => {
    expect(pagesOf(listedHolders([]), 3)).toEqual([[]]);
  });
});

describe('a cursor of another time', () => {
  it('goes on behind the same user when a search was made anew and somebody is gone', () => {
    const { next } = holdersPage(listedHolders(ids), { cursor: undefined, limit: 4 }, (users) =>
      grantRowsOf(entitlementRef('tenant', 'T1'), 'user', users),
    );

    expect(pagesOf(listedHolders(ids.filter((id) => id !== 'U001' && id !== 'U003')), 250, next).flat()).toEqual(
      ids.slice(4),
    );
  });

  it('begins again when the users were read anew, since places mean something else there', () => {
    const { next } = holdersPage(indexed('before'), { cursor: undefined, limit: 4 }, (users) =>
      grantRowsOf(entitlementRef('tenant', 'T1'), 'user', users),
    );

    expect(pagesOf(indexed('after'), 250, next).flat()).toEqual(ids);
  });
});
