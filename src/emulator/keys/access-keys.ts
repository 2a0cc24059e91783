import { defineFamily } from '../family.ts';
import { roles } from '../roles.ts';
import { tenants } from '../tenants.ts';
import { users } from '../users/users.ts';
import type { KeyContext } from './context.ts';
import { keyReadEndpoints } from './read-endpoints.ts';
import type { AccessKeySeed } from './records.ts';
import { accessKeySample } from './sample.ts';
import { scimKeyEndpoints } from './scim-endpoints.ts';
import { createAccessKeys } from './store.ts';
import { accessKeySwitches } from './switches.ts';
import { keyWriteEndpoints } from './write-endpoints.ts';

/** The access keys of a project, those of SCIM among them. */
export const accessKeys = defineFamily({
  name: 'accessKeys',
  switches: accessKeySwitches,
  sample: accessKeySample,
  create(host, { seeds = [], switches }) {
    const keys = createAccessKeys(host);
    for (const seed of seeds) keys.put(seed);
    const context: KeyContext = {
      keys,
      tenants: host.stateOf(tenants),
      roles: host.stateOf(roles),
      users: () => host.stateOf(users),
      switches,
      host,
      activated: new Map(),
    };
    return {
      state: keys,
      endpoints: { ...keyReadEndpoints(context), ...keyWriteEndpoints(context), ...scimKeyEndpoints(context) },
      controls: {
        accessKeys: () => keys.all(),
        /** Adds a key, or changes the one with this id. */
        putAccessKey: (seed: AccessKeySeed) => keys.put({ ...keys.get(seed.id ?? ''), ...seed }),
        deleteAccessKey: (id: string) => keys.remove(id),
      },
    };
  },
});
