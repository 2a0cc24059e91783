import { sayHello } from './hello.ts';
import { syncFull } from './sync-task.ts';
import { taskKind, type TaskKind } from './task.ts';
import { actions } from './tasks/actions.ts';
import { changes } from './tasks/changes.ts';
import { events } from './tasks/events.ts';

/** The platform takes the hello itself for the end of the task. */
const hello = taskKind('hello', 'read', async (_task, { id, platform, surface }) => {
  const { metadata } = await surface.getMetadata();
  await sayHello(platform, metadata, { taskId: id });
  return { isToldAlready: true };
});

/** Every kind of task that is done here. Whatever else is asked for is finished as unsupported. */
export const taskKinds: readonly TaskKind[] = [hello, syncFull, ...changes, ...actions, ...events];
