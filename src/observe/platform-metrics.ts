import type { Registry } from 'prom-client';
import { errorKinds } from '../errors.ts';
import { bear, counter, gauge, histogram } from './metric-kinds.ts';
import type { PlatformWatcher } from './watchers.ts';

const taskSeconds = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200];
const results = ['success', ...errorKinds, 'internal'];

/** What service mode tells: of the platform that is dialled, and of its tasks. Without it all of this is absent. */
export interface PlatformMetrics extends PlatformWatcher {
  /** Which kinds of task there are: their counts begin at 0. */
  expectTasks(kinds: readonly string[]): void;
}

export function createPlatformMetrics(registry: Registry, now: () => number): PlatformMetrics {
  const tasks = counter(registry, 'tasks_total', 'tasks of the platform that ended: success, or the kind of failure', [
    'kind',
    'result',
  ]);
  const seconds = histogram(registry, 'task_seconds', 'how long tasks of the platform took', ['kind'], taskSeconds);
  const up = gauge(registry, 'platform_up', '1 while the platform answers, else 0; absent outside of service mode');
  const uploaded = gauge(
    registry,
    'last_successful_upload_seconds',
    'when the platform last took a sync, Unix time; absent when it took none from this process',
  );
  up.remove();
  uploaded.remove();
  return {
    expectTasks: (kinds) => {
      bear(tasks, { kind: kinds, result: results });
      kinds.forEach((kind) => seconds.zero({ kind }));
      up.set(0);
    },
    onPlatform: (outcome) => up.set(outcome === 'ok' ? 1 : 0),
    onTask: (kind, result, durationMs) => {
      tasks.inc({ kind, result });
      seconds.observe({ kind }, durationMs / 1000);
    },
    onUpload: () => uploaded.set(Math.round(now() / 1000)),
  };
}
