import { TextWriter } from '../model/text-writer.ts';
import { printable } from './printable.ts';
import { SheetRows } from './sheet-xml.ts';
import {
  contentTypesXml,
  propertiesXml,
  rootRelationships,
  sheetBeginning,
  sheetEnd,
  type SheetEntry,
  styles,
  stylesXml,
  workbookRelationships,
  workbookXml,
} from './xlsx-parts.ts';
import { zipBytes, type ZipPart } from './zip.ts';

export interface SheetColumn {
  readonly header: string;
  /** In characters. */
  readonly width: number;
  /** What a cell is filled in from. */
  readonly options?: readonly string[];
}

export interface SheetOfTexts {
  readonly name: string;
  readonly columns: readonly SheetColumn[];
  readonly rows: Iterable<readonly string[]>;
  /** Long texts are broken into lines. */
  readonly isWrapped?: boolean;
}

export interface WorkbookOptions {
  /** A property of the workbook, which tells whose it is. */
  readonly property: { readonly name: string; readonly value: string };
  /**
   * Rows of a sheet, its header included: the format takes no more than 1,048,576, and the rest goes on another sheet.
   */
  readonly rowsPerSheet?: number;
}

const mostRows = 1_048_576;
const chunkBytes = 128 * 1024;
/** Room behind a chunk that is nearly full; a row is rarely longer. */
const slackBytes = 16 * 1024;
/** An archive holds parts of up to 4 GiB: a sheet that comes near goes on as another one. */
const mostLength = 3 * 1024 ** 3;

/**
 * Sheets of texts as a spreadsheet, made while the rows come: headers are bold and stay in view, every column can be
 * filtered, and no cell can be taken for a formula. The rows of a sheet are asked for after those of the one before.
 */
export async function* xlsxBytes(
  sheets: readonly SheetOfTexts[],
  { property, rowsPerSheet = mostRows }: WorkbookOptions,
): AsyncGenerator<Uint8Array> {
  const entries: SheetEntry[] = [];
  const out = new TextWriter(chunkBytes + slackBytes);

  function* parts(): Generator<ZipPart> {
    for (const sheet of sheets) {
      const rows = sheet.rows[Symbol.iterator]();
      let next = rows.next();
      for (let nth = 1; nth === 1 || next.done !== true; nth += 1) {
        const name = nth === 1 ? sheet.name : `${sheet.name}_${nth}`;
        yield { name: `xl/worksheets/sheet${entries.length + 1}.xml`, bytes: sheetBytes(name) };
      }

      function* sheetBytes(name: string): Generator<Uint8Array> {
        const { columns } = sheet;
        const style = sheet.isWrapped === true ? styles.wrapped : styles.plain;
        const header = new SheetRows(out, columns.length, { style: styles.header });
        out.text(sheetBeginning({ widths: columns.map(({ width }) => width), isShown: entries.length === 0 }));
        header.put(columns.map((column) => column.header));
        const below = new SheetRows(out, columns.length, { above: header.count, style });
        for (let length = 0; next.done !== true && below.count < rowsPerSheet && length < mostLength;) {
          below.put(next.value);
          next = rows.next();
          if (out.length >= chunkBytes) {
            length += out.length;
            yield out.written;
            out.clear();
          }
        }
        const choices = columns.flatMap(({ options }, place) =>
          options === undefined ? [] : [{ column: place + 1, options }],
        );
        out.text(sheetEnd(columns.length, below.count, choices));
        yield out.written;
        out.clear();
        entries.push({ name, columns: columns.length, rows: below.count });
      }
    }
    const part = (name: string, text: string): ZipPart => ({ name, bytes: [Buffer.from(text, 'utf8')] });
    yield part('xl/styles.xml', stylesXml);
    yield part('docProps/custom.xml', propertiesXml(property.name, printable(property.value)));
    yield part('xl/workbook.xml', workbookXml(entries));
    yield part('xl/_rels/workbook.xml.rels', workbookRelationships(entries.length));
    yield part('_rels/.rels', rootRelationships);
    yield part('[Content_Types].xml', contentTypesXml(entries.length));
  }

  yield* zipBytes(parts());
}
