/** Rows of a page, where nothing else is asked for, and at most. */
export const pageRows = { usual: 100, most: 1_000 } as const;
