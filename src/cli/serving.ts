import type { Environment } from '../config/environment.ts';
import type { Settings } from '../config/settings.ts';
import { endpointLabels } from '../descope/endpoints.ts';
import type { Logger } from '../log.ts';
import { type Observation, type ObservationOptions, startObservation } from '../observe/observation.ts';
import { type Pages, type PagesOptions, startPages } from '../observe/pages.ts';
import { createProvisioner, type Provisioner } from '../provisioning/provisioner.ts';
import { returningModeOf } from '../provisioning/returning.ts';
import type { AccessGuard, PolicyEnd } from '../provisioning/access-guard.ts';
import { version } from '../version.ts';
import { type AuditSink, openAudit } from './audit.ts';
import { openPolicyGuard } from './policy-guard.ts';
import { processRunId } from './safe-text.ts';
import type { Prepared } from './settings.ts';

// What every process has that goes on: `serve`, service mode, and the child of another program.

/** A platform holds its call open meanwhile: a longer wait is answered with when to try again. */
export const callRateWaits = { longestRateWaitMs: 30_000, totalRateWaitMs: 60_000, forgetsRateWaits: true };

/** Begins to observe this process. */
export async function observe(
  { collector, logger }: Pick<Prepared, 'collector' | 'logger'>,
  env: Environment,
  onHealth: ObservationOptions['onHealth'],
): Promise<Observation> {
  return await startObservation({
    env,
    version,
    endpoints: endpointLabels,
    runId: processRunId,
    collector,
    logger,
    onHealth,
  });
}

/**
 * Where each attempt to change something is written down (without `--provisioning`, too: refused ones are), and what the
 * policy forbids. Both end with the stack.
 */
export async function openGuards(
  settings: Settings,
  { metrics }: Observation,
  { logger, signal, stack }: Watching,
): Promise<{ readonly audit: AuditSink; readonly guard: AccessGuard | undefined }> {
  const audit = stack.use(await openAudit(settings, { logger }));
  const onEnd = (end: PolicyEnd): void => metrics.onPolicy(end);
  const { guard } = stack.use(await openPolicyGuard(settings, { logger, signal, onEnd }));
  return { audit, guard };
}

interface Watching {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly stack: AsyncDisposableStack;
}

/** The pages of health and metrics, unless they are switched off. */
export async function pagesOf(
  { healthCheckPort: port, healthCheckBindAddress: host }: Settings,
  { health, metrics }: Observation,
  besides: Pick<PagesOptions, 'more' | 'door'> = {},
): Promise<Pages | undefined> {
  return port === 'off' ? undefined : await startPages({ host, port, health, metrics, ...besides });
}

/** What changes access, if that is allowed, and counts each attempt that has ended; the first line of one is no end. */
export function provisioning(
  { settings, logger }: Prepared,
  client: Parameters<typeof createProvisioner>[0]['client'],
  audit: AuditSink,
  { metrics }: Observation,
  guard: AccessGuard | undefined,
): Provisioner {
  return createProvisioner({
    client,
    audit: async (entry) => {
      if (entry.outcome !== 'intended') {
        metrics.onChange(entry.operation, entry.outcome);
      }
      await audit.append(entry);
    },
    isEnabled: settings.provisioning,
    joinTenant: settings.joinTenant,
    allowPrivilegedDelete: settings.allowPrivilegedDelete,
    inheritance: settings.inheritance,
    applicationDefault: settings.applicationDefault,
    returning: returningModeOf(settings),
    guard,
    logger,
  });
}
