/** How findings can be told. */
export const checkFormats = ['text', 'json', 'csv'] as const;
export type CheckFormat = (typeof checkFormats)[number];
