import { resolveSettings } from '../config/load.ts';
import { oneShotFlag } from '../config/one-shot.ts';
import type { OneShotName, OneShotValues } from '../config/one-shot-flags.ts';
import { ConnectorError } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import type { EcosystemFlags } from './ecosystem.ts';
import { meansServiceMode } from './mode.ts';
import { readOneShot } from './read-one-shot.ts';
import { carryOut, checkNotEmpty, operationOf } from './one-shot-operations.ts';
import { syncAsked } from './one-shot-sync.ts';
import { settingSources } from './setting-sources.ts';
import { tell } from './tell.ts';

/** Does what a call without a command asks for: service mode where a client is named, an operation, or a sync. */
export async function runOneShot(options: EcosystemFlags, context: CommandContext): Promise<void> {
  const asked = await readOneShot(options, context.env);
  tellIdle(asked);
  refuseForeignResources(asked);
  const { clientId } = resolveSettings(await settingSources(options, context.env)).values; // in the config file, perhaps
  if (meansServiceMode(context.env, options.clientId ?? clientId)) {
    await (await import('./service.ts')).service(options, context);
    return;
  }
  checkNotEmpty(options);
  const operation = operationOf(asked);
  await (operation === undefined
    ? syncAsked({ options, asked, context })
    : carryOut(operation, { options, asked, context }));
}

/** What somebody may wait for in vain is said to have no effect; nothing is refused because of it. */
function tellIdle(asked: OneShotValues): void {
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
  const named = foreign.find((name) => asked[name] !== undefined);
  if (named !== undefined) {
    throw new ConnectorError(
      'config',
      `${oneShotFlag(named)} is not supported by this connector: everybody who holds something in Descope is a user or ` +
        'a key of Descope, and nothing is matched with resources of other connectors',
    );
  }
  if (asked.storageEngine !== undefined && asked.storageEngine !== 'sqlite') {
    throw new ConnectorError(
      'config',
      `--storage-engine ${asked.storageEngine} is not supported by this connector: it writes .c1z files with sqlite, ` +
        'which every Baton tool reads',
    );
  }
}
