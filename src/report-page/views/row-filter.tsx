import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { plain } from '../data/text.ts';

/** A choice of some of a list's rows; the first of a list of choices shows all. */
export interface RowChoice {
  readonly id: string;
  readonly name: string;
  readonly test: (row: number) => boolean;
}

/** A selection above a list, and which rows it leaves; choices that fit no row are not offered. */
export function useRowFilter(
  label: string,
  count: number,
  choices: readonly RowChoice[],
  chosen = '',
): { readonly filter: Uint8Array | undefined; readonly tools: ComponentChildren } {
  const [only, setOnly] = useState(chosen);
  const offered = useMemo(() => choices.filter(({ id, test }) => id === '' || fitsAny(count, test)), [count, choices]);
  const test = offered.find(({ id }) => id === only)?.test;
  const filter = useMemo(
    () =>
      test === undefined || only === '' ? undefined : Uint8Array.from({ length: count }, (_, row) => Number(test(row))),
    [count, test, only],
  );
  return {
    filter,
    tools: offered.length > 1 && (
      <select aria-label={label} value={only} onChange={(event) => setOnly(event.currentTarget.value)}>
        {offered.map(({ id, name }) => (
          <option key={id} value={id}>
            {plain(name)}
          </option>
        ))}
      </select>
    ),
  };
}

function fitsAny(count: number, test: (row: number) => boolean): boolean {
  for (let row = 0; row < count; row++) {
    if (test(row)) {
      return true;
    }
  }
  return false;
}
