// The rule for "unusually much". Scores are robust z-scores: distance from the median in units of the usual spread.

/** So many units above the median are unusual. */
export const unusualScore = 3.5;

export interface Spread {
  readonly median: number;
  /** One unit of usual spread; 0 when all are equal. */
  readonly unit: number;
}

/**
 * Median and spread. The spread is the median distance from the median, scaled by 1.4826 to a standard deviation; where
 * more than half are equal, that is 0, and the mean distance, scaled by 1.2533, takes its place (Iglewicz and Hoaglin).
 */
export function spreadOf(values: ArrayLike<number>): Spread {
  const middle = medianOf(values);
  const distances = Float64Array.from(values, (value) => Math.abs(value - middle));
  const usual = medianOf(distances) * 1.4826;
  return {
    median: middle,
    unit:
      usual > 0
        ? usual
        : (distances.reduce((sum, distance) => sum + distance, 0) / Math.max(values.length, 1)) * 1.2533,
  };
}

/** The score of a value; undefined when it is not unusually high, or less than `above` above the median. */
export function unusual(value: number, { median, unit }: Spread, above: number): number | undefined {
  const score = unit > 0 ? (value - median) / unit : 0;
  return score > unusualScore && value - median >= above ? score : undefined;
}

function medianOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const half = Math.floor(sorted.length / 2);
  return sorted.length === 0
    ? 0
    : sorted.length % 2 === 1
      ? (sorted[half] ?? 0)
      : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}
