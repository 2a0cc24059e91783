import { createByteSink } from './report-bytes.ts';

/** At most so many ordinals of one thing are written as one group. */
const groupSize = 65_536;

/** Pairs of a thing and an ordinal; pairs of one thing that follow each other are written together. */
export interface GroupWriter {
  add(thing: number, ordinal: number): void;
  /** After the last pair. */
  close(): void;
  readonly count: number;
}

/** `headOf` gives the numbers that stand for a thing. */
export function createGroupWriter(
  headOf: (thing: number) => readonly number[],
  emit: (bytes: Uint8Array) => void,
): GroupWriter {
  let open: { readonly thing: number; readonly ordinals: number[] } | undefined;
  let count = 0;

  function close(): void {
    if (open !== undefined) {
      emit(encodeGroup(headOf(open.thing), open.ordinals));
      open = undefined;
    }
  }

  return {
    close,
    add: (thing, ordinal) => {
      count += 1;
      if (open?.thing !== thing || open.ordinals.length >= groupSize) {
        close();
        open = { thing, ordinals: [] };
      }
      open.ordinals.push(ordinal);
    },
    get count() {
      return count;
    },
  };
}

function encodeGroup(head: readonly number[], ordinals: readonly number[]): Uint8Array {
  const bytes = createByteSink();
  head.forEach((value) => bytes.number(value));
  bytes.number(ordinals.length);
  let before = 0;
  for (const ordinal of ordinals) {
    bytes.signed(ordinal - before);
    before = ordinal;
  }
  return bytes.take();
}
