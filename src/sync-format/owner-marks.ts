/**
 * Where tables, spreadsheets and pages name the project that they are of: their makers put it there, and
 * `output/last.ts` looks for it.
 */
export const ownerMarks = {
  /** The file of a folder of tables that says what they were made of. */
  table: 'about.json',
  workbookPart: 'docProps/custom.xml',
  workbookProperty: 'baton-descope project',
  /** The name of the element near the beginning of a page. */
  page: 'baton-descope-project',
} as const;
