/** How findings can be told. */
export const checkFormats = ['text', 'json', 'sarif', 'csv', 'md', 'junit'] as const;
export type CheckFormat = (typeof checkFormats)[number];
