/**
 * Where tables, spreadsheets, pages and graphs name the project that they are of: their makers put it there, and
 * `output/last.ts` looks for it.
 */
export const ownerMarks = {
  /** The file of a folder of tables that says what they were made of. */
  table: 'about.json',
  workbookPart: 'docProps/custom.xml',
  workbookProperty: 'baton-descope project',
  /** The name of the element near the beginning of a page. */
  page: 'baton-descope-project',
  /** How a graph begins; the property of its nodes, the first of them, that names the project. */
  graph: '{"metadata":{"source_kind":"Descope"},"graph":{"nodes":[',
  graphProperty: 'project_id',
} as const;
