import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAddress } from '../../src/model/address.ts';
import { fold } from '../../src/model/fold.ts';

describe('addresses', () => {
  it.each([
    ['Ada@Acme.example', 'aDA@aCME.EXAMPLE'],
    ['JÖRG@x.example', 'jörg@X.example'],
    ['jo\u0308rg@x.example', 'j\u00F6rg@x.example'],
    ['JO\u0308RG@x.example', 'jörg@x.example'],
    ['ШАРАПОВА@x.example', 'шарапова@x.example'],
    ['ΟΔΟΣ@x.example', 'οδος@x.example'],
    ['STRAẞE@x.example', 'straße@x.example'],
    ['ǅ@x.example', 'ǆ@x.example'],
    ['İsa@x.example', 'i\u0307sa@x.example'],
  ])('%j and %j are one', (one, other) => {
    expect(foldAddress(one)).toBe(foldAddress(other));
  });

  it.each([
    ['jıll@x.example', 'jill@x.example'],
    ['jıll@x.example', 'JILL@x.example'],
    ['İsa@x.example', 'isa@x.example'],
    ['straße@x.example', 'strasse@x.example'],
    ['straße@x.example', 'STRASSE@x.example'],
    ['οδος@x.example', 'οδοσ@x.example'],
    ['jörg@x.example', 'jorg@x.example'],
    ['jörg@x.example', 'joerg@x.example'],
    ['\u212Aim@x.example', 'kim@x.example'],
    ['\u017Fam@x.example', 'sam@x.example'],
    ['ﬁn@x.example', 'fin@x.example'],
    ['ａda@x.example', 'ada@x.example'],
    ['аda@x.example', 'ada@x.example'],
    ['e1@x.example', 'e¹@x.example'],
    ['a\u200Bda@x.example', 'ada@x.example'],
  ])('%j and %j are two', (one, other) => {
    expect(foldAddress(one)).not.toBe(foldAddress(other));
  });

  it('never become ASCII from anything else', () => {
    const all = Array.from({ length: 0x2_0000 - 0x80 }, (_none, place) => String.fromCodePoint(place + 0x80));
    const letters = all.filter((text) => text.toLowerCase() !== text || text.normalize('NFC') !== text);
    expect(letters.filter((text) => /^[\0-\x7f]*$/.test(foldAddress(text)))).toEqual([]);
    expect(letters).toContain('\u212A');
  });

  it('that are one have one name, too: a store finds people by names, and then looks closer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const folded = foldAddress(text);
        expect(foldAddress(folded)).toBe(folded);
        expect(foldAddress(text.normalize('NFC'))).toBe(foldAddress(text.normalize('NFC').toLowerCase()));
        expect(fold(folded)).toBe(fold(text));
      }),
    );
  });
});
