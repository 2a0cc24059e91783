import { describe, expect, it } from 'vitest';
import { folded } from '../../src/cli/folded.ts';

describe('folded prose', () => {
  it('breaks between words, and sets the rest in below its line', () => {
    expect(folded('one two three four\n  five six seven eight', 14)).toBe(
      'one two three\n  four\n  five six\n    seven\n    eight',
    );
  });

  it('keeps commands between backticks, and longer words, whole', () => {
    expect(folded('see `list users --match x`, then a-word-without-end', 12)).toBe(
      'see\n  `list users --match x`,\n  then\n  a-word-without-end',
    );
  });

  it('counts wide letters twice', () => {
    expect(folded('さくら製作所 さくら製作所', 14)).toBe('さくら製作所\n  さくら製作所');
  });

  it('leaves lines as they are where there is no screen, and such that fit', () => {
    expect(folded('one  two   three', undefined)).toBe('one  two   three');
    expect(folded('one  two   three', 80)).toBe('one  two   three');
  });
});
