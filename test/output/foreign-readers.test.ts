import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { readXlsx } from 'hucre/xlsx';
import { parseHTML } from 'linkedom';
import Papa from 'papaparse';
import readExcelFile from 'read-excel-file/node';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../src/answers/open.ts';
import { harmlessCell } from '../../src/answers/printable.ts';
import { dataMark, writeReport } from '../../src/answers/report.ts';
import { cellXml, longestCell } from '../../src/answers/sheet-xml.ts';
import { xlsxBytes } from '../../src/answers/xlsx.ts';
import { exportOnce } from '../../src/cli/export.ts';
import { readZipPart } from '../../src/output/zip-part.ts';
import { temporaryFolder } from '../support/cli.ts';
import type { Rows } from '../support/descope-model.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

/** Texts that some format has no form for, or reads as something else. */
const nasty = [
  '\u0000',
  '\u0007',
  '\u001B[2J',
  '\u007F',
  '\u009B',
  '\uD800',
  '\uDC00',
  '\uFFFE',
  '\uFFFF',
  '\u{1FFFE}',
  '\uFDD0',
  '\u2028',
  '\u202E',
  '\u2066',
  '\u200F',
  '\uFEFF',
  '\u00AD',
  '_x0041_',
  '_x003D_1+1',
  '_x005F_',
  '_xFFFF_',
  '__x0041_x0042_',
  '=1+1',
  '+1',
  '-1',
  '@x',
  '\t=1',
  ' =1',
  '＝1',
  ']]>',
  '<!--',
  '</t></is>',
  '</script>',
  '&amp;',
  '&#0;',
  "'",
  '"',
  '""',
  ',',
  ';',
  '\r',
  '\n',
  '\r\n',
  '\t',
  '\\',
  '`',
  '|',
  '{{x}}',
  '  ',
  '\u00A0',
  'é',
  'e\u0301',
  '𐀀',
  '👩‍👩‍👧',
  '‮',
  'null',
  '__proto__',
  '1e999',
  '0123',
];
const text = fc
  .array(
    fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('a', 'Ada')),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join('').slice(0, 60));
/** What XML 1.0 lets nowhere stand in a document; the line ends that it does are the writer's own. */
const notXml = /(?![\t\r\n])\p{Cc}|[\p{Cs}\uFFFE\uFFFF]/u;

/** A project in which the text stands wherever somebody can write one. */
function projectOf(name: string): Rows {
  return {
    users: [
      user('U1', {
        name,
        loginIds: [name],
        email: name,
        phone: name,
        customAttributes: { [name]: name, list: [name] },
        userTenants: [inTenant('acme', 'Editor')],
      }),
    ],
    tenants: [tenant('acme', { name, customAttributes: { note: name } })],
    roles: [role('Editor', { description: name, permissionNames: ['read'] })],
    permissions: [permission('read', { description: name })],
  };
}

interface NamedRow {
  readonly id?: { readonly resourceType: string; readonly resource: string };
  readonly displayName?: string;
  readonly profile?: Readonly<Record<string, unknown>>;
}

const nameIn = (rows: readonly NamedRow[]): string | undefined =>
  rows.find(({ id }) => id?.resourceType === 'user' && id.resource === 'U1')?.displayName;

