import { fromJson, toBinary } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAttributes } from '../../src/model/profile.ts';
import type { CutCounter, DropReason } from '../../src/model/text.ts';

function counter(): CutCounter & { readonly dropped: number; readonly reasons: readonly DropReason[] } {
  const counts = { dropped: 0, reasons: new Array<DropReason>() };
  return Object.assign(counts, {
    textCut: () => undefined,
    attributesDropped: (reason: DropReason) => {
      counts.dropped += 1;
      counts.reasons.push(reason);
    },
  });
}

const parsed = (json: string): Record<string, unknown> => JSON.parse(json) as Record<string, unknown>;

function nested(levels: number): unknown {
  return levels === 0 ? 'end' : { in: nested(levels - 1) };
}

describe('custom attributes', () => {
  it.each([
    { json: '{}', expected: {}, dropped: 0 },
    {
      json: '{"a":1,"b":"x","c":true,"d":null,"e":[1,[2]],"f":{"g":{}}}',
      expected: { a: 1, b: 'x', c: true, d: null, e: [1, [2]], f: { g: {} } },
      dropped: 0,
    },
    { json: '{"n":1e999,"m":-1e999,"a":1}', expected: { a: 1 }, dropped: 2 },
    { json: '{"list":[1e999,1]}', expected: { list: [null, 1] }, dropped: 1 },
    {
      json: '{"id":9007199254740993,"ok":9007199254740991,"small":-9007199254740992,"half":0.5,"big":1e20}',
      expected: { ok: 9007199254740991, half: 0.5 },
      dropped: 3,
    },
    { json: '{"__proto__":{"isAdmin":true},"a":1}', expected: { a: 1 }, dropped: 1 },
    {
      json: '{"a":{"__proto__":1,"constructor":2,"toString":3}}',
      expected: { a: { constructor: 2, toString: 3 } },
      dropped: 1,
    },
    { json: '{"a\\ud800":"b\\ud800"}', expected: { 'a\uFFFD': 'b\uFFFD' }, dropped: 0 },
  ])('$json is carried as $expected, with $dropped left out', ({ json, expected, dropped }) => {
    const cuts = counter();

    const carried = toAttributes(parsed(json), cuts);

    expect(carried).toEqual(expected);
    expect(cuts.dropped).toBe(dropped);
    expect(Object.getPrototypeOf(carried)).toBe(Object.prototype);
    expect('isAdmin' in carried).toBe(false);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, 1n, Symbol('x'), () => 1])(
    'leave out what is no JSON',
    (value) => {
      const cuts = counter();

      expect(toAttributes({ value, a: 1 }, cuts)).toEqual({ a: 1 });

      expect(cuts.dropped).toBe(1);
    },
  );

  it('tell why one is left out', () => {
    const cuts = counter();

    toAttributes({ n: 2 ** 53, deep: nested(5000), ['__proto__']: 1 }, cuts);
    toAttributes({ essay: 'x'.repeat(300_000) }, cuts);

    expect(cuts.reasons).toEqual(['inexactNumber', 'tooDeep', 'reservedName', 'tooLarge']);
  });

  it('reach sixteen levels down, and no deeper', () => {
    const cuts = counter();

    const carried = toAttributes({ ok: nested(15), deep: nested(5000) }, cuts);

    expect(carried['ok']).toEqual(nested(15));
    expect(JSON.stringify(carried['deep'])).not.toContain('end');
    expect(cuts.dropped).toBe(1);
  });

  it.each([
    ['10 MB in one', { essay: 'x'.repeat(10_000_000) }],
    [
      'many that add up',
      Object.fromEntries(Array.from({ length: 3000 }, (_, place) => [`k${place}`, 'x'.repeat(100)])),
    ],
    ['wide characters', { text: '\u4E2D'.repeat(100_000) }],
    ['small numbers, which grow on the wire', { list: Array.from({ length: 100_000 }, () => 1) }],
  ])('that are too large are left out as a whole, and counted: %s', (_what, attributes) => {
    const cuts = counter();

    expect(toAttributes(attributes, cuts)).toEqual({});

    expect(cuts.dropped).toBe(1);
  });

  it.each([
    ['a large text', { essay: 'x'.repeat(250_000) }],
    ['numbers', { list: Array.from({ length: 20_000 }, () => 1) }],
  ])('that are just small enough are carried: %s', (_what, attributes) => {
    expect(toAttributes(attributes)).toEqual(attributes);
  });

  it('fit into a Struct of 256 KiB, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.anything({ withBigInt: true, withDate: false })),
        (attributes) => {
          const struct = fromJson(StructSchema, toAttributes(attributes));

          expect(toBinary(StructSchema, struct).length).toBeLessThanOrEqual(256 * 1024);
        },
      ),
      { numRuns: 500 },
    );
  });
});
