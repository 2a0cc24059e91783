import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { harmlessCell, markdownName, printable, printableJson } from '../../src/answers/printable.ts';
import { fitted, tableLines } from '../../src/answers/table.ts';

describe('a name on a terminal', () => {
  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['\u001B[31mred\u001B]0;title\u0007', '\\u{1b}[31mred\\u{1b}]0;title\\u{7}'],
    ['\u009B2J', '\\u{9b}2J'],
    ['a\r\nb\tc', 'a\\u{d}\\u{a}b\\u{9}c'],
    ['abc\u202Etxt.exe', 'abc\\u{202e}txt.exe'],
    ['\u2066x\u2069\u200Ey', '\\u{2066}x\\u{2069}\\u{200e}y'],
    ['a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
    ['\uD800lone', '\\u{d800}lone'],
    ['👩‍👩‍👧 عائشة さくら', '👩‍👩‍👧 عائشة さくら'],
    ['__proto__', '__proto__'],
  ])('%j is told as %j', (name, expected) => {
    expect(printable(name)).toBe(expected);
  });

  it('is the same JSON in JSON, without anything that a terminal obeys', () => {
    const value = { name: '\u001B[2J\u009B\u202E\u{E0041}"\\', ['__proto__']: 1 };

    expect(JSON.parse(printableJson(value))).toEqual(value);
    expect(printableJson(value)).toMatch(/^[\u0020-\u007E]*$/);
  });
});

describe('a cell of a spreadsheet', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+41 79', "'+41 79"],
    ['-5', "'-5"],
    ['@cmd', "'@cmd"],
    [' =1+1', "' =1+1"],
    ['\t=1', "'\\u{9}=1"],
    ['\r=1', "'\\u{d}=1"],
    ['＝1', "'＝1"],
    ['a=b', 'a=b'],
    ["O'Brien", "O'Brien"],
    ['', ''],
  ])('%j is written as %j', (text, expected) => {
    expect(harmlessCell(text)).toBe(expected);
  });
});

describe('a name in Markdown', () => {
  it.each([
    ['Ada', '`Ada`'],
    ['@org/team #1 <img src=x> [a](b)', '`@org/team #1 <img src=x> [a](b)`'],
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['x\n# heading', '`x\\u{a}# heading`'],
    ['', '`  `'],
  ])('%j is written as %j', (text, expected) => {
    expect(markdownName(text)).toBe(expected);
  });
});

describe('a table', () => {
  it('is never wider than the screen, whatever is in it, and gives up the columns that may go first', () => {
    const rows = [
      [
        'さくら製作所の佐藤健太さん',
        '-> Billing Manager in Hooli (closed 2024)',
        '-> invoices.approve',
        'kenta.sato.646@acme.example',
      ],
      ['👩‍👩‍👧'.repeat(20), '-> R', '-> p', 'x'],
      ['e\u0301'.repeat(60), '-> \u001B[31m', '-> p', ''],
    ];
    const shrink = [
      { column: 3, to: 0 },
      { column: 2, to: 0 },
      { column: 1, to: 30 },
      { column: 0, to: 12 },
    ];

    for (const width of [40, 80, 200]) {
      const lines = [...tableLines(rows, { width, shrink })];
      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
      expect(lines.join('\n')).not.toContain('\u001B');
    }
    expect([...tableLines(rows.slice(0, 1), { width: 80, shrink })]).toEqual([
      '  さくら製作所の佐藤健太さん  -> Billing Manager in Hooli (closed 2024)',
    ]);
  });

  it('cuts nothing when it goes to a file', () => {
    expect([
      ...tableLines([
        ['a'.repeat(300), 'b'],
        ['c', 'd'],
      ]),
    ]).toEqual([`  ${'a'.repeat(300)}  b`, `  c${' '.repeat(299)}  d`]);
  });

  it('never cuts a note: it stands behind its row where it fits, else below', () => {
    const rows = [
      ['Ada', '-> Editor in Acme', ''],
      ['José', '-> Editor in Globex', 'U2abc -> globex-2/Editor'],
    ];

    expect([...tableLines(rows, { hasNotes: true })]).toEqual([
      '  Ada   -> Editor in Acme',
      '  José  -> Editor in Globex  U2abc -> globex-2/Editor',
    ]);
    expect([...tableLines(rows, { hasNotes: true, width: 40 })]).toEqual([
      '  Ada   -> Editor in Acme',
      '  José  -> Editor in Globex',
      '    U2abc -> globex-2/Editor',
    ]);
    expect([...tableLines(rows, { hasNotes: true, width: 24, shrink: [{ column: 1, to: 8 }] })]).toEqual([
      '  Ada   -> Editor in Ac…',
      '  José  -> Editor in Gl…',
      '    U2abc',
      '    -> globex-2/Editor',
    ]);
  });

  it('measures the first rows and keeps to them', () => {
    const rows = Array.from({ length: 1_200 }, (_, place) => [String(place), 'x']);

    const lines = [...tableLines(rows, { width: 20 })];

    expect(lines).toHaveLength(1_200);
    expect(lines[1_199]).toBe('  119…  x'.replace('119…', '11…'));
  });

  it.each([
    ['abcdef', 4, 'abc…'],
    ['さくら', 5, 'さく…'],
    ['abc', 3, 'abc'],
  ])('cuts %j to %i columns as %j', (text, width, expected) => {
    expect(fitted(text, width)).toBe(expected);
  });
});
