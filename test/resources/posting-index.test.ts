import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PostingIndex } from '../../src/resources/sync/posting-index.ts';
import type { OrdinalSlice } from '../../src/resources/sync/ordinal-slice.ts';
import { heldBytes } from '../support/memory.ts';

function toArray(ordinals: OrdinalSlice): readonly number[] {
  return Array.from(ordinals.slice(0, ordinals.length));
}

/** Users, each with the things that it holds: numbers below `things`. */
const told = fc.integer({ min: 1, max: 30 }).chain((things) =>
  fc.record({
    things: fc.constant(things),
    users: fc.uniqueArray(
      fc.tuple(fc.oneof(fc.nat(300), fc.constantFrom(0, 2 ** 31 - 1)), fc.array(fc.nat(things - 1), { maxLength: 12 })),
      { maxLength: 250, selector: ([ordinal]) => ordinal },
    ),
  }),
);

describe('holdings', () => {
  it('are told by thing just as lists of their own would tell them, in the order in which the users came', () => {
    fc.assert(
      fc.property(told, ({ things, users }) => {
        const holdings = new PostingIndex();
        const model = Array.from({ length: things }, (): number[] => []);
        const numbers = model.map(() => holdings.newThing());

        for (const [ordinal, held] of users) {
          holdings.begin(ordinal);
          held.forEach((thing) => {
            holdings.hold(numbers[thing] ?? -1);
            model[thing]?.push(ordinal);
          });
        }

        expect(numbers.map((thing) => toArray(holdings.holdersOf(thing)))).toEqual(model);
        expect(numbers.map((thing) => holdings.holdersOf(thing).length)).toEqual(model.map(({ length }) => length));
      }),
      { numRuns: 200 },
    );
  });

  it('keep everything while they grow far beyond their first size', () => {
    const holdings = new PostingIndex();
    const things = Array.from({ length: 1_000 }, () => holdings.newThing());

    for (let ordinal = 0; ordinal < 20_000; ordinal += 1) {
      holdings.begin(ordinal);
      [ordinal % 1_000, (ordinal + 1) % 1_000, 7].forEach((place) => holdings.hold(things[place] ?? -1));
    }

    for (const [place, thing] of things.entries()) {
      const expected = Array.from({ length: 20 }, (_, round) => [
        round * 1_000 + ((place + 999) % 1_000),
        round * 1_000 + place,
      ])
        .flat()
        .toSorted((left, right) => left - right);
      if (place !== 7) {
        expect(toArray(holdings.holdersOf(thing))).toEqual(expected);
      }
    }
    expect(new Set(toArray(holdings.holdersOf(things[7] ?? -1))).size).toBe(20_000);
    expect(holdings.holdersOf(things[7] ?? -1).length).toBe(20_000 + 2 * 20);
  });

  it.each([1, 63, 64, 65, 128, 129, 5_000])('tell a thing that %d hold apart from those that others hold', (count) => {
    const holdings = new PostingIndex();
    const [before, thing, behind] = [holdings.newThing(), holdings.newThing(), holdings.newThing()];

    for (let ordinal = 0; ordinal < count; ordinal += 1) {
      holdings.begin(ordinal);
      [before, thing, behind]
        .slice(ordinal % 50 === 0 ? 0 : 1, ordinal % 50 === 0 ? 3 : 2)
        .forEach((held) => holdings.hold(held));
    }

    const all = Array.from({ length: count }, (_, ordinal) => ordinal);
    expect(toArray(holdings.holdersOf(thing))).toEqual(all);
    expect([before, behind].map((held) => toArray(holdings.holdersOf(held)))).toEqual([
      all.filter((ordinal) => ordinal % 50 === 0),
      all.filter((ordinal) => ordinal % 50 === 0),
    ]);
  });

  it('take little memory when very many things are held by a few each', () => {
    const before = heldBytes();
    const holdings = new PostingIndex();
    const things = Array.from({ length: 100_000 }, () => holdings.newThing());
    for (let ordinal = 0; ordinal < 30_000; ordinal += 1) {
      holdings.begin(ordinal);
      for (let place = 0; place < 10; place += 1) {
        holdings.hold((ordinal * 10 + place) % things.length);
      }
    }
    const whileReading = heldBytes() - before;
    const held = things.reduce((sum, thing) => sum + holdings.holdersOf(thing).length, 0);
    const whenAsked = heldBytes() - before;

    expect(held).toBe(300_000);
    expect(whileReading).toBeLessThan(5 * 2 ** 20);
    expect(whenAsked).toBeLessThan(5 * 2 ** 20);
  });

  it('know nobody where nobody holds', () => {
    const holdings = new PostingIndex();
    const thing = holdings.newThing();

    expect(toArray(holdings.holdersOf(thing))).toEqual([]);
  });

  it('give out a part of the holders of a thing, and never a neighbour of them', () => {
    const holdings = new PostingIndex();
    const [first, second] = [holdings.newThing(), holdings.newThing()];
    for (const ordinal of [4, 5, 6]) {
      holdings.begin(ordinal);
      holdings.hold(second);
      holdings.hold(first);
    }

    expect(Array.from(holdings.holdersOf(first).slice(1, 100))).toEqual([5, 6]);
    expect(Array.from(holdings.holdersOf(second).slice(0, 2))).toEqual([4, 5]);
    expect(Array.from(holdings.holdersOf(second).slice(3, 4))).toEqual([]);
  });

  it('refuse a user who comes after they were asked', () => {
    const holdings = new PostingIndex();
    holdings.begin(0);
    holdings.hold(holdings.newThing());
    holdings.holdersOf(0);

    expect(() => holdings.begin(1)).toThrow('before every user had come');
  });
});
