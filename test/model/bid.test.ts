import { assert, constantFrom, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseResourceBid, resourceBid } from '../../src/model/bid.ts';

describe('the Baton id of a resource', () => {
  it.each([
    ['bid:r:user/U2abc', { typeId: 'user', id: 'U2abc' }],
    [
      'bid:r:tenant/acme/role/acme\\/Editor',
      { typeId: 'role', id: 'acme/Editor', parent: { typeId: 'tenant', id: 'acme' } },
    ],
    ['bid:r:role/a\\:b\\\\c', { typeId: 'role', id: 'a:b\\c' }],
  ])('%s', (text, resource) => {
    expect(parseResourceBid(text)).toEqual(resource);
    expect(resourceBid(resource)).toBe(text);
  });

  it('is what it was made of, whatever the parts hold', () => {
    const part = string({ minLength: 1, unit: constantFrom('a', '/', ':', '\\', '%', 'é') });
    const ref = record({ typeId: part, id: part });
    assert(
      property(record({ typeId: part, id: part, parent: ref }, { requiredKeys: ['typeId', 'id'] }), (resource) => {
        expect(parseResourceBid(resourceBid(resource))).toEqual(resource);
      }),
    );
  });

  it.each([
    '',
    'user/U2abc',
    'arn:r:user/U2abc',
    'bid:r:',
    'bid:r:user',
    'bid:r:user/',
    'bid:r:/U2abc',
    'bid:r:a/b/c',
    'bid:r:a/b/c/d/e/f',
    'bid:r:user/U2abc:member',
    'bid:e:tenant/acme:member',
    'bid:r:user/U2\\abc',
    'bid:r:user/U2abc\\',
    'bid/r:user/U2abc',
  ])('is not %j', (text) => {
    expect(parseResourceBid(text)).toBeUndefined();
  });
});
