import { endpointLabel } from '../descope/http/endpoint.ts';
import { ConnectorError } from '../errors.ts';
import { maxIdBytes, type ResourceRef } from '../model/ids.ts';
import type { Provisioner } from './provisioner.ts';
import type { PasswordAsk } from './random-password.ts';
import { rotatableKey } from './rotate-key.ts';
import { rotatableUser } from './rotate-password.ts';
import { type RotatableType, type Rotated, rotation } from './rotation.ts';
import { turnOf } from './turns.ts';
import { quoted } from '../printable.ts';

/** The types whose credentials can be rotated, one line each. */
export const rotatable: readonly RotatableType[] = [rotatableUser, rotatableKey];

/** A request that was read: which resource is meant, and what is asked of a password. */
export interface RotationAsk {
  readonly resource: ResourceRef;
  readonly ask: PasswordAsk;
}

/**
 * Gives one resource a new secret, or says why not; written down in either case. `asked` is the resource in the words of
 * whoever asks; `read` reads the request, its recipients above all, and says which resource is meant.
 */
export async function rotateCredential(
  provisioner: Provisioner,
  asked: ResourceRef,
  read: () => RotationAsk | Promise<RotationAsk>,
  signal?: AbortSignal,
): Promise<Rotated> {
  const words = { operation: 'rotate', resource: `${asked.typeId}:${asked.id}`.slice(0, maxIdBytes) } as const;
  return await provisioner.perform(
    words,
    async (tools) => {
      const type = rotatableOf(asked.typeId);
      const {
        resource: { typeId, id },
        ask,
      } = await read();
      return {
        turns: [turnOf({ typeId, id })],
        make: (context) => rotation(type, id, type.parts(id, ask, tools), context),
      };
    },
    signal,
  );
}

function rotatableOf(typeId: string): RotatableType {
  const type = rotatable.find((one) => one.typeId === typeId);
  if (type === undefined) {
    throw new ConnectorError(
      'unsupported',
      `the credentials of a ${quoted(typeId)} cannot be rotated: only those of ${rotatable.map((one) => one.typeId).join(', ')} can`,
    );
  }
  return type;
}

/** The calls that the management key must be allowed to make to rotate credentials of a type. */
export function rotateRightsOf(typeId: string): readonly string[] {
  const type = rotatable.find((one) => one.typeId === typeId);
  return [...new Set((type?.sample() ?? []).map(({ endpoint }) => endpointLabel(endpoint)))];
}
