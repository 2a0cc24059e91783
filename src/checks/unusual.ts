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
  const counted = countsOf(values);
  const middle = medianOf(counted, values.length);
  const distances = counted.map(([value, times]): Counted => [Math.abs(value - middle), times]);
  const usual = medianOf(distances, values.length) * 1.4826;
  const sum = distances.reduce((all, [distance, times]) => all + distance * times, 0);
  return { median: middle, unit: usual > 0 ? usual : (sum / Math.max(values.length, 1)) * 1.2533 };
}

/** The score of a value; undefined when it is not unusually high, or less than `above` above the median. */
export function unusual(value: number, { median, unit }: Spread, above: number): number | undefined {
  const score = unit > 0 ? (value - median) / unit : 0;
  return score > unusualScore && value - median >= above ? score : undefined;
}

type Counted = readonly [value: number, times: number];

/** People are many, and their numbers few: each number with how often it comes. */
function countsOf(values: ArrayLike<number>): Counted[] {
  const times = new Map<number, number>();
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    times.set(value, (times.get(value) ?? 0) + 1);
  }
  return [...times];
}

function medianOf(counted: readonly Counted[], total: number): number {
  const sorted = counted.toSorted(([one], [other]) => one - other);
  const at = (place: number): number => {
    let seen = 0;
    for (const [value, times] of sorted) {
      seen += times;
      if (place < seen) {
        return value;
      }
    }
    return 0;
  };
  return (at(Math.floor((total - 1) / 2)) + at(Math.floor(total / 2))) / 2;
}
