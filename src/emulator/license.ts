import { endpoint } from './endpoint.ts';
import { defineFamily } from './family.ts';

/** The licence of the project: always the same tier. */
export const license = defineFamily({
  name: 'license',
  switches: {},
  sample: undefined as readonly never[] | undefined,
  create: () => ({
    state: undefined,
    endpoints: { 'GET /v1/mgmt/license': endpoint([], () => ({ json: { rateLimitTier: 'tier2' } })) },
    controls: {},
  }),
});
