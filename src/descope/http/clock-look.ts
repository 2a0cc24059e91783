import type { Logger } from '../../log.ts';

/** Less is told by `doctor` alone: it does no harm. */
const toleratedMs = 5 * 60_000;

/**
 * Looks at the server's clock in each answer, and tells once where that of this machine is far from it: what is asked of
 * a time, and the times in logs, files and stores, go by ours.
 */
export function createClockLook(
  logger: Logger,
  wallClock: () => number = Date.now,
): (serverTimeMs: number | undefined) => void {
  let isTold = false;
  return (serverTimeMs) => {
    if (isTold || serverTimeMs === undefined) {
      return;
    }
    const offMs = wallClock() - serverTimeMs;
    if (Math.abs(offMs) > toleratedMs) {
      isTold = true;
      const side = offMs > 0 ? 'ahead of' : 'behind';
      logger.warn(
        `the clock of this machine is ${side} that of Descope: times in logs, files and stores will be wrong, and events ` +
          'may be missed; set it (NTP)',
        { seconds: Math.round(Math.abs(offMs) / 1000) },
      );
    }
  };
}
