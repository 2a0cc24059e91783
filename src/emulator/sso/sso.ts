import { defineFamily } from '../family.ts';
import { roles } from '../roles.ts';
import { tenants } from '../tenants.ts';
import { ssoReadEndpoints } from './read-endpoints.ts';
import { defaultSsoId } from './records.ts';
import type { SsoConfigurationSeed } from './records.ts';
import { ssoSample } from './sample.ts';
import { createSsoConfigurations } from './store.ts';
import { ssoSwitches } from './switches.ts';
import type { SsoContext } from './wire.ts';
import { ssoWriteEndpoints } from './write-endpoints.ts';

/** How people sign in to each tenant, and which roles their groups bring along. */
export const ssoConfigurations = defineFamily({
  name: 'ssoConfigurations',
  switches: ssoSwitches,
  sample: ssoSample,
  create(host, { seeds = [], switches }) {
    const configurations = createSsoConfigurations(host);
    for (const seed of seeds) configurations.put(seed);
    const context: SsoContext = { configurations, tenants: host.stateOf(tenants), switches };
    return {
      state: context,
      endpoints: {
        ...ssoReadEndpoints(context),
        ...ssoWriteEndpoints(context, host.stateOf(roles), host.seed),
      },
      controls: {
        /** The default one first, although it may be unset. */
        ssoConfigurations: (tenantId: string) => configurations.of(tenantId),
        /** Adds a configuration, or replaces the one with these ids. */
        putSsoConfiguration: (seed: SsoConfigurationSeed) => configurations.put(seed),
        deleteSsoConfiguration: (tenantId: string, ssoId: string = defaultSsoId) =>
          configurations.remove(tenantId, ssoId),
      },
    };
  },
});
