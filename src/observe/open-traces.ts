import type { Logger } from '../log.ts';
import { type Collector, traceTargetOf } from './trace-settings.ts';
import type { Traces } from './traces.ts';

export interface TracesWanted {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly runId: string;
  readonly logger: Logger;
  readonly collector?: Collector | 'off' | undefined;
}

/** Traces to where they are wanted; where they are not, nothing of OpenTelemetry is loaded. */
export async function openTraces({ collector, ...options }: TracesWanted): Promise<Traces | undefined> {
  const target = traceTargetOf(options.env, collector);
  if (target === undefined) {
    return undefined;
  }
  const [{ startTraces }, { exporterTo }] = await Promise.all([import('./traces.ts'), import('./trace-exporter.ts')]);
  return startTraces({ ...options, exporter: await exporterTo(target) });
}
