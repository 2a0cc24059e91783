import { anyPack } from '@bufbuild/protobuf/wkt';
import { ConnectorError, isKind } from '../errors.ts';
import type { Logger } from '../log.ts';
import { toStatus } from '../server/errors.ts';
import type { Clock } from './clock.ts';
import type { Platform } from './platform.ts';
import type { TaskResult } from './task.ts';

/** The platform takes so many annotations. */
const mostAnnotations = 16;
const tries = 3;

export interface Finisher {
  succeed(taskId: string, result: TaskResult): Promise<void>;
  /** `isFinal`: the platform is not to try again by itself. */
  fail(taskId: string, thrown: unknown, isFinal: boolean): Promise<void>;
}

/**
 * Tells the platform how a task ended: tried again where it cannot be reached, since it would otherwise have the task
 * done a second time. Never throws.
 */
export function createFinisher({
  platform,
  clock,
  logger,
}: {
  readonly platform: Pick<Platform, 'finish'>;
  readonly clock: Clock;
  readonly logger: Logger;
}): Finisher {
  async function send(request: Parameters<Platform['finish']>[0]): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      try {
        await platform.finish(request);
        return;
      } catch (thrown) {
        const reason = thrown instanceof ConnectorError ? thrown.message : 'unknown';
        if (tried === tries || !isKind(thrown, 'unavailable', 'timeout')) {
          logger.error('the platform was not told how a task ended', { reason });
          return;
        }
        await clock.wait(tried * 1_000);
      }
    }
  }

  return {
    succeed: async (taskId, { response, annotations = [] }) => {
      const packed = response && { response: anyPack(response.schema, response.message) };
      const value = { ...packed, annotations: annotations.slice(0, mostAnnotations) };
      await send({ taskId, finalState: { case: 'success', value } });
    },
    fail: async (taskId, thrown, nonRetryable) => {
      const status = toStatus(thrown, logger);
      await send({ taskId, status, finalState: { case: 'error', value: { nonRetryable } } });
    },
  };
}

/** Whether another try, with nothing changed here, would fail alike. */
export function isFinal(thrown: unknown): boolean {
  return isKind(thrown, 'held', 'unsupported', 'invalid', 'config', 'not-found', 'precondition');
}
