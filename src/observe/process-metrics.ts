import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, type Counter, type Registry } from 'prom-client';
import { counter, gauge } from './metric-kinds.ts';

const loopResolutionMs = 10;

/**
 * The process itself: by names of ours, and by those that every dashboard for Node knows (`process_*`, `nodejs_*`).
 * What this returns ends the watching.
 */
export function watchProcess(
  registry: Registry,
  { version, now }: { readonly version: string; readonly now: () => number },
): () => void {
  gauge(registry, 'build_info', 'always 1; the version of this program and of Node', ['version', 'node']).set(
    { version, node: process.versions.node },
    1,
  );
  gauge(registry, 'start_time_seconds', 'when the process began, Unix time').set(
    Math.round(now() / 1000 - process.uptime()),
  );
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  loop.enable();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopResolutionMs });
  gauge(registry, 'resident_memory_bytes', 'memory that the process holds (RSS)', [], (self) =>
    self.set(process.memoryUsage.rss()),
  );
  gauge(registry, 'heap_used_bytes', 'memory that live objects of JavaScript take', [], (self) =>
    self.set(process.memoryUsage().heapUsed),
  );
  let countedSeconds = 0;
  const cpu: Counter = counter(registry, 'cpu_seconds_total', 'processor time used, user and system', [], () => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    cpu.inc(Math.max(0, seconds - countedSeconds));
    countedSeconds = seconds;
  });
  gauge(
    registry,
    'event_loop_delay_seconds',
    'how late the event loop was since the last scrape, by quantile; 1 is the worst',
    ['quantile'],
    (self) => {
      for (const quantile of [0.5, 0.99, 1]) {
        const ns = quantile === 1 ? loop.max : loop.percentile(quantile * 100);
        self.set({ quantile }, loop.count === 0 ? 0 : Math.max(0, ns / 1e9 - loopResolutionMs / 1000)); // the timer's own interval is in it
      }
      loop.reset();
    },
  );
  return () => loop.disable();
}
