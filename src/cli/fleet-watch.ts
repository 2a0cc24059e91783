import type { Environment } from '../config/environment.ts';
import { type Setting, settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetEngine } from '../fleet/engine.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { FleetWatcher } from '../fleet/watcher.ts';
import type { Logger } from '../log.ts';
import { printable } from '../printable.ts';
import { version } from '../version.ts';

export interface FleetWatchFlags {
  readonly healthCheckPort?: string;
  readonly healthCheckBindAddress?: string;
}

/** The pages for probes and for Prometheus of a process that works for a fleet. */
export interface FleetWatch extends AsyncDisposable {
  readonly watcher: FleetWatcher;
  /** An ask for requests of a group waited so long for its budget. */
  readonly onBudgetWait: (group: string, ms: number) => void;
  /** Where they are; undefined where nobody asked for them. */
  readonly url: string | undefined;
  /** No more work is begun. */
  readonly stopping: () => void;
}

const nobody: FleetWatch = {
  watcher: { onEngine: () => undefined, onStart: () => undefined, onEnd: () => undefined },
  onBudgetWait: () => undefined,
  url: undefined,
  stopping: () => undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Serves health and metrics where a port is named. `local-io` where that cannot be had. */
export async function watchFleet({
  fleet,
  engine,
  workers,
  flags,
  env,
  logger,
}: {
  readonly fleet: Fleet;
  readonly engine: FleetEngine;
  readonly workers: number;
  readonly flags: FleetWatchFlags;
  readonly env: Environment;
  readonly logger: Logger;
}): Promise<FleetWatch> {
  const port = valueOf('healthCheckPort', flags.healthCheckPort, env) ?? 'off';
  const host = valueOf('healthCheckBindAddress', flags.healthCheckBindAddress, env) ?? '127.0.0.1';
  if (port === 'off') {
    return nobody;
  }
  const { createFleetMetrics } = await import('../fleet/metrics.ts');
  const { createFleetHealth } = await import('../fleet/health.ts');
  const { startPages } = await import('../observe/pages.ts');
  const metrics = createFleetMetrics({ version, fleet, engine, workers });
  const health = createFleetHealth({ workers, onChange: (isHealthy) => metrics.setHealthy(isHealthy) });
  const pages = await startPages({ host, port: Number(port), health, metrics });
  health.setPhase('serving');
  logger.info('health and metrics', { address: pages.url });
  return {
    watcher: {
      onEngine: (failure) => [metrics, health].forEach((one) => one.onEngine(failure)),
      onStart: (project) => [metrics, health].forEach((one) => one.onStart(project)),
      onEnd: (...ended) => [metrics, health].forEach((one) => one.onEnd(...ended)),
    },
    onBudgetWait: (group, ms) => metrics.onBudgetWait(group, ms),
    url: pages.url,
    stopping: () => health.setPhase('stopping'),
    [Symbol.asyncDispose]: async () => {
      metrics.close();
      await pages.close();
    },
  };
}

/** A setting that a fleet has no file for: its flag, else its variable. */
function valueOf(
  name: 'healthCheckPort' | 'healthCheckBindAddress',
  flag: string | undefined,
  env: Environment,
): string | undefined {
  const setting: Setting = settings[name];
  const [variable] = setting.env;
  const text = flag ?? (env[variable]?.trim() || undefined);
  if (text !== undefined) {
    const parsed = setting.schema.safeParse(text);
    if (!parsed.success) {
      const [named = ''] = flag === undefined ? [variable] : setting.flag.split(' ');
      throw new ConnectorError(
        'config',
        `${named} ${printable(text)}: ${parsed.error.issues[0]?.message ?? 'is not understood'}`,
      );
    }
  }
  return text;
}
