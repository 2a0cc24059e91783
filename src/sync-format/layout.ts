// How a file of a sync begins and how its text is laid out. The writers in output/ and the readers in answers/ take it
// from here.

/** The format that a file names in its first line, and the one version of it. */
export const syncFileFormat = 'baton-descope.sync';
export const syncFileVersion = 1;

/** The lists of a file, in the order in which they stand. */
export const sections = ['resourceTypes', 'resources', 'entitlements', 'grants'] as const;
export type Section = (typeof sections)[number];

export function isSection(name: string): name is Section {
  return (sections as readonly string[]).includes(name);
}

const head = `{"format":"${syncFileFormat}","version":${syncFileVersion}`;

/**
 * `.json`: one object, a row a line. A line that begins with "]" closes a section and opens the next one, or closes the
 * last one and opens the summary.
 */
export const jsonLayout = {
  /** What the object begins with; the first section follows. */
  head,
  opening: (section: Section): string => `,"${section}":[`,
  /** The name of the section that a joint opens. */
  opened: /"(\w+)":\[$/,
  /** What stands before the summary. No string of JSON holds it, and nothing inside the summary does. */
  summary: ',"summary":',
} as const;

/** `.ndjson`: an object a line. The first line is the head, the last one the summary. */
export const ndjsonLayout = {
  head: `${head}}`,
  /** The one key of a row's line, by section. */
  keys: {
    resourceTypes: 'resourceType',
    resources: 'resource',
    entitlements: 'entitlement',
    grants: 'grant',
  } satisfies Record<Section, string>,
  /** What the line of the summary begins with. */
  summary: '{"summary":',
} as const;

const format = RegExp.escape(syncFileFormat);
/** The head of a file of ours, also where another tool, such as jq, has laid it out anew. Any version. */
export const anyHead = new RegExp(`^\\s*\\{\\s*"format"\\s*:\\s*"${format}"`);
/** The same with the version that we read. */
export const anyHeadOfVersion = new RegExp(`${anyHead.source}\\s*,\\s*"version"\\s*:\\s*${syncFileVersion}\\b`);
/** The head as the writers lay it out, of any version: the summary of such a file can be read from its end. */
export const writtenHead = new RegExp(
  `^\\{"format":"${format}","version":\\d+(?:\\}\\n|${RegExp.escape(jsonLayout.opening('resourceTypes'))}\\n)`,
);

/** What every `.c1z` file of container version 1 begins with; one zstd frame with one SQLite database follows. */
export const c1zMagic: Uint8Array = Buffer.from('C1ZF\0', 'latin1');

/** Whether bytes begin as such a file does. */
export function isC1z(head: Uint8Array): boolean {
  return Buffer.compare(head.subarray(0, c1zMagic.length), c1zMagic) === 0;
}

/** The hash of a file's rows as the summary tells it, from SHA-256 in hex. */
export function contentHashOf(hex: string): string {
  return `sha256:${hex}`;
}

/** Readers look for the summary in the last bytes of a file: first in so many, ... */
export const firstTail = 64 * 1024;
/**
 * ... then in more, up to this. A summary repeats names that lead nowhere, 200 at most: even the longest are far below
 * it.
 */
export const longestSummary = 16 * 1024 * 1024;

/**
 * The kinds of file that hold all that a sync brings, by extension. Among files of one sync, the first is read fastest.
 */
export const syncFileKinds = ['.json', '.ndjson', '.c1z'] as const;
export type SyncFileKind = (typeof syncFileKinds)[number];
