import type { Principal } from '../access/principal.ts';
import { ConnectorError, isKind } from '../errors.ts';
import { maxIdBytes } from '../model/ids.ts';
import { requiredText } from '../model/requests.ts';
import { type AskedByName, namedTarget, namedTenant } from '../provisioning/named-target.ts';
import { didYouMean, targetsMeantBy } from '../access/near-targets.ts';
import { type FindKeyClient, findKeyId, keyText, withKeyHint } from '../provisioning/find-key.ts';
import { type FindClient, findUserId } from '../provisioning/find-user.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import type { CallOptions } from '../descope/http/call.ts';
import type { Target } from '../access/target.ts';
import { type ChangeRequest, checkAskable, parseEntitlementArgument, parseTarget } from '../provisioning/request.ts';
import { typeWithArticle } from '../sync-format/known-types.ts';
import { quoted } from '../printable.ts';

/** What the command line says of one change; which flags go together is checked here. */
export interface ChangeRequestFlags {
  readonly entitlement?: string;
  readonly role?: string;
  readonly in?: string;
  readonly tenant?: string;
  readonly application?: string;
  /** Of a revoke only. */
  readonly consent?: string;
  readonly principal?: string;
  readonly to?: string;
  readonly from?: string;
}

/** One change as the command line names it, by ids or by names. */
export interface AskedChange {
  readonly what: AskedByName | { readonly entitlement: string };
  readonly who: string;
  /** The request as the user wrote it, for the audit line that is written before it is resolved. */
  readonly asked: string;
}

/** The request that the flags make, or the `config` error that says which one is missing or too many. */
export function readChangeRequest(operation: 'grant' | 'revoke', flags: ChangeRequestFlags): AskedChange {
  const { entitlement, role, in: inTenant, tenant, application, consent, principal } = flags;
  const personFlag = operation === 'grant' ? '--to' : '--from';
  const person = operation === 'grant' ? flags.to : flags.from;
  if (operation === 'grant' && consent !== undefined) {
    throw new ConnectorError(
      'config',
      'a consent cannot be granted: the user or the tenant gives it, on the consent screen of the app',
    );
  }
  if ([entitlement, role, tenant, application, consent].filter((value) => value !== undefined).length !== 1) {
    throw new ConnectorError(
      'config',
      `say what to ${operation} with one of --role (and --in), --tenant, ` +
        `--application${operation === 'grant' ? '' : ', --consent'} or --entitlement`,
    );
  }
  if (inTenant !== undefined && role === undefined) {
    throw new ConnectorError('config', inSaysNothing(flags));
  }
  if ((person === undefined) === (principal === undefined)) {
    throw new ConnectorError(
      'config',
      `say who with ${personFlag} or --principal${person === undefined ? '' : ', not with both'}`,
    );
  }
  const named = {
    '--role': role,
    '--in': inTenant,
    '--tenant': tenant,
    '--application': application,
    '--consent': consent,
  };
  for (const [flag, value] of Object.entries(named)) {
    if (value?.trim() === '') {
      throw new ConnectorError('config', `${flag} is empty: give an id or a name`);
    }
  }
  return { ...whatOf(flags), who: person ?? principal ?? '' };
}

function inSaysNothing({ application, consent }: ChangeRequestFlags): string {
  const what = application !== undefined ? 'an application is given' : consent !== undefined ? 'a consent holds' : '';
  return what === ''
    ? '--in says where a --role is held; for a membership use --tenant alone'
    : `--in says where a --role is held; ${what} in no tenant: leave --in out`;
}

function whatOf({
  entitlement = '',
  role,
  in: inTenant,
  tenant,
  application,
  consent,
}: ChangeRequestFlags): Pick<AskedChange, 'what' | 'asked'> {
  if (role !== undefined) {
    return {
      what: { role, inTenant },
      asked: `role ${quoted(role)}${inTenant === undefined ? '' : ` in ${quoted(inTenant)}`}`,
    };
  }
  if (application !== undefined) {
    return { what: { application }, asked: `application ${quoted(application)}` };
  }
  if (consent !== undefined) {
    return { what: { consent }, asked: `consent to ${quoted(consent)}` };
  }
  return tenant === undefined
    ? { what: { entitlement }, asked: entitlement }
    : { what: { tenant }, asked: `tenant ${quoted(tenant)}` };
}

/** Looks up what a change names. It sends reads only. */
export async function lookUpRequest(
  operation: 'grant' | 'revoke',
  { what, who }: AskedChange,
  client: FindClient & FindKeyClient,
  provisioner: Provisioner,
  signal: AbortSignal,
): Promise<ChangeRequest> {
  const target =
    'entitlement' in what
      ? await targetOfId(what.entitlement, provisioner, signal)
      : namedTarget(what, await provisioner.catalog(typeOf(what), signal));
  checkAskable(operation, target, principalWords(who).typeId);
  return { target, principal: await principalOf(who, client, provisioner, { signal }) };
}

function typeOf(what: AskedByName): string {
  if ('application' in what) {
    return 'application';
  }
  return 'consent' in what ? 'third_party_app' : 'role';
}

/** What stands before the id or name of a tenant where a user could be meant, too. */
const tenantPrefix = 'tenant:';

/** Whom a text names, as far as its form tells. */
export function principalWords(who: string): Principal {
  if (who.startsWith(tenantPrefix)) {
    return { typeId: 'tenant', id: who.slice(tenantPrefix.length) };
  }
  const key = keyText(who);
  return key === undefined ? { typeId: 'user', id: who } : { typeId: 'access_key', id: key };
}

async function principalOf(
  who: string,
  client: FindClient & FindKeyClient,
  provisioner: Provisioner,
  call: CallOptions,
): Promise<Principal> {
  const { typeId, id } = principalWords(who);
  if (typeId === 'access_key') {
    return { typeId, id: await findKeyId(client, requiredText(id, 'the access key'), call) };
  }
  if (typeId === 'tenant') {
    const asked = requiredText(id, 'the tenant');
    return { typeId, id: namedTenant(asked, await provisioner.catalog('tenant', call.signal)) };
  }
  const asked = requiredText(id, 'the user');
  const ofConsole = /^(management_key|console_admin):/.exec(asked)?.[1];
  if (ofConsole !== undefined) {
    throw new ConnectorError(
      'refused',
      `${typeWithArticle(ofConsole)} holds nothing of the project: what it may do is managed in the Descope console, under Company`,
    );
  }
  try {
    return { typeId, id: await findUserId(client, asked, call) };
  } catch (thrown) {
    throw await withKeyHint(client, asked, thrown, call);
  }
}

/**
 * The target of an entitlement id. The error for an id whose names are not encoded says which id was probably meant.
 */
async function targetOfId(entitlement: string, provisioner: Provisioner, signal: AbortSignal): Promise<Target> {
  const parts = parseEntitlementArgument(entitlement);
  if (parts === undefined) {
    throw new ConnectorError(
      'config',
      '--entitlement is not an entitlement id; valid ids look like tenant:acme:member, role:Editor:assigned or ' +
        'role_binding:acme/Editor:assigned',
    );
  }
  const { typeId, resourceId, slug } = parts;
  try {
    return parseTarget(typeId, resourceId, slug);
  } catch (thrown) {
    if (!isKind(thrown, 'invalid') || Buffer.byteLength(entitlement) > maxIdBytes) {
      throw thrown;
    }
    const catalog = await provisioner.catalog(typeId, signal);
    throw new ConnectorError(
      'invalid',
      thrown.message + didYouMean(targetsMeantBy(typeId, resourceId, catalog), catalog),
    );
  }
}
