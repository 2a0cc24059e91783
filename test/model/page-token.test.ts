import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeToken, encodeToken, tokenNumber, tokenText } from '../../src/model/page-token.ts';

const scope = '["resources","user"]';
const refusal: unknown = expect.objectContaining({ name: 'ConnectorError', kind: 'invalid' });
const fieldsArbitrary = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string({ unit: 'binary' }), fc.nat()), {
  noNullPrototype: true,
});

/** A token with a right checksum over whatever somebody put in. */
function forged(payload: string): string {
  return `1.${payload}.${createHash('sha256').update(scope).update('\n').update(payload).digest('base64url').slice(0, 16)}`;
}

const base64url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

describe('a page token', () => {
  it('comes back as it went out', () => {
    fc.assert(
      fc.property(fieldsArbitrary, fc.string(), (fields, anyScope) => {
        expect(decodeToken(anyScope, encodeToken(anyScope, fields))).toEqual(fields);
      }),
    );
  });

  it('is refused in any other scope', () => {
    fc.assert(
      fc.property(fieldsArbitrary, fc.string(), fc.string(), (fields, one, other) => {
        fc.pre(one !== other);
        expect(() => decodeToken(other, encodeToken(one, fields))).toThrow(refusal);
      }),
    );
  });

  it('is refused with any one bit of any character changed', () => {
    const token = encodeToken(scope, { q: 12, k: 7, b: 1_767_323_029_999, n: 1050, s: 3, a: 'x' });

    for (let place = 0; place < token.length; place += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const altered = `${token.slice(0, place)}${String.fromCharCode(token.charCodeAt(place) ^ (1 << bit))}${token.slice(place + 1)}`;
        expect(() => decodeToken(scope, altered), altered).toThrow(refusal);
      }
    }
  });

  it('is refused with a character left out or put in', () => {
    const token = encodeToken(scope, { q: 12 });

    for (let place = 0; place <= token.length; place += 1) {
      expect(() =>
        decodeToken(scope, token.slice(0, place) + token.slice(place + 1) + (place === token.length ? '.' : '')),
      ).toThrow(refusal);
      for (const extra of ['A', '.', '=', ' ', '\u0000', '\u{1F600}']) {
        expect(() => decodeToken(scope, token.slice(0, place) + extra + token.slice(place))).toThrow(refusal);
      }
    }
  });

  it('is refused when it is any text that we did not make', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'binary' }),
          fc.base64String(),
          fc.stringMatching(/^\d\.[\w-]*\.[\w-]{16}$/),
        ),
        (text) => {
          expect(() => decodeToken(scope, text)).toThrow(refusal);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    '',
    '.',
    '..',
    '1..',
    '0',
    '-1',
    '2147483648',
    '{"offset":0}',
    '1.e30.',
    'x'.repeat(1024 * 1024),
    '.'.repeat(100_000),
  ])('is refused, and not taken for a beginning, when it is %j', (text) => {
    expect(() => decodeToken(scope, text)).toThrow(refusal);
  });

  it('of another version is refused', () => {
    const token = encodeToken(scope, { q: 1 });

    expect(() => decodeToken(scope, `${Number(token[0]) + 1}${token.slice(1)}`)).toThrow(refusal);
  });

  it.each(['null', '[]', '1', '"x"', 'true', '', 'not json', '{', '\u0000'])(
    'with a forged checksum over %j is refused: the checksum has no key',
    (text) => {
      expect(() => decodeToken(scope, forged(base64url(text)))).toThrow(refusal);
    },
  );

  it('carries no more than a few hundred bytes for the longest names', () => {
    const token = encodeToken(scope, { t: '\u0001'.repeat(511), n: '\u0001'.repeat(511) });

    expect(decodeToken(scope, token)).toEqual({ t: '\u0001'.repeat(511), n: '\u0001'.repeat(511) });
    expect(token.length).toBeLessThan(16 * 1024);
  });
});

describe('a field of a token', () => {
  it.each([-1, 0.5, 2 ** 53, Number.NaN, '1', undefined])('is refused as a number when it is %s', (value) => {
    expect(() => tokenNumber(value === undefined ? {} : { q: value }, 'q')).toThrow(refusal);
  });

  it.each([0, 1, 2 ** 31, Number.MAX_SAFE_INTEGER])('is the number %d', (value) => {
    expect(tokenNumber({ q: value }, 'q')).toBe(value);
  });

  it('is a text, empty when absent, and refused when it is none', () => {
    expect(tokenText({ a: 'x' }, 'a')).toBe('x');
    expect(tokenText({}, 'a')).toBe('');
    expect(() => tokenText({ a: 1 }, 'a')).toThrow(refusal);
  });
});
