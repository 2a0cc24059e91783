import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findAnchor, textWith } from '../../scripts/mutants/anchors.ts';
import { mutants } from '../../scripts/mutants/mutants.ts';
import { regressions } from '../../scripts/mutants/regressions.ts';
import { parsedFile, sourceFiles } from '../../scripts/mutants/syntax.ts';
import { changedFiles } from '../../scripts/mutants/tree.ts';

const root = join(import.meta.dirname, '../..');
const files = sourceFiles(root);
const testFiles = readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
  .filter(({ name }) => name.endsWith('.test.ts'))
  .map(({ parentPath, name }) => relative(root, join(parentPath, name)).split(sep).join('/'));

describe('the anchors of the mutants', () => {
  it.each([...mutants, ...regressions].map((mutant) => ({ name: mutant.name, mutant })))(
    'are found in src exactly once: $name',
    ({ mutant }) => {
      expect(changedFiles(files, mutant).size).toBeGreaterThan(0);
    },
  );

  it.each(mutants.map(({ name, tests }) => ({ name, tests })))('have tests that are there: $name', ({ tests }) => {
    expect(tests.filter((part) => !testFiles.some((path) => path.includes(part)))).toEqual([]);
  });
});

describe('an anchor', () => {
  const file = parsedFile(
    'src/counter.ts',
    `
    export class Counter {
      #limit = 10;
      add(rows: readonly Row[]): void {
        if (rows.length > this.#limit && (!this.isOpen)) {
          throw new Error("too many");
        }
        this.count += rows.length;
        this.report({ rows: rows.length, isOpen: true, });
      }
      reset(): void { this.count = 0; }
    }
    export const reset = () => { counter.count = 0; other.count = 0; };
    `,
  );

  it.each([
    ['an expression', 'Counter.add', 'rows.length > this.#limit && !this.isOpen'],
    ['an expression in parentheses, over several lines', 'add', '(\n  rows.length >\n this.#limit)'],
    ['a statement with other quotes', 'add', "throw new Error('too many')"],
    ['two statements', 'add', 'this.count += rows.length; this.report({ rows: rows.length, isOpen: true });'],
    ['a property', 'add', 'isOpen: true'],
    ['a member of a class', '#limit', '#limit = 10;'],
    ['a function in a variable', 'reset', 'other.count = 0'],
  ])('may be %s', (_, inside, find) => {
    expect(findAnchor([file], { inside, find }).path).toBe('src/counter.ts');
  });

  it('keeps the meaning of what is around it', () => {
    const edit = { inside: 'add', find: '!this.isOpen', replace: 'true || false' };

    expect(textWith(file, findAnchor([file], edit), edit)).toContain('this.#limit && ((true || false))');
  });

  it.each([
    [
      'a name that is not there',
      'Counter.ad',
      'this.count = 0',
      /nothing in src is called Counter.ad; nearest names: Counter.add/,
    ],
    [
      'code that is not there',
      'add',
      'rows.length > this.limit',
      /is not in add; nearest there: `rows.length > this.#limit` \(src\/counter.ts:5\)/,
    ],
    [
      'code that is in another function',
      'add',
      'this.count = 0',
      /that code is in Counter.reset \(src\/counter.ts:11\)/,
    ],
    ['code that is there twice', 'add', 'rows.length', /is in add 3 times: src\/counter.ts:5, src\/counter.ts:8/],
    ['what is no code', 'add', 'if (', /is no expression, no statement/],
  ])('is refused for %s', (_, inside, find, why) => {
    expect(() => findAnchor([file], { inside, find })).toThrow(why);
  });

  it('is refused for a replacement that does not parse', () => {
    const edit = { inside: 'add', find: '!this.isOpen', replace: 'true ||' };

    expect(() => textWith(file, findAnchor([file], edit), edit)).toThrow(SyntaxError);
  });
});
