import { describe, expect, it } from 'vitest';
import { shortened } from '../src/cli/safe-text.ts';
import { nearNames } from '../src/model/near-names.ts';
import { printableLines, quoted } from '../src/printable.ts';

describe('a name that is quoted', () => {
  it.each([
    ['Ada', '"Ada"'],
    ['\u001B[31m"x"\n', String.raw`"\u001b[31m\"x\"\n"`],
    ['abc\u202Etxt', '"abc\\u{202e}txt"'],
    ['a\\b', String.raw`"a\\b"`],
  ])('%j is escaped once, also when the line is escaped that it stands in', (name, told) => {
    expect(quoted(name)).toBe(told);
    expect(printableLines(quoted(name))).toBe(told);
  });

  it('is not told at length, and never cut within a character', () => {
    expect(quoted('x'.repeat(100_000))).toBe(`"${'x'.repeat(120)}..."`);
    expect(quoted(`${'x'.repeat(119)}😀${'x'.repeat(9)}`)).not.toMatch(/[\uD800-\uDFFF]/);
  });
});

describe('a long line of an error', () => {
  it('keeps its beginning and its end, and says how much is left out', () => {
    const line = `cannot read ${'x'.repeat(100_000)}: name another`;

    expect(shortened(line)).toMatch(/^cannot read x+\.\.\. \(98,026 characters are left out\) \.\.\.x+: name another$/);
    expect(shortened(line).length).toBe(2_000);
    expect(shortened('short')).toBe('short');
  });
});

describe('what was probably meant', () => {
  it('is not guessed from one letter, which nearly all names hold', () => {
    const names = ['Editor', 'Auditor', 'e', '田中'];

    expect(nearNames('t', names)).toEqual([]);
    expect(nearNames('E', names)).toEqual(['e']);
    expect(nearNames('田', names)).toEqual(['田中']);
    expect(nearNames('ed', names)).toEqual(['Editor']);
  });
});
