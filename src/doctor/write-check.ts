import { randomUUID } from 'node:crypto';
import { accessKeyEndpoints } from '../descope/access-key-calls.ts';
import { consentWriteEndpoints } from '../descope/consent-calls.ts';
import { endpointLabel, type WriteEndpoint } from '../descope/http/endpoint.ts';
import { rightOf } from '../descope/http/rights.ts';
import { passwordUpkeepEndpoints } from '../descope/users/passwords.ts';
import { userUpdateEndpoints } from '../descope/users/user-updates.ts';
import { userWriteEndpoints } from '../descope/users/user-writes.ts';
import { type Check, ok, skip } from './check.ts';
import { explain, type Place } from './explain.ts';
import type { Probe } from './probe.ts';

const name = 'write rights';

/** A request that takes nothing from nobody: `nobody` is a fresh random id, which nothing has. */
interface Removal {
  /** The word of `--include` with which it can be asked for; absent for what every connector can change. */
  readonly includedBy?: string;
  /** What the key may change. */
  readonly what: string;
  /** Who, or what, there is not. */
  readonly whose: string;
  readonly endpoint: WriteEndpoint;
  readonly bodyOf: (nobody: string) => Readonly<Record<string, unknown>>;
  /** A 404 can also mean that the deployment has no such call. */
  readonly mayBeMissing?: true;
}

const removals: readonly Removal[] = [
  {
    what: 'roles',
    whose: 'a user',
    endpoint: userWriteEndpoints.removeUserRoles,
    bodyOf: (nobody) => ({ loginId: nobody, roleNames: [nobody] }),
  },
  {
    what: 'the sessions of users',
    whose: 'a user',
    endpoint: userUpdateEndpoints.logOutUser,
    bodyOf: (nobody) => ({ userId: nobody }),
  },
  {
    what: 'the passwords of users',
    whose: 'a user',
    endpoint: passwordUpkeepEndpoints.expirePassword,
    bodyOf: (nobody) => ({ loginId: nobody }),
  },
  {
    includedBy: 'access_key',
    what: 'access keys',
    whose: 'a key',
    endpoint: accessKeyEndpoints.updateKey,
    bodyOf: (nobody) => ({ id: nobody, name: nobody, roleNames: [] }),
  },
  {
    includedBy: 'application',
    what: 'the applications of users',
    whose: 'a user',
    endpoint: userWriteEndpoints.removeUserApps,
    bodyOf: (nobody) => ({ loginId: nobody, ssoAppIds: [nobody] }),
  },
  {
    includedBy: 'third_party_app',
    what: 'consents of users',
    whose: 'a consent',
    endpoint: consentWriteEndpoints.deleteUserConsents,
    bodyOf: (nobody) => ({ consentIds: [nobody] }),
    mayBeMissing: true,
  },
  {
    includedBy: 'third_party_app',
    what: 'consents of tenants',
    whose: 'a consent',
    endpoint: consentWriteEndpoints.deleteTenantConsents,
    bodyOf: (nobody) => ({ consentIds: [nobody] }),
    mayBeMissing: true,
  },
];

/**
 * Whether the key may change access, without a change. Only with provisioning, and then one request for each kind of
 * change that cannot change anything: it takes something that does not exist from somebody who does not exist, both
 * named by a fresh random id, or ends what nobody has. Descope's refusal tells: 403 is about the key, anything else comes after that. See
 * docs/decisions/015.
 */
export async function* checkWriteRights(
  probe: Probe,
  place: Place,
  isWanted: boolean,
  include: ReadonlySet<string>,
): AsyncGenerator<Check> {
  if (!isWanted) {
    yield skip(name, 'not asked: provisioning is off, reading is enough (--provisioning asks)');
    return;
  }
  for (const removal of removals) {
    if (removal.includedBy === undefined || include.has(removal.includedBy)) {
      yield await checkRemoval(removal, probe, place);
    }
  }
  yield skip(name, 'not asked whether the key may create and invite users: nothing tries that without an effect');
}

async function checkRemoval(removal: Removal, probe: Probe, place: Place): Promise<Check> {
  const { what, whose, endpoint, bodyOf, mayBeMissing } = removal;
  const json = bodyOf(`baton-descope-doctor-${randomUUID()}`);
  const answer = await probe(endpoint, { json }, () => undefined);
  if (answer.isAnswered) {
    return ok(name, `Descope took a removal that removes nothing: the key may change ${what}`);
  }
  if (mayBeMissing === true && answer.error.facts['status'] === 404) {
    return skip(
      name,
      `not known for ${what}: ${endpointLabel(endpoint)} answered 404, for ${whose} that does not exist, or because ` +
        'the deployment has no such call',
    );
  }
  switch (answer.error.kind) {
    case 'not-found':
    case 'invalid':
    case 'conflict':
      return ok(
        name,
        `refused for ${whose} that does not exist, not for the key: as far as can be told without a change, it may change ${what}`,
      );
    case 'forbidden':
      return {
        ...explain(name, answer, place),
        remedy: `The key may not change ${what}. Make one that may also update ${rightOf(endpoint).subject}, or leave provisioning off.`,
      };
    default:
      return explain(name, answer, place);
  }
}
