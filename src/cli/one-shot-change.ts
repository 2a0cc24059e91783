import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findMessages } from '../answers/find-messages.ts';
import { openSource } from '../answers/open.ts';
import { oneShotFlag } from '../config/one-shot.ts';
import { ConnectorError } from '../errors.ts';
import type { ResourceRef } from '../model/ids.ts';
import { printable, quoted } from '../printable.ts';
import { type ChangeRequest, parseChangeRequest, parseGrantArgument } from '../provisioning/request.ts';
import { registry } from '../registry.ts';
import { changeOnce, type FindRequest } from './change.ts';
import { defaultFile } from './one-shot-file.ts';
import type { OneShotCall } from './one-shot-operations.ts';

/** `--grant-entitlement`: gives what the file names to whom it names. */
export async function grantAsked(call: OneShotCall): Promise<void> {
  const { grantEntitlement: entitlement = '', grantPrincipal: id, grantPrincipalType: typeId = 'user' } = call.asked;
  if (id === undefined) {
    throw new ConnectorError('config', '--grant-entitlement needs --grant-principal, the id of the user');
  }
  if (!['user', 'access_key'].includes(typeId)) {
    throw new ConnectorError(
      'config',
      `--grant-principal-type is "user" or "access_key", not ${quoted(typeId)}: nothing else can be granted to`,
    );
  }
  const find = await inFile(call, async (path, source) => {
    const [offered, principal] = await findMessages(source, [
      { section: 'entitlements', id: entitlement },
      { section: 'resources', id: `${typeId}:${id}` },
    ]);
    return parseChangeRequest(
      'grant',
      {
        entitlement:
          offered?.section === 'entitlements' ? offered.message : missing(path, `entitlement ${quoted(entitlement)}`),
        principal: principal?.section === 'resources' ? principal.message : missing(path, `${typeId} ${quoted(id)}`),
      },
      isType,
    );
  });
  await change('grant', call, { entitlement, principal: { typeId, id } }, find);
}

/** `--revoke-grant`: takes away the grant that the file has under this id. */
export async function revokeAsked(call: OneShotCall): Promise<void> {
  const { revokeGrant: grantId = '' } = call.asked;
  const find = await inFile(call, async (path, source) => {
    const [found] = await findMessages(source, [{ section: 'grants', id: grantId }]);
    const { entitlement, principal } =
      found?.section === 'grants' ? found.message : missing(path, `grant ${quoted(grantId)}`);
    return parseChangeRequest('revoke', { entitlement, principal }, isType);
  });
  const parts = parseGrantArgument(grantId);
  if (parts === undefined && find === undefined) {
    throw new ConnectorError(
      'config',
      '--revoke-grant is not the id of a grant to a user, an access key or a tenant; valid ids look like tenant:acme:member:user:U2abc',
    );
  }
  const words = parts ?? { entitlementId: grantId, principal: { typeId: '', id: '' } };
  await change('revoke', call, { entitlement: words.entitlementId, principal: words.principal }, find);
}

async function change(
  operation: 'grant' | 'revoke',
  { options, context }: OneShotCall,
  { entitlement, principal: { typeId, id } }: { readonly entitlement: string; readonly principal: ResourceRef },
  find: FindRequest | undefined,
): Promise<void> {
  const principal = typeId === 'access_key' || typeId === 'tenant' ? `${typeId}:${id}` : id;
  await changeOnce(operation, { ...options, needsProvisioning: true, entitlement, principal }, context, find);
}

type Source = Awaited<ReturnType<typeof openSource>>;

/**
 * What finds a request in the file, as every Baton connector does. Undefined where no file was named and there is none
 * of the usual name: then the ids are taken as they are, and Descope is asked what they mean.
 */
async function inFile(
  { asked: { file } }: OneShotCall,
  find: (path: string, source: Source) => Promise<ChangeRequest>,
): Promise<FindRequest | undefined> {
  const path = resolve(file ?? defaultFile);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere && file === undefined) {
    return undefined;
  }
  return async (projectId) => {
    if (!isThere) {
      throw new ConnectorError(
        'not-found',
        `there is no file ${printable(path)} to take the ids from: sync into it first, with ${oneShotFlag('file')} alone`,
      );
    }
    await using source = await openSource(path);
    const theirs = source.summary.projectId;
    if (theirs !== undefined && theirs !== '' && theirs !== projectId) {
      throw new ConnectorError(
        'config',
        `${printable(path)} is of project ${quoted(theirs)}, and the settings name project ${quoted(projectId)}`,
      );
    }
    return await find(path, source);
  };
}

function isType(typeId: string): boolean {
  return registry.some(({ words }) => words.id === typeId);
}

function missing(path: string, what: string): never {
  throw new ConnectorError(
    'not-found',
    `${printable(path)} has no ${what}: check the id, or sync into the file again if it is new`,
  );
}
