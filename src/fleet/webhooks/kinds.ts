/** What can be told of a project. Names are a contract with receivers. */
export const eventKinds = ['access.changed', 'sync.completed'] as const;
export type EventKind = (typeof eventKinds)[number];
