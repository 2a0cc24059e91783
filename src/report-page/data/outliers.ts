/** The rule for "unusually much". Scores are robust z-scores: distance from the median in units of the usual spread. */
export const outlierRule = {
  /** Fewer members than this say nothing about what is usual. */
  members: 10,
  score: 3.5,
  /** And at least this many permissions above the median, so that a tiny spread does not accuse anybody. */
  above: 3,
};

export interface Spread {
  readonly median: number;
  /** One unit of usual spread; 0 when all are equal. */
  readonly unit: number;
}

/**
 * Median and spread. The spread is the median distance from the median, scaled by 1.4826 to a standard deviation; where
 * more than half are equal, that is 0, and the mean distance, scaled by 1.2533, takes its place (Iglewicz and Hoaglin).
 */
export function spreadOf(values: readonly number[]): Spread {
  const middle = medianOf(values);
  const distances = values.map((value) => Math.abs(value - middle));
  const usual = medianOf(distances) * 1.4826;
  return {
    median: middle,
    unit:
      usual > 0
        ? usual
        : (distances.reduce((sum, distance) => sum + distance, 0) / Math.max(values.length, 1)) * 1.2533,
  };
}

/** The score of a value, or undefined when it is not unusually high. */
export function unusual(value: number, { median, unit }: Spread): number | undefined {
  const score = unit > 0 ? (value - median) / unit : 0;
  return score > outlierRule.score && value - median >= outlierRule.above ? score : undefined;
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = Math.floor(sorted.length / 2);
  return sorted.length === 0
    ? 0
    : sorted.length % 2 === 1
      ? (sorted[half] ?? 0)
      : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}
