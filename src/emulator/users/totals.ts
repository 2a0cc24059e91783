import type { UserSwitches } from './switches.ts';

/** What a search reports as `total`: the truth, unless a switch asks for one of the ways to be wrong. */
export function createTotals(switches: UserSwitches): { next: (exact: number, rows: number) => number } {
  const drift = switches.totalDrift;
  let asked = 0;
  return {
    next(exact, rows) {
      asked += 1;
      switch (switches.total) {
        case 'exact':
          return exact;
        case 'constant':
          return exact + drift;
        case 'growing':
          return exact + drift * (asked - 1);
        case 'oscillating':
          return exact + (asked % 2 === 0 ? drift : 0);
        case 'page-length':
          return rows;
        default:
          return 0;
      }
    },
  };
}
