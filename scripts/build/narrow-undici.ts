import type { Plugin } from 'rolldown';

/**
 * Takes of undici what sends requests, and leaves out fetch, WebSocket, caches and mocks, which its public entry loads all at
 * once: 7 MB and a sixth of a start. The place is no public one, so that an update of undici, which is pinned, may move it: the
 * build fails then, as it does when something else is imported from undici.
 */
export const narrowUndici: Plugin = {
  name: 'narrow-undici',
  resolveId: {
    filter: { id: /^undici$/ },
    handler: () => '\0narrow-undici',
  },
  load: {
    filter: { id: /^\0narrow-undici$/ },
    handler: () => "import Agent from 'undici/lib/dispatcher/agent.js';\nexport { Agent };\n",
  },
};
