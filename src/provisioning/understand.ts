import { maxIdBytes } from '../model/ids.ts';
import type { Provisioner } from './provisioner.ts';

/** A change as it was asked for, before anybody knows what that means. */
export interface AskedChange {
  readonly operation: 'grant' | 'revoke';
  readonly entitlement: string;
  readonly principal: string;
}

/** Reads with `read` what is asked for. What cannot be read is a change that was refused: it is written down as one, and thrown. */
export async function understand<Meant>(
  provisioner: Pick<Provisioner, 'refused'>,
  { operation, entitlement, principal }: AskedChange,
  read: () => Meant | Promise<Meant>,
): Promise<Meant> {
  try {
    return await read();
  } catch (thrown) {
    await provisioner.refused(operation, entitlement.slice(0, maxIdBytes), principal.slice(0, maxIdBytes), thrown);
    throw thrown;
  }
}
