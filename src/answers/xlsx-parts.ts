import { columnName, xmlText } from './sheet-xml.ts';

// The parts of a workbook that are not its rows. Their names, their order and the numbers in them are those of
// ECMA-376.

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageTypes = 'http://schemas.openxmlformats.org/package/2006';

/** Places in the list of cell formats below. */
export const styles = { plain: 0, header: 1, wrapped: 2 } as const;

export const stylesXml = `${declaration}<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE7EBF0"/></patternFill></fill></fills>\
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/>\
<xf xfId="0" fontId="1" fillId="2" applyFont="1" applyFill="1"/><xf xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

export interface SheetBeginning {
  readonly widths: readonly number[];
  /** The first sheet is the one that is shown. */
  readonly isShown: boolean;
}

/** What stands before the rows of a sheet: its header stays in view. */
export function sheetBeginning({ widths, isShown }: SheetBeginning): string {
  const columns = widths
    .map((width, place) => `<col min="${place + 1}" max="${place + 1}" width="${width}" customWidth="1"/>`)
    .join('');
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  return `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"${isShown ? ' tabSelected="1"' : ''}>${pane}</sheetView></sheetViews>\
<sheetFormatPr defaultRowHeight="15"/><cols>${columns}</cols><sheetData>`;
}

/** A column whose cells are filled in from a list. */
export interface Choice {
  readonly column: number;
  readonly options: readonly string[];
}

/** What follows the rows: a filter over all of them, and the lists to choose from. `rows` counts the header, too. */
export function sheetEnd(columns: number, rows: number, choices: readonly Choice[]): string {
  const filter = `<autoFilter ref="A1:${columnName(columns)}${rows}"/>`;
  const lists = choices.map(({ column, options }) => {
    const range = `${columnName(column)}2:${columnName(column)}${Math.max(2, rows)}`;
    const message = xmlText(`Choose one of: ${options.join(', ')}`);
    return `<dataValidation type="list" allowBlank="1" showErrorMessage="1" errorTitle="Not one of the list" error="${message}" sqref="${range}"><formula1>${xmlText(`"${options.join(',')}"`)}</formula1></dataValidation>`;
  });
  const validations =
    lists.length === 0 ? '' : `<dataValidations count="${lists.length}">${lists.join('')}</dataValidations>`;
  return `</sheetData>${filter}${validations}<pageSetup orientation="landscape" fitToHeight="0"/></worksheet>`;
}

/** A sheet that is there: its name, and the range that its filter is over. */
export interface SheetEntry {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
}

export function workbookXml(sheets: readonly SheetEntry[]): string {
  const entries = sheets.map(
    ({ name }, place) => `<sheet name="${xmlText(name)}" sheetId="${place + 1}" r:id="rId${place + 1}"/>`,
  );
  const names = sheets.map(
    ({ name, columns, rows }, place) =>
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${place}" ` +
      `hidden="1">${xmlText(`'${name}'!$A$1:$${columnName(columns)}$${rows}`)}</definedName>`,
  );
  const titles = sheets.map(
    ({ name }, place) =>
      `<definedName name="_xlnm.Print_Titles" localSheetId="${place}">${xmlText(`'${name}'!$1:$1`)}</definedName>`,
  );
  return `${declaration}<workbook xmlns="${main}" xmlns:r="${relationships}"><bookViews><workbookView/></bookViews><sheets>${entries.join('')}</sheets>\
<definedNames>${[...names, ...titles].join('')}</definedNames></workbook>`;
}

export function workbookRelationships(sheets: number): string {
  const rows = Array.from({ length: sheets }, (_, place) =>
    relationship(place + 1, 'worksheet', `worksheets/sheet${place + 1}.xml`),
  );
  return relationshipsXml([...rows, relationship(sheets + 1, 'styles', 'styles.xml')]);
}

export const rootRelationships = relationshipsXml([
  relationship(1, 'officeDocument', 'xl/workbook.xml'),
  relationship(2, 'custom-properties', 'docProps/custom.xml'),
]);

function relationship(id: number, kind: string, target: string): string {
  return `<Relationship Id="rId${id}" Type="${relationships}/${kind}" Target="${target}"/>`;
}

function relationshipsXml(entries: readonly string[]): string {
  return `${declaration}<Relationships xmlns="${packageTypes}/relationships">${entries.join('')}</Relationships>`;
}

export function contentTypesXml(sheets: number): string {
  const override = (part: string, type: string): string =>
    `<Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`;
  const parts = [
    override('xl/workbook.xml', 'spreadsheetml.sheet.main'),
    ...Array.from({ length: sheets }, (_, place) =>
      override(`xl/worksheets/sheet${place + 1}.xml`, 'spreadsheetml.worksheet'),
    ),
    override('xl/styles.xml', 'spreadsheetml.styles'),
    override('docProps/custom.xml', 'custom-properties'),
  ];
  return `${declaration}<Types xmlns="${packageTypes}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>${parts.join('')}</Types>`;
}

/** A property of the workbook that programs keep when they save it. */
export function propertiesXml(name: string, value: string): string {
  return `${declaration}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" \
xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">\
<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="${xmlText(name)}"><vt:lpwstr>${xmlText(value)}</vt:lpwstr></property></Properties>`;
}
