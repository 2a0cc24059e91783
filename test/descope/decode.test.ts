import { describe, expect, it } from 'vitest';
import {
  DecodeError,
  flag,
  identities,
  identity,
  integer,
  type JsonObject,
  object,
  objects,
  optionalIdentity,
  text,
  texts,
} from '../../src/descope/decode.ts';

const loneSurrogate = JSON.parse('"a\\ud800b"') as string;

/** A record as it comes from the wire: `__proto__` is then a key like any other. */
function record(json: string): JsonObject {
  return JSON.parse(json) as JsonObject;
}

describe('an absent optional field has its zero value', () => {
  it.each([
    ['missing', {}],
    ['null', { k: null }],
  ])('when it is %s', (_, absent) => {
    expect(text(absent, 'k')).toBe('');
    expect(flag(absent, 'k')).toBe(false);
    expect(integer(absent, 'k')).toBeUndefined();
    expect(optionalIdentity(absent, 'k')).toBe('');
    expect(identities(absent, 'k')).toEqual([]);
    expect(texts(absent, 'k')).toEqual([]);
    expect(object(absent, 'k')).toEqual({});
    expect(objects(absent, 'k', (item) => item)).toEqual([]);
  });
});

describe('an identity', () => {
  it.each(['a', ' ', ' padded ', 'é', 'e\u0301', '😀', '\u0000', '\u202eabc', '__proto__', '../x', 'a:b', '\r\n'])(
    'is %j, exactly as it came',
    (id) => {
      expect(identity({ id }, 'id')).toBe(id);
      expect(optionalIdentity({ id }, 'id')).toBe(id);
      expect(identities({ ids: [id] }, 'ids')).toEqual([id]);
    },
  );

  it.each([
    ['missing', {}],
    ['null', { id: null }],
    ['empty', { id: '' }],
    ['a number', { id: 7 }],
    ['a boolean', { id: true }],
    ['an object', { id: { id: 'a' } }],
    ['a list', { id: ['a'] }],
    ['broken by a lone surrogate', { id: loneSurrogate }],
  ])('is refused when it is %s', (_, broken) => {
    expect(() => identity(broken, 'id')).toThrow(DecodeError);
  });

  it('that is optional is still refused when it is of another type or broken', () => {
    expect(() => optionalIdentity({ id: 7 }, 'id')).toThrow(DecodeError);
    expect(() => optionalIdentity({ id: loneSurrogate }, 'id')).toThrow(DecodeError);
  });
});

describe('a list of identities', () => {
  it('drops repeats and keeps the order', () => {
    expect(identities({ names: ['b', 'a', 'b', 'A'] }, 'names')).toEqual(['b', 'a', 'A']);
  });

  it.each([
    ['an empty name', ['a', '']],
    ['a null', [null]],
    ['a number', ['a', 7]],
    ['an object', [{}]],
    ['a broken name', [loneSurrogate]],
  ])('is refused for %s in it', (_, names) => {
    expect(() => identities({ names }, 'names')).toThrow(DecodeError);
  });

  it.each([
    ['a string', 'admin'],
    ['an object', { 0: 'admin' }],
    ['false', false],
    ['zero', 0],
  ])('is refused when it is %s instead', (_, names) => {
    expect(() => identities({ names }, 'names')).toThrow(DecodeError);
    expect(() => texts({ names }, 'names')).toThrow(DecodeError);
    expect(() => objects({ names }, 'names', (item) => item)).toThrow(DecodeError);
  });
});

describe('a whole number', () => {
  it.each([
    [1_700_000_000, 1_700_000_000],
    ['1700000000', 1_700_000_000],
    [0, 0],
    ['0', 0],
    [-5, -5],
    ['-5', -5],
    [2 ** 53 - 1, 2 ** 53 - 1],
    ['9007199254740991', 2 ** 53 - 1],
    ['', undefined],
  ])('may be %j', (value, expected) => {
    expect(integer({ value }, 'value')).toBe(expected);
  });

  it.each([
    [1.5],
    ['1.5'],
    [2 ** 53],
    ['9007199254740992'],
    ['99999999999999999999'],
    ['0x10'],
    ['1e3'],
    [' 1'],
    ['soon'],
    [true],
    [[]],
    [{}],
  ])('may not be %j', (value) => {
    expect(() => integer({ value }, 'value')).toThrow(DecodeError);
  });
});

describe('a field of another type is a fault, never a silent blank', () => {
  it.each([
    ['a text that is a number', () => text({ k: 7 }, 'k')],
    ['a text that is an object', () => text({ k: {} }, 'k')],
    ['a flag that is a string', () => flag({ k: 'true' }, 'k')],
    ['a flag that is a number', () => flag({ k: 1 }, 'k')],
    ['an object that is a list', () => object({ k: [] }, 'k')],
    ['an object that is a string', () => object({ k: 'a' }, 'k')],
    ['texts with a number among them', () => texts({ k: ['a', 7] }, 'k')],
    ['objects with a null among them', () => objects({ k: [null] }, 'k', (item) => item)],
  ])('%s', (_, decode) => {
    expect(decode).toThrow(DecodeError);
  });
});

describe('the prototype', () => {
  it('is never read', () => {
    expect(text({}, 'toString')).toBe('');
    expect(() => identity({}, 'constructor')).toThrow(DecodeError);
    expect(object({}, '__proto__')).toEqual({});
  });

  it('is not changed by a record that names it', () => {
    const hostile = record(
      '{"__proto__": {"userId": "U-evil", "test": true}, "constructor": {"prototype": {"test": true}}}',
    );

    expect(() => identity(hostile, 'userId')).toThrow(DecodeError);
    expect(flag(hostile, 'test')).toBe(false);
    expect(({} as { test?: boolean }).test).toBeUndefined();
  });
});

it('a fault in a nested record says where it was, and repeats no value', () => {
  const outer = { tenants: [{ id: 'T1' }, { id: 'secret', roles: [{ id: 42 }] }] };

  const decode = (): unknown =>
    objects(outer, 'tenants', (tenant) => objects(tenant, 'roles', (role) => identity(role, 'id')));

  expect(decode).toThrow('tenants[1]: roles[0]: "id" is missing or not a string');
});
