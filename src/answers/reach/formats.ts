/** How `path` tells its answers. */
export const reachFormats = ['text', 'json', 'mermaid'] as const;
export type ReachFormat = (typeof reachFormats)[number];
