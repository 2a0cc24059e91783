import { randomUUID } from 'node:crypto';
import { userWriteEndpoints } from '../descope/users/user-writes.ts';
import { type Check, ok, skip } from './check.ts';
import { explain, type Place } from './explain.ts';
import type { Probe } from './probe.ts';

const name = 'write rights';

/**
 * Whether the key may change access, without a change. Only with provisioning, and then one request that cannot change
 * anything: it takes a role that does not exist from a user who does not exist, both named by fresh random ids.
 * Descope's refusal tells: 403 is about the key, anything about the user comes after that. See docs/decisions/015.
 */
export async function checkWriteRights(probe: Probe, place: Place, isWanted: boolean): Promise<Check> {
  if (!isWanted) {
    return skip(name, 'not asked: provisioning is off, reading is enough (--provisioning asks)');
  }
  const nobody = `baton-descope-doctor-${randomUUID()}`;
  const answer = await probe(
    userWriteEndpoints.removeUserRoles,
    { json: { loginId: nobody, roleNames: [nobody] } },
    () => undefined,
  );
  if (answer.isAnswered) {
    return ok(name, 'Descope took a removal that removes nothing: the key may change roles');
  }
  switch (answer.error.kind) {
    case 'not-found':
    case 'invalid':
    case 'conflict':
      return ok(
        name,
        'refused for a user that does not exist, not for the key: as far as can be told without a change, it may change roles',
      );
    case 'forbidden':
      return {
        ...explain(name, answer, place),
        remedy: 'The key may read only. Make one that may also update users, or leave provisioning off.',
      };
    default:
      return explain(name, answer, place);
  }
}
