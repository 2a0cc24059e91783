import type { Socket } from 'node:net';

/** How long a silence is borne, and how often it is looked at. */
export interface SilenceTimes {
  /** So long nothing need come over a connection on which an answer is waited for. */
  readonly silentMs: number;
  readonly lookMs: number;
  /** So many times in a row the server cannot be reached anew before the connection is given up. */
  readonly tries: number;
  /** How long each of these may take. */
  readonly connectMs: number;
}

/** All together less than two minutes. */
export const usualSilence: SilenceTimes = { silentMs: 45_000, lookMs: 15_000, tries: 2, connectMs: 10_000 };

export interface SilenceOptions {
  readonly socket: Pick<Socket, 'bytesRead' | 'destroy'>;
  /** Whether an answer is waited for. */
  readonly isAsked: () => boolean;
  /** Whether the server can be reached over another connection. */
  readonly isReachable: () => Promise<boolean>;
  readonly times: SilenceTimes;
}

/** A watch over a connection. */
export interface SilenceWatch extends Disposable {
  /** True once it was given up. */
  readonly isDead: boolean;
}

/**
 * Ends a connection over which nothing comes any more because the way to the server is dead, which TCP alone tells after
 * a quarter of an hour. A long statement is silent, too: so the server is asked over another connection, and only where
 * that cannot be had either, this one is given up.
 */
export function watchSilence({ socket, isAsked, isReachable, times }: SilenceOptions): SilenceWatch {
  let [read, quietMs, missed] = [socket.bytesRead, 0, 0];
  let [isDead, isLooking] = [false, false];
  const look = async (): Promise<void> => {
    if (!isAsked() || socket.bytesRead !== read) {
      [read, quietMs, missed] = [socket.bytesRead, 0, 0];
      return;
    }
    quietMs += times.lookMs;
    if (quietMs < times.silentMs || isLooking) {
      return;
    }
    isLooking = true;
    const isThere = await isReachable();
    isLooking = false;
    if (socket.bytesRead !== read || isThere) {
      [read, quietMs, missed] = [socket.bytesRead, 0, 0];
      return;
    }
    missed += 1;
    if (missed >= times.tries) {
      isDead = true;
      socket.destroy();
    }
  };
  const timer = setInterval(() => void look(), times.lookMs);
  timer.unref();
  return {
    get isDead() {
      return isDead;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
