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

describe('the index of postings', () => {
  it('gives the holders of each thing in the order in which the users came', () => {
    fc.assert(
      fc.property(told, ({ things, users }) => {
        const index = new PostingIndex();
        const model = Array.from({ length: things }, (): number[] => []);
        const numbers = model.map(() => index.newThing());

        for (const [ordinal, held] of users) {
          index.begin(ordinal);
          held.forEach((thing) => {
            index.hold(numbers[thing] ?? -1);
            model[thing]?.push(ordinal);
          });
        }

        expect(numbers.map((thing) => toArray(index.holdersOf(thing)))).toEqual(model);
        expect(numbers.map((thing) => index.holdersOf(thing).length)).toEqual(model.map(({ length }) => length));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps everything while it grows far beyond its first size', () => {
    const index = new PostingIndex();
    const things = Array.from({ length: 1_000 }, () => index.newThing());

    for (let ordinal = 0; ordinal < 20_000; ordinal += 1) {
      index.begin(ordinal);
      [ordinal % 1_000, (ordinal + 1) % 1_000, 7].forEach((place) => index.hold(things[place] ?? -1));
    }

    for (const [place, thing] of things.entries()) {
      const expected = Array.from({ length: 20 }, (_, round) => [
        round * 1_000 + ((place + 999) % 1_000),
        round * 1_000 + place,
      ])
        .flat()
        .toSorted((left, right) => left - right);
      if (place !== 7) {
        expect(toArray(index.holdersOf(thing))).toEqual(expected);
      }
    }
    expect(new Set(toArray(index.holdersOf(things[7] ?? -1))).size).toBe(20_000);
    expect(index.holdersOf(things[7] ?? -1).length).toBe(20_000 + 2 * 20);
  });

  it.each([1, 63, 64, 65, 128, 129, 5_000])('tells a thing with %d holders apart from other things', (count) => {
    const index = new PostingIndex();
    const [before, thing, behind] = [index.newThing(), index.newThing(), index.newThing()];

    for (let ordinal = 0; ordinal < count; ordinal += 1) {
      index.begin(ordinal);
      [before, thing, behind]
        .slice(ordinal % 50 === 0 ? 0 : 1, ordinal % 50 === 0 ? 3 : 2)
        .forEach((held) => index.hold(held));
    }

    const all = Array.from({ length: count }, (_, ordinal) => ordinal);
    expect(toArray(index.holdersOf(thing))).toEqual(all);
    expect([before, behind].map((held) => toArray(index.holdersOf(held)))).toEqual([
      all.filter((ordinal) => ordinal % 50 === 0),
      all.filter((ordinal) => ordinal % 50 === 0),
    ]);
  });

  it('takes little memory where very many things have a few holders each', () => {
    const before = heldBytes();
    const index = new PostingIndex();
    const things = Array.from({ length: 100_000 }, () => index.newThing());
    for (let ordinal = 0; ordinal < 30_000; ordinal += 1) {
      index.begin(ordinal);
      for (let place = 0; place < 10; place += 1) {
        index.hold((ordinal * 10 + place) % things.length);
      }
    }
    const whileReading = heldBytes() - before;
    const held = things.reduce((sum, thing) => sum + index.holdersOf(thing).length, 0);
    const whenAsked = heldBytes() - before;

    expect(held).toBe(300_000);
    expect(whileReading).toBeLessThan(5 * 2 ** 20);
    expect(whenAsked).toBeLessThan(5 * 2 ** 20);
  });

  it('has no holders for a thing that has none', () => {
    const index = new PostingIndex();
    const thing = index.newThing();

    expect(toArray(index.holdersOf(thing))).toEqual([]);
  });

  it('gives a part of the holders of a thing, and none of the next thing', () => {
    const index = new PostingIndex();
    const [first, second] = [index.newThing(), index.newThing()];
    for (const ordinal of [4, 5, 6]) {
      index.begin(ordinal);
      index.hold(second);
      index.hold(first);
    }

    expect(Array.from(index.holdersOf(first).slice(1, 100))).toEqual([5, 6]);
    expect(Array.from(index.holdersOf(second).slice(0, 2))).toEqual([4, 5]);
    expect(Array.from(index.holdersOf(second).slice(3, 4))).toEqual([]);
  });

  it('refuses a user who is added after its first answer', () => {
    const index = new PostingIndex();
    index.begin(0);
    index.hold(index.newThing());
    index.holdersOf(0);

    expect(() => index.begin(1)).toThrow('a user was added after the index had answered');
  });
});
