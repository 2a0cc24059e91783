import { printableJson } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import { createProvisioner } from '../provisioning/provisioner.ts';
import { returningModeOf } from '../provisioning/returning.ts';
import type { ChangeRequest } from '../provisioning/request.ts';
import { openAudit } from './audit.ts';
import { type ChangeRequestFlags, lookUpRequest, principalWords, readChangeRequest } from './change-request.ts';
import { changeSentences, toChangeLine } from './change-words.ts';
import type { CommandContext } from './command-context.ts';
import { openPolicyGuard } from './policy-guard.ts';
import { prose } from './results.ts';
import type { SettingFlags } from './setting-sources.ts';
import { setUp } from './settings.ts';

const rateWaits = { longestRateWaitMs: 2 * 60_000, totalRateWaitMs: 5 * 60_000 };

export type ChangeFlags = SettingFlags &
  ChangeRequestFlags & {
    readonly dryRun?: boolean;
    readonly json?: boolean;
    /**
     * Refuses the change without --provisioning. For callers whose command does not say by its name that it changes
     * access.
     */
    readonly needsProvisioning?: boolean;
  };

/** Finds the request elsewhere than in the flags: in a file, for instance. Undefined where it is to be looked up. */
export type FindRequest = (projectId: string, signal: AbortSignal) => Promise<ChangeRequest | undefined>;

/** One grant or revoke; prints a sentence or a line of JSON. The audit log has every outcome. */
export async function changeOnce(
  operation: 'grant' | 'revoke',
  options: ChangeFlags,
  { env, signal, print }: Pick<CommandContext, 'env' | 'signal' | 'print'>,
  find?: FindRequest,
): Promise<void> {
  const request = readChangeRequest(operation, options);
  const { client, logger, settings: loaded } = await setUp(options, env, rateWaits);
  await using audit = await openAudit(loaded, { logger, isOneAnswer: true });
  await using policy = await openPolicyGuard(loaded, { logger, signal });
  const provisioner = createProvisioner({
    client,
    audit: (entry) => audit.append(entry),
    joinTenant: loaded.joinTenant,
    inheritance: loaded.inheritance,
    applicationDefault: loaded.applicationDefault,
    returning: returningModeOf(loaded),
    guard: policy.guard,
    dryRun: options.dryRun === true,
    logger,
  });
  const read = async (): Promise<ChangeRequest> => {
    if (options.needsProvisioning === true && !loaded.provisioning) {
      throw new ConnectorError('precondition', 'provisioning is not enabled: add --provisioning (-p) to change access');
    }
    return (
      (await find?.(loaded.projectId, signal)) ?? (await lookUpRequest(operation, request, client, provisioner, signal))
    );
  };
  const words = { entitlement: request.asked, principal: principalWords(request.who) };
  const change = await provisioner.attempt(operation, words, read, signal);
  print(options.json === true ? printableJson(toChangeLine(change)) : prose(...changeSentences(change)).join('\n'));
}
