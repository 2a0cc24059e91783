import { ConnectorError } from '../errors.ts';
import { taskKind } from './task.ts';
import { uploadTries } from './upload-tries.ts';

/** A sync is uploaded whole, or not at all. */
export const syncFull = taskKind('syncFull', 'sync', async (task, context) => {
  const { id, platform, runSync, signal } = context;
  if (task.storageEngine !== '' && task.storageEngine !== 'sqlite') {
    throw new ConnectorError(
      'unsupported',
      'the task asks for a sync in another storage engine: this connector writes .c1z files with SQLite ("sqlite") only',
    );
  }
  await using written = await runSync(task, signal);
  await uploadTries(() => platform.upload(id, written.path, signal), context);
  await written.keep();
  return {};
});
