import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextWriter, writtenBytes, writtenText } from '../../src/model/text-writer.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 60 }),
  fc.constantFrom('', 'é', '中', '😀', 'a'.repeat(24), 'a'.repeat(25), `${'a'.repeat(23)}é`, 'x'.repeat(5_000)),
);

describe('a text writer', () => {
  it('writes every text as UTF-8, one behind the other, however far it has to grow', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 30 }), fc.nat(64), (texts, startSize) => {
        const out = new TextWriter(startSize);

        texts.forEach((text) => out.text(text));

        const expected = Buffer.from(texts.join(''), 'utf8');
        expect(Buffer.from(out.written).equals(Buffer.concat(texts.map((text) => Buffer.from(text, 'utf8'))))).toBe(
          true,
        );
        expect(out.length).toBe(out.written.length);
        expect(texts.every((text) => text.isWellFormed()) ? Buffer.from(out.written).equals(expected) : true).toBe(
          true,
        );
      }),
    );
  });

  it('gives room between texts to whoever writes bytes', () => {
    const out = new TextWriter(4);
    out.text('<<');
    const at = out.claim(3);
    out.buffer.set(Buffer.from('abc'), at);
    out.text('>>');

    expect(Buffer.from(out.written).toString()).toBe('<<abc>>');
  });

  it('begins anew in the same buffer once it is cleared', () => {
    const out = new TextWriter();
    out.text('something long that is over');
    out.clear();
    out.text('new');

    expect(Buffer.from(out.written).toString()).toBe('new');
  });
});

describe('text written for its own sake', () => {
  it.each(['at first', 'and again'])('is not mixed up with text that is written meanwhile (%s)', () => {
    const outer = writtenText((out) => {
      out.text('before ');
      out.text(writtenText((inner) => inner.text('within')));
      out.text(' behind');
    });

    expect(outer).toBe('before within behind');
  });

  it('stays as it is when more is written later', () => {
    const first = writtenBytes((out) => out.text('first'));
    writtenBytes((out) => out.text('other'));

    expect(first.toString()).toBe('first');
  });
});
