import type { Duration } from '@bufbuild/protobuf/wkt';
import { isKind } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Clock } from './clock.ts';
import type { Platform } from './platform.ts';

/** So many in a row without an answer: the platform has given the task to somebody else by then. */
const mostMissed = 10;

/** Why a task is over before it is done. */
export type Ending = 'cancelled' | 'lost';

export interface HeartbeatOptions {
  readonly platform: Pick<Platform, 'heartbeat'>;
  readonly taskId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onEnding: (ending: Ending) => void;
  /** Fires when the task has ended. */
  readonly signal: AbortSignal;
}

/**
 * Tells the platform that a task is worked on. Resolves with the first answer; then goes on in the background, as often
 * as the platform asks, until the signal fires.
 */
export async function keepAlive(options: HeartbeatOptions): Promise<void> {
  const { platform, taskId, clock, logger, onEnding, signal } = options;
  let missed = 0;
  let pauseMs = usualPauseMs;

  /** False where there is no use in another one. */
  async function beat(): Promise<boolean> {
    try {
      const { cancelled, nextHeartbeat } = await platform.heartbeat(taskId, signal);
      missed = 0;
      pauseMs = pauseOf(nextHeartbeat);
      if (cancelled) {
        onEnding('cancelled');
      }
      return !cancelled;
    } catch (thrown) {
      if (signal.aborted || isKind(thrown, 'cancelled')) {
        return false;
      }
      missed += 1;
      logger.warn('a heartbeat was not answered', {
        reason: thrown instanceof Error ? thrown.message : 'unknown',
        failuresInARow: missed,
      });
      if (missed >= mostMissed) {
        onEnding('lost');
      }
      return missed < mostMissed;
    }
  }

  if (await beat()) {
    void (async () => {
      do {
        await clock.wait(pauseMs, signal);
      } while (!signal.aborted && (await beat()));
    })();
  }
}

const usualPauseMs = 30_000;

/** What the platform asks for, within 1 s and 5 min; 0 leaves it to us. */
function pauseOf(asked: Duration | undefined): number {
  const ms = msOf(asked);
  return ms === 0 ? usualPauseMs : Math.min(Math.max(ms, 1_000), 5 * 60_000);
}

export function msOf(duration: Duration | undefined): number {
  return duration === undefined ? 0 : Number(duration.seconds) * 1_000 + Math.floor(duration.nanos / 1_000_000);
}
