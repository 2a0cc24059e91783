import { incomplete } from '../answers/faults.ts';
import { Marks } from '../model/marks.ts';
import { grantKinds } from './schema.ts';

type Listed = 'thing_row' | 'user_row' | 'sso_row';

/** What must be listed for a grant of each kind: what is held, and who holds it. */
const needs: Readonly<Record<number, { readonly on: Listed; readonly to?: Listed; readonly words: string }>> = {
  [grantKinds.holding]: { on: 'thing_row', to: 'user_row', words: 'to a user' },
  [grantKinds.confers]: { on: 'thing_row', to: 'thing_row', words: 'to a role' },
  [grantKinds.inherits]: { on: 'thing_row', to: 'thing_row', words: 'from a tenant' },
  [grantKinds.maps]: { on: 'thing_row', words: '' },
  [grantKinds.member]: { on: 'sso_row', to: 'user_row', words: 'to a user' },
};

/**
 * Refuses a sync that grants what it does not list, or to a user that it does not list: answers would leave somebody out.
 * It is told of all that the sync lists and grants, whether that is new or not.
 */
export interface References {
  list(table: string, n: number): void;
  /** A grant by what it is for questions. */
  grant(kind: number, on: { readonly onN: number; readonly typeId: string }, toN: number, toType: string): void;
  /** Throws `inconsistent` where something is missing. */
  check(): void;
}

const ours: ReadonlySet<string> = new Set(['tenant', 'role', 'role_binding', 'permission']);

export function createReferences(path: string): References {
  const listed: Readonly<Record<Listed, Marks>> = {
    thing_row: new Marks(),
    user_row: new Marks(),
    sso_row: new Marks(),
  };
  /** What was not listed yet when it was granted, by what is said of it. */
  const late = new Map<string, { readonly table: Listed; readonly words: string; readonly marks: Marks }>();

  function need(table: Listed, n: number, words: string): void {
    if (!listed[table].has(n)) {
      const key = `${table} ${words}`;
      const { marks } = late.get(key) ?? { marks: new Marks() };
      marks.mark(n);
      late.set(key, { table, words, marks });
    }
  }

  return {
    list: (table, n) => {
      if (Object.hasOwn(listed, table)) {
        listed[table as Listed].mark(n); // as was looked up
      }
    },
    grant: (kind, { onN, typeId }, toN, toType) => {
      const needed = needs[kind];
      if (needed !== undefined) {
        need(needed.on, onN, 'of something');
        if (needed.to !== undefined) {
          need(needed.to, toN, needed.words);
        }
      } else if (kind === grantKinds.other) {
        if (toType === 'user') {
          need('user_row', toN, 'to a user');
        }
        if (ours.has(typeId)) {
          need('thing_row', onN, 'of something');
        }
      }
    },
    check: () => {
      const missing = late.values().find(({ table, marks }) => !marks.areIn(listed[table]));
      if (missing !== undefined) {
        throw incomplete(path, `the sync grants something ${missing.words} that it does not list`);
      }
    },
  };
}
