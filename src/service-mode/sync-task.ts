import { ConnectorError } from '../errors.ts';
import { taskKind } from './task.ts';
import { uploadTries } from './upload-tries.ts';

/**
 * A sync is uploaded whole, or not at all. The log follows where the platform wants it; without a sync before it the
 * platform would take the log for one.
 */
export const syncFull = taskKind('syncFull', 'sync', async (task, context) => {
  const { id, isDebug, platform, runSync, openDebugLog, watcher, signal } = context;
  if (task.storageEngine !== '' && task.storageEngine !== 'sqlite') {
    throw new ConnectorError(
      'unsupported',
      'the task asks for a sync in another storage engine: this connector writes .c1z files with SQLite ("sqlite") only',
    );
  }
  await using log = isDebug ? await openDebugLog() : undefined;
  await using written = await runSync(task, signal);
  await uploadTries(() => platform.upload(id, written.path, signal), context);
  await written.keep();
  watcher.onUpload();
  if (log !== undefined) {
    await log.finish();
    await uploadTries(() => platform.upload(id, log.path, signal), context);
  }
  return {};
});