describe('every text in every kind of file', () => {
  it('is read by other readers as the text that it is, or as its harmless form where people read', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (name) => {
        await using folder = await temporaryFolder();
        const at = (kind: string): string => join(folder.path, `sync.${kind}`);
        await writeSync(at('json'), projectOf(name));
        for (const kind of ['ndjson', 'c1z', 'csv', 'xlsx']) {
          await exportOnce(
            at('json'),
            { out: at(kind) },
            { env: {}, signal: new AbortController().signal, print: () => undefined },
          );
        }
        const json = await readFile(at('json'), 'utf8');
        const told = nameIn((JSON.parse(json) as { readonly resources: readonly NamedRow[] }).resources) ?? '';
        if (name.trim() !== '') {
          expect(told).toBe(name.toWellFormed());
        }

        expect(json).not.toContain('\uFFFD'.repeat(2 + name.length));
        const lines = (await readFile(at('ndjson'), 'utf8')).split('\n').filter((line) => line !== '');
        expect(nameIn(lines.map((line) => (JSON.parse(line) as { readonly resource?: NamedRow }).resource ?? {}))).toBe(
          told,
        );

        await writeFile(at('db'), zstdDecompressSync((await readFile(at('c1z'))).subarray(5)));
        const database = new DatabaseSync(at('db'));
        const stored = database.prepare("select data from v1_resources where external_id = 'user:U1'").get()?.['data'];
        database.close();
        expect(stored instanceof Uint8Array && Buffer.from(stored).includes(Buffer.from(told, 'utf8'))).toBe(true);

        const users = Papa.parse<readonly string[]>(await readFile(join(at('csv'), 'users.csv'), 'utf8'), {
          delimiter: ',',
          newline: '\r\n',
        });
        expect(users.errors).toEqual([]);
        expect(users.data[1]?.[1]).toBe(harmlessCell(told));

        const workbook = await readXlsx(await readFile(at('xlsx')));
        expect(workbook.sheets[0]?.rows[1]?.[0]).toBe(harmlessCell(told));
        expect(await readExcelFile(at('xlsx'))).toHaveLength(2);
        for (const part of [
          'xl/worksheets/sheet1.xml',
          'xl/worksheets/sheet2.xml',
          'xl/workbook.xml',
          'docProps/custom.xml',
        ]) {
          expect((await readZipPart(at('xlsx'), part, 1_000_000))?.toString('utf8'), part).not.toMatch(notXml);
        }
      }),
      { numRuns: 60, examples: nasty.map((name) => [name]) },
    );
  });

  it('ends nothing on the page of a report, and names of files do not either', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'sync.json');
    await writeSync(path, projectOf(nasty.join('')));
    await using source = await openSource(path);
    let page = '';

    await writeReport({
      source,
      names: { madeBy: '0', file: '</script><script>x' },
      template: `<html><head></head><body><template id="d">${dataMark}</template></body></html>`,
      write: async (piece) => void (page += piece),
    });

    const { document } = parseHTML(page);
    expect(document.querySelectorAll('script')).toHaveLength(0);
    expect(gunzipSync(Buffer.from(document.querySelector('#d')?.innerHTML ?? '', 'base64')).length).toBeGreaterThan(0);
    expect(document.querySelector('meta[name="baton-descope-project"]')?.getAttribute('content')).toMatch(/^P/);
  });
});

describe('a text in a cell of a spreadsheet', () => {
  it.each([
    ['_x0041_da', '_x005F_x0041_da'],
    ['_x003D_1+1', '_x005F_x003D_1+1'],
    ['__x0041_x0042_', '__x005F_x0041_x005F_x0042_'],
    ['_x41_ _X0041_', '_x41_ _X0041_'],
    ['a\uFFFEb\uFFFF', 'a\\u{fffe}b\\u{ffff}'],
    ['abc\u202Etxt.exe', 'abc\\u{202e}txt.exe'],
    ['\uD800', '\\u{d800}'],
    ['<a href="x">&', '&lt;a href=&quot;x&quot;&gt;&amp;'],
  ])('%j is written as %s', (name, written) => {
    expect(cellXml(name)).toBe(written);
  });

  it.each(['x'.repeat(40_000), '_x0041_'.repeat(9_000), '\u{1F600}'.repeat(20_000), '\u0000'.repeat(40_000)])(
    'is cut where no program takes more, and says so (case %#)',
    async (name) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of xlsxBytes(
        [{ name: 'Access', columns: [{ header: 'User', width: 10 }], rows: [[name]] }],
        { property: { name: 'p', value: '' } },
      )) {
        pieces.push(piece);
      }
      const cell = (await readXlsx(Buffer.concat(pieces))).sheets[0]?.rows[1]?.[0];

      expect(cell).toMatch(/… \(cut\)$/);
      expect(cellXml(name).length).toBeLessThanOrEqual(longestCell);
      expect(String(cell).isWellFormed()).toBe(true);
    },
  );
});
