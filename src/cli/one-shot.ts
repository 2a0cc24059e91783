import { resolveSettings } from '../config/load.ts';
import { resolveOneShot } from '../config/one-shot.ts';
import type { OneShotName, OneShotValues } from '../config/one-shot-flags.ts';
import { ConnectorError } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import type { EcosystemFlags } from './ecosystem.ts';
import { meansServiceMode } from './mode.ts';
import { carryOut, operationOf } from './one-shot-operations.ts';
import { syncAsked } from './one-shot-sync.ts';
import { type SettingFlags, settingSources } from './setting-sources.ts';
import { tell } from './tell.ts';

/** Does what a call without a command asks for: service mode where a client is named, an operation, or a sync. */
export async function runOneShot(options: EcosystemFlags, context: CommandContext): Promise<void> {
  const { clientId } = resolveSettings(await settingSources(options, context.env)).values; // in the config file, perhaps
  if (meansServiceMode(context.env, options.clientId ?? clientId)) {
    await (await import('./service.ts')).service(options, context);
    return;
  }
  const asked = await readOneShot(options, context.env);
  tellIdle(asked);
  refuseForeignResources(asked);
  const operation = operationOf(asked);
  await (operation === undefined
    ? syncAsked({ options, asked, context })
    : carryOut(operation, { options, asked, context }));
}

/** What is asked for, wherever it is said. A config file that cannot be read is told with the settings. */
export async function readOneShot(
  options: SettingFlags & EcosystemFlags,
  env: CommandContext['env'],
): Promise<OneShotValues> {
  const { openFile } = await settingSources(options, env);
  return resolveOneShot(options, env, inFile());

  function inFile(): Parameters<typeof resolveOneShot>[2] {
    try {
      return openFile?.()?.oneShot;
    } catch {
      return undefined;
    }
  }
}

/** What somebody may wait for in vain is said to have no effect; nothing is refused because of it. */
function tellIdle(asked: OneShotValues): void {
  if (asked.otelCollectorEndpoint !== undefined) {
    tell(
      'warn',
      '--otel-collector-endpoint has no effect: traces go over HTTP to the address that OTEL_EXPORTER_OTLP_ENDPOINT names',
    );
  }
  if (asked.keepPreviousSyncC1z === true) {
    tell('warn', '--keep-previous-sync-c1z has no effect: this connector replays nothing from an earlier sync');
  }
}

const foreign = [
  'externalResourceC1z',
  'externalResourceEntitlementIdFilter',
  'externalResourceTraits',
] as const satisfies readonly OneShotName[];

/** What would be left out of a sync, or done elsewhere, without anybody noticing. */
function refuseForeignResources(asked: OneShotValues): void {
  if (foreign.some((name) => asked[name] !== undefined)) {
    throw new ConnectorError(
      'config',
      '--external-resource-c1z is not supported by this connector: everybody who holds something in Descope is a user or a key of Descope, and nothing is matched with resources of other connectors',
    );
  }
  if (asked.logPath !== undefined) {
    throw new ConnectorError(
      'config',
      '--log-path is not supported by this connector: logs go to stderr, which a shell or a container keeps (2> FILE)',
    );
  }
  if (asked.storageEngine !== undefined && asked.storageEngine !== 'sqlite') {
    throw new ConnectorError(
      'config',
      `--storage-engine ${asked.storageEngine} is not supported by this connector: it writes .c1z files with sqlite, which every Baton tool reads`,
    );
  }
}
