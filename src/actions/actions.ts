import type { Action } from './action.ts';

/** Every action, in the order in which they are listed. A new one is one line here. */
export const actions: readonly Action[] = [];
