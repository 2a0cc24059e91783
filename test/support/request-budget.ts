/** The most of some moments (milliseconds) that lie within any minute, or any other span. */
export function mostInAMinute(moments: readonly number[], spanMs = 60_000): number {
  const sorted = moments.toSorted((one, other) => one - other);
  let [first, most] = [0, 0];
  sorted.forEach((moment, place) => {
    while ((sorted[first] ?? moment) <= moment - spanMs) {
      first += 1;
    }
    most = Math.max(most, place - first + 1);
  });
  return most;
}
