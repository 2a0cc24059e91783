import type { DescopeClient } from '../descope/client.ts';
import { ConnectorError } from '../errors.ts';
import { maxIdBytes, parseEntitlementId } from '../model/ids.ts';
import { requiredText } from '../model/requests.ts';
import { openAuditLog } from '../output/audit-log.ts';
import { type Change, createProvisioner, type Provisioner } from '../provisioning/provisioner.ts';
import { parseTarget, type Target } from '../provisioning/target.ts';
import type { CommandContext } from './program.ts';
import type { SettingFlags } from './setting-sources.ts';
import { setUp } from './settings.ts';

const rateWaits = { longestRateWaitMs: 2 * 60_000, totalRateWaitMs: 5 * 60_000 };

export type ChangeFlags = SettingFlags & { readonly entitlement: string; readonly principal: string; readonly dryRun?: boolean; readonly json?: boolean };

/** One grant or revoke, told in a sentence or as a line of JSON. */
export async function changeOnce(operation: 'grant' | 'revoke', options: ChangeFlags, { env, signal, print }: Pick<CommandContext, 'env' | 'signal' | 'print'>): Promise<void> {
  const parts = parseEntitlement(options.entitlement);
  const { client, logger, settings: loaded } = await setUp(options, env, rateWaits);
  await using audit = await opened(loaded.auditLog);
  const provisioner = createProvisioner({
    client,
    audit: (entry) => audit.append(entry),
    joinTenant: loaded.joinTenant,
    dryRun: options.dryRun === true,
    logger,
  });
  const { target, userId } = await understood(provisioner, operation, options, async () => ({
    target: parseTarget(parts.typeId, parts.resourceId),
    userId: await findUserId(client, requiredText(options.principal, '--principal'), signal),
  }));
  const change = await provisioner[operation](target, userId, signal);
  print(options.json === true ? JSON.stringify(toJsonLine(change, options.entitlement)) : sentences(change).join('\n'));
}

async function opened(path: string | undefined): Promise<Awaited<ReturnType<typeof openAuditLog>> & AsyncDisposable> {
  const log = await openAuditLog(path);
  return { ...log, [Symbol.asyncDispose]: () => log.close() };
}

type EntitlementParts = NonNullable<ReturnType<typeof parseEntitlementId>>;

function parseEntitlement(entitlement: string): EntitlementParts {
  const parts = parseEntitlementId(entitlement);
  if (parts === undefined) {
    throw new ConnectorError('config', '--entitlement is not an id of ours; it looks like tenant:acme:member, role:Editor:assigned or role_binding:acme/Editor:assigned');
  }
  return parts;
}

interface Asked {
  readonly target: Target;
  readonly userId: string;
}

/** What is asked for, or a refusal that is written down like any other attempt. */
async function understood(provisioner: Provisioner, operation: 'grant' | 'revoke', { entitlement, principal }: ChangeFlags, read: () => Promise<Asked>): Promise<Asked> {
  try {
    return await read();
  } catch (thrown) {
    await provisioner.refused(operation, entitlement.slice(0, maxIdBytes), principal.slice(0, maxIdBytes), thrown);
    throw thrown;
  }
}

/** The user id that a user id or login id means. A login id counts only when exactly one user has it. */
async function findUserId(client: Pick<DescopeClient, 'loadUser' | 'findByLoginId'>, principal: string, signal: AbortSignal): Promise<string> {
  if ((await client.loadUser(principal, { signal })) !== undefined) {
    return principal;
  }
  const [found, ...others] = await client.findByLoginId(principal, { signal });
  if (others.length > 0) {
    throw new ConnectorError('conflict', `${others.length + 1} users have this login id: name one by its user id`);
  }
  return found?.userId ?? principal; // nobody: the operation itself says what that means
}

function sentences({ operation, outcome, target, words, writes }: Change): readonly string[] {
  const { user, alongside, isKnownUser } = words;
  const isMembership = target.roleName === undefined;
  const also = (verb: string): readonly string[] => (alongside.length > 0 ? [`With it ${verb}: ${alongside.join(', ')}.`] : []);
  const now = isMembership ? `${user} is now a member of ${words.target}` : `${user} now holds ${words.target}`;
  const notNow = isMembership ? `${user} is not a member of ${words.target}` : `${user} does not hold ${words.target}`;
  switch (outcome) {
    case 'granted':
      return [`${now}.`, ...also('came')];
    case 'already-granted':
      return [`${now}; they already ${isMembership ? 'were' : 'did'}: nothing sent.`];
    case 'revoked':
      return [`${notNow} any more.`, ...also('went')];
    case 'already-revoked':
      if (!isKnownUser) {
        return [`There is no user ${user} in the project: nothing sent. Was the id meant?`];
      }
      return [`${notNow}: nothing sent.`];
    case 'planned':
      return [`Nothing was sent. To ${operation} it, this would be:`, ...writes.map(({ request, body }) => `  ${request} ${JSON.stringify(body)}`)];
  }
}

function toJsonLine({ operation, outcome, requestId, userId, alongside, writes, words }: Change, entitlement: string): object {
  return { operation, outcome, entitlement, principal: userId, user: words.user, alongside, writes, requestId };
}
