/** The file of a call without a command, where none is named. */
export const defaultFile = 'sync.c1z';
