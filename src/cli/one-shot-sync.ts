import { targetNamed } from '../output/outputs.ts';
import { resolveSettings } from '../config/load.ts';
import { oneShotFlag } from '../config/one-shot.ts';
import type { OneShotValues } from '../config/one-shot-flags.ts';
import { createConnector } from '../connector.ts';
import { ConnectorError } from '../errors.ts';
import { parseResourceBid, type ResourceBid } from '../model/bid.ts';
import { printable } from '../printable.ts';
import { includesOf, listedTypes } from '../registry.ts';
import { isNarrow, type SyncShape } from '../sync/shape.ts';
import { rateWaits } from './full-sync.ts';
import { defaultFile } from './one-shot-file.ts';
import type { OneShotCall } from './one-shot-operations.ts';
import { settingSources } from './setting-sources.ts';
import { setUp } from './settings.ts';

/** What is not an operation is a sync: of everything, unless the flags say less. */
export async function syncAsked({ options, asked, context }: OneShotCall): Promise<void> {
  const include = await includedBy(asked, options, context.env);
  const flags = {
    ...options,
    out: asked.file ?? defaultFile,
    ...(include.length > 0 && { include: include.join(',') }),
  };
  if (asked.skipFullSync === true) {
    await checkOnly(flags, context);
    return;
  }
  const shape = shapeOf(asked, include);
  await (isNarrow(shape)
    ? (await import('./narrow-sync.ts')).narrowSyncOnce({ flags, shape, target: targetNamed(flags.out), context })
    : (await import('./sync.ts')).syncOnce(flags, context));
}

/** The types that are read besides those that always are: as the setting says, and such as the flags name. */
export async function includedBy(
  { syncResourceTypes, syncResources = [] }: OneShotValues,
  options: OneShotCall['options'],
  env: OneShotCall['context']['env'],
): Promise<readonly string[]> {
  const named = includesOf([...(syncResourceTypes ?? []), ...targetsOf(syncResources).map(({ typeId }) => typeId)]);
  if (syncResourceTypes !== undefined && named.length > 0) {
    return [...new Set(named)];
  }
  const { include = [] } = resolveSettings(await settingSources(options, env)).values;
  return [...new Set([...include, ...named])];
}

function shapeOf(
  { syncResources, syncResourceTypes, skipGrants, skipEntitlementsAndGrants }: OneShotValues,
  include: readonly string[],
): SyncShape {
  if (skipGrants === true && syncResources === undefined) {
    throw new ConnectorError(
      'config',
      '--skip-grants goes with --sync-resources only; --skip-entitlements-and-grants leaves both out of a whole sync',
    );
  }
  const typeIds = new Set(syncResourceTypes);
  const isPart = syncResourceTypes !== undefined && !listedTypes(include).typeIds.isSubsetOf(typeIds);
  return {
    ...(isPart && { typeIds }),
    ...(syncResources !== undefined && { targets: targetsOf(syncResources) }),
    ...(skipEntitlementsAndGrants === true
      ? { skips: 'entitlements-and-grants' }
      : skipGrants === true && { skips: 'grants' }),
  };
}

function targetsOf(bids: readonly string[]): readonly ResourceBid[] {
  return bids.map((text) => {
    const target = parseResourceBid(text);
    if (target === undefined) {
      throw new ConnectorError(
        'config',
        `${oneShotFlag('syncResources')} takes Baton ids of resources, such as bid:r:tenant/acme or ` +
          `bid:r:role_binding/acme\\/Editor (a backslash before each /, : and \\ of an id), not "${printable(text)}"`,
      );
    }
    return target;
  });
}

/** Asks Descope whether the key may read, as every sync does first. */
async function checkOnly(
  flags: Parameters<typeof setUp>[0],
  { env, print, signal }: OneShotCall['context'],
): Promise<void> {
  const { client, policy } = await setUp(flags, env, rateWaits);
  const connector = createConnector({ project: client, policy });
  try {
    await connector.validate(undefined, signal);
    print(`Project ${client.projectId} can be read. Nothing was synced: --skip-full-sync.`);
  } finally {
    connector.close();
  }
}
