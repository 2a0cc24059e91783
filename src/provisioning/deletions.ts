import { endpointLabel } from '../descope/http/endpoint.ts';
import { ConnectorError } from '../errors.ts';
import { maxIdBytes, type ResourceRef } from '../model/ids.ts';
import { deletableKey, deletableKeySecret } from './delete-key.ts';
import { deletableUser } from './delete-user.ts';
import { askedDeletion, type DeletableType, type Deleted } from './deletion.ts';
import type { Provisioner } from './provisioner.ts';
import { quoted } from '../printable.ts';

/** The types whose resources can be deleted, one line each. */
export const deletable: readonly DeletableType[] = [deletableUser, deletableKey, deletableKeySecret];

/** Types that are never deleted by this connector, and why. */
const refusals: Readonly<Record<string, string>> = {
  tenant: 'a tenant is never deleted by this connector, since its users and keys may go with it: delete it in Descope',
  role: 'a role is never deleted by this connector, since everybody who holds it loses it: delete it in Descope',
};

/**
 * Deletes one resource, or says why not; written down in either case. `asked` is the resource in the words of whoever
 * asks; `find` checks the request and says which resource is meant.
 */
export async function deleteResource(
  provisioner: Provisioner,
  asked: ResourceRef,
  find: () => ResourceRef | Promise<ResourceRef>,
  signal?: AbortSignal,
): Promise<Deleted> {
  const words = { operation: 'delete', resource: `${asked.typeId}:${asked.id}`.slice(0, maxIdBytes) } as const;
  return await provisioner.perform(
    words,
    async (tools) => {
      const { typeId, id } = await find();
      return askedDeletion(deletableOf(typeId), id, tools);
    },
    signal,
  );
}

function deletableOf(typeId: string): DeletableType {
  const refusal = Object.hasOwn(refusals, typeId) ? refusals[typeId] : undefined;
  if (refusal !== undefined) {
    throw new ConnectorError('precondition', refusal);
  }
  const type = deletable.find((one) => one.typeId === typeId);
  if (type === undefined) {
    throw new ConnectorError(
      'unsupported',
      `a ${quoted(typeId)} cannot be deleted: only ${deletable.map((one) => one.typeId).join(', ')} can`,
    );
  }
  return type;
}

/** The calls that the management key must be allowed to make to delete resources of a type. */
export function deleteRightsOf(typeId: string): readonly string[] {
  const type = deletable.find((one) => one.typeId === typeId);
  return [...new Set((type?.sample() ?? []).map(({ endpoint }) => endpointLabel(endpoint)))];
}
