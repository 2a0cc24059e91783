/**
 * A share of cases that are much alike: each so-many-th of them, or all with EVERY_CASE=1, as `npm run test:long` has it.
 * For those that start a process each: all of them at each change cost more than they find.
 */
export function shareOf<T>(cases: readonly T[], each: number): readonly T[] {
  return process.env['EVERY_CASE'] === '1' ? cases : cases.filter((_one, place) => place % each === 0);
}
