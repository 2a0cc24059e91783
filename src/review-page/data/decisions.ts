import { type Decision, decisionWords } from '../../review/format.ts';

/** What was decided of one holding. */
export interface Decided {
  readonly decision: Decision | undefined;
  readonly reason: string;
  /** Milliseconds since 1970; 0 for what is open. */
  readonly at: number;
}

export interface Counts extends Readonly<Record<Decision | 'open' | 'withoutReason', number>> {}

/** The decisions of a review, by row. */
export interface DecisionStore {
  readonly count: number;
  of(row: number): Decided;
  counts(): Counts;
  /** Decides several rows at once; a `reason` that is undefined leaves theirs. The last change can be taken back. */
  decide(rows: Iterable<number>, decision: Decision | undefined, reason?: string): void;
  /** Sets a reason alone, while it is typed. */
  setReason(row: number, reason: string): void;
  /** Takes decisions over where they are newer than what is here; returns how many. */
  merge(decided: Iterable<readonly [row: number, decided: Decided]>): number;
  /** Takes the last change back; the number of rows, 0 where there is none. */
  undo(): number;
  canUndo(): boolean;
  /** Goes up with every change. */
  version(): number;
  onChange(listener: () => void): () => void;
  pack(): string;
  /** Takes what `pack` made instead of what is here; false where it is something else. */
  unpack(text: string): boolean;
}

/** So many changes can be taken back. */
const mostUndone = 50;

/** A few bytes a row: a hundred thousand of them cost nothing, and fit into what a browser keeps. */
export function createDecisions(count: number, now: () => number): DecisionStore {
  let codes = new Uint8Array(count); // 0 is open, others are one more than a place in `decisionWords`
  let reasons = new Uint32Array(count);
  let times = new Float64Array(count);
  let texts = [''];
  let places = new Map([['', 0]]);
  let version = 0;
  const undone: { readonly row: number; readonly before: Decided }[][] = [];
  const listeners = new Set<() => void>();

  const of = (row: number): Decided => ({
    decision: decisionWords[(codes[row] ?? 0) - 1],
    reason: texts[reasons[row] ?? 0] ?? '',
    at: times[row] ?? 0,
  });

  function put(row: number, { decision, reason, at }: Decided): void {
    codes[row] = decision === undefined ? 0 : decisionWords.indexOf(decision) + 1;
    const known = places.get(reason) ?? texts.push(reason) - 1;
    places.set(reason, known);
    reasons[row] = known;
    times[row] = at;
  }

  function changed(): void {
    version += 1;
    listeners.forEach((listener) => listener());
  }

  function remember(before: { readonly row: number; readonly before: Decided }[]): void {
    if (before.length > 0) {
      undone.push(before);
      undone.splice(0, undone.length - mostUndone);
      changed();
    }
  }

  return {
    count,
    of,
    counts: () => {
      const found = { keep: 0, revoke: 0, question: 0, open: 0, withoutReason: 0 };
      for (let row = 0; row < count; row++) {
        const decision = decisionWords[(codes[row] ?? 0) - 1];
        found[decision ?? 'open'] += 1;
        found.withoutReason += Number(decision === 'revoke' && reasons[row] === 0);
      }
      return found;
    },
    decide: (rows, decision, reason) => {
      const at = decision === undefined ? 0 : now();
      const before = Array.from(rows, (row) => ({ row, before: of(row) }));
      before.forEach(({ row, before: old }) =>
        put(row, { decision, at, reason: decision === undefined ? '' : (reason ?? old.reason) }),
      );
      remember(before);
    },
    setReason: (row, reason) => {
      const old = of(row);
      if (old.reason !== reason) {
        put(row, { ...old, reason, at: now() });
        changed();
      }
    },
    merge: (decided) => {
      const newer = Array.from(decided).filter(([row, { at, decision }]) => decision !== undefined && at > of(row).at);
      const before = newer.map(([row]) => ({ row, before: of(row) }));
      newer.forEach(([row, one]) => put(row, one));
      remember(before);
      return newer.length;
    },
    undo: () => {
      const last = undone.pop() ?? [];
      last.forEach(({ row, before }) => put(row, before));
      if (last.length > 0) {
        changed();
      }
      return last.length;
    },
    canUndo: () => undone.length > 0,
    version: () => version,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    pack: () => {
      const rows = Array.from(codes.keys()).filter((row) => codes[row] !== 0);
      const used = [...new Set(rows.map((row) => reasons[row] ?? 0))];
      const number = new Map(used.map((place, at) => [place, at]));
      return JSON.stringify({
        count,
        codes: Array.from(codes, String).join(''),
        texts: used.map((place) => texts[place]),
        reasons: rows.map((row) => number.get(reasons[row] ?? 0)),
        times: differences(rows.map((row) => times[row] ?? 0)),
      });
    },
    unpack: (text) => {
      const packed = parsePacked(text);
      if (packed === undefined || packed.count !== count || packed.codes.length !== count) {
        return false;
      }
      codes = Uint8Array.from(packed.codes, Number);
      reasons = new Uint32Array(count);
      times = new Float64Array(count);
      texts = [''];
      places = new Map([['', 0]]);
      let at = 0;
      let time = 0;
      for (let row = 0; row < count; row++) {
        const decision = decisionWords[(codes[row] ?? 0) - 1];
        if (decision !== undefined) {
          time += packed.times[at] ?? 0;
          put(row, { decision, reason: packed.texts[packed.reasons[at] ?? 0] ?? '', at: time });
          at += 1;
        }
      }
      undone.length = 0;
      changed();
      return true;
    },
  };
}

function differences(values: readonly number[]): number[] {
  return values.map((value, at) => value - (values[at - 1] ?? 0));
}

interface Packed {
  readonly count: number;
  readonly codes: string;
  readonly texts: readonly string[];
  readonly reasons: readonly number[];
  readonly times: readonly number[];
}

function parsePacked(text: string): Packed | undefined {
  try {
    const packed = JSON.parse(text) as Partial<Packed> | null; // looked at below
    const isWhole =
      typeof packed?.count === 'number' &&
      typeof packed.codes === 'string' &&
      /^[0-3]*$/.test(packed.codes) &&
      [packed.texts, packed.reasons, packed.times].every(Array.isArray);
    return isWhole ? (packed as Packed) : undefined;
  } catch {
    return undefined;
  }
}
