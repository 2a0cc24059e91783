import { isKind } from '../errors.ts';
import type { TaskContext } from './task.ts';

const tries = 3;

/** Uploads, and tries again twice, after one second and after two; a task that was stopped is not tried again. */
export async function uploadTries(
  upload: () => Promise<void>,
  { clock, logger, signal }: Pick<TaskContext, 'clock' | 'logger' | 'signal'>,
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await upload();
      return;
    } catch (thrown) {
      if (tried === tries || signal.aborted || isKind(thrown, 'cancelled', 'local-io')) {
        throw thrown;
      }
      logger.warn('the upload failed, and is tried again', {
        reason: thrown instanceof Error ? thrown.message : 'unknown',
      });
      await clock.wait(tried * 1_000, signal);
    }
  }
}
