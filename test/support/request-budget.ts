/** The most of some moments (milliseconds) that lie within any minute. */
export function mostInAMinute(moments: readonly number[]): number {
  const sorted = moments.toSorted((one, other) => one - other);
  let [first, most] = [0, 0];
  sorted.forEach((moment, place) => {
    while ((sorted[first] ?? moment) <= moment - 60_000) {
      first += 1;
    }
    most = Math.max(most, place - first + 1);
  });
  return most;
}
